"""A user of the pages: actions and expectations for browser tests.

Elements are found by their accessible names. Tests name them in English; the shop's catalogue
translates them into the language of the page.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from shop.web.i18n import Language, format_number, translate
from tests.browser.goods import Product

PASSWORD = "a short sentence is good"
MOST_TABS = 60


class Shopper:
    def __init__(self, page: Page, language: Language = "ko") -> None:
        self.page = page
        self.name = ""
        self.language = language
        self._page_loads = 0
        page.on("request", self._count)

    def _count(self, request: Request) -> None:
        self._page_loads += request.is_navigation_request()

    # --- words ---------------------------------------------------------------

    def word(self, message: str, **values: Any) -> str:
        """Translates `message` into the page's language."""
        return translate(self.language, message, values)

    def button(self, message: str, **values: Any) -> Locator:
        return self.page.get_by_role("button", name=self.word(message, **values))

    def link(self, message: str, **values: Any) -> Locator:
        return self.page.get_by_role("link", name=self.word(message, **values))

    def field(self, message: str, **values: Any) -> Locator:
        return self.page.get_by_label(self.word(message, **values), exact=True)

    # --- going about ---------------------------------------------------------

    def open(self, path: str) -> None:
        self.page.goto(path)

    def open_product(self, product: Product) -> None:
        self.open(f"/products/{product.id}")

    def reload(self) -> None:
        self.page.reload()

    def open_tab(self) -> "Shopper":
        """Opens another tab in the same browser context."""
        other = Shopper(self.page.context.new_page(), self.language)
        other.name = self.name
        return other

    @contextmanager
    def without_page_load(self) -> Iterator[None]:
        """Fails if a page is loaded inside the block."""
        before = self._page_loads
        yield
        assert self._page_loads == before, "a page was loaded"

    def tab_to(self, target: Locator) -> None:
        """Presses Tab until `target` has the focus."""
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element.matches(':focus-visible')"):
                return
        raise AssertionError(f"{target} is not reached by the Tab key")

    def speak(self, language: Language) -> None:
        name = {"ko": "한국어", "en": "English"}[language]
        self.page.get_by_role("button", name=name, exact=True).click()
        self.language = language
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    # --- who I am ------------------------------------------------------------

    def register(self) -> None:
        """As `sign_up`, but by one request, and without opening a page."""
        self.name = new_name()
        form = {"username": self.name, "password": PASSWORD}
        answer = self.page.context.request.post("/signup", form=form, max_redirects=0)
        assert answer.status == 303, answer.text()

    def sign_up(self) -> None:
        """Creates an account with a new username."""
        self.open("/signup")
        self.name = new_name()
        self._type_name_and_password(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name=self.word("Sign up")).click()
        self.sees("Welcome. Your account is ready.")

    def sign_in(self, name: str, password: str | None = None) -> None:
        """Opens the sign-in page if needed. The default is the password of a demo account."""
        if not self.page.url.partition("?")[0].endswith("/login"):
            self.open("/login")
        self.name = name
        self._type_name_and_password(password or f"{name}-demo")
        self.button("Sign in").click()

    def _type_name_and_password(self, password: str) -> None:
        self.field("Username").fill(self.name)
        self.field("Password").fill(password)

    def enter_code(self, code: str, button: str = "Sign in") -> None:
        """Sends a code of the second factor with `button`."""
        self.field("Code").fill(code)
        self.page.get_by_role("main").get_by_role("button", name=self.word(button)).click()

    def begin_two_step_verification(self) -> str:
        """Opens the page with the QR code. Returns the key for the app."""
        self.open("/account")
        self.link("Two-step verification").click()
        self.field("Current password").fill(PASSWORD)
        self.button("Continue").click()
        key = self.page.get_by_role("main").locator("code").inner_text()
        return key.replace(" ", "")

    def sign_out(self) -> None:
        self.open("/account")
        self.page.get_by_role("button", name=self.word("Sign out"), exact=True).click()
        self.sees("You are signed out.")

    # --- searching -----------------------------------------------------------

    @property
    def search_field(self) -> Locator:
        return self.page.get_by_role("searchbox")

    def compose(self, *states: str) -> None:
        """Types as a Korean input method does: each state of a syllable, then the commit."""
        keyboard = self.page.context.new_cdp_session(self.page)
        for state in states:
            ends = {"selectionStart": len(state), "selectionEnd": len(state)}
            keyboard.send("Input.imeSetComposition", {"text": state, **ends})
        keyboard.send("Input.insertText", {"text": states[-1]})

    def finds(self, *products: Product) -> None:
        """Expects exactly these products in the list."""
        names = self.page.locator("#shelf .grid h3")
        expect(names).to_have_text([self.name_of(product) for product in products])

    def hears(self, message: str, **values: Any) -> None:
        """Expects an announcement in a live region."""
        announced = self.page.locator("#live-region[role=status], #notices[aria-live]")
        expect(announced.filter(has_text=self.word(message, **values))).to_have_count(1)

    # --- likes ---------------------------------------------------------------

    def heart(self, product: Product) -> Locator:
        return self.button("Like %(name)s", name=self.name_of(product))

    def like(self, product: Product) -> None:
        self.heart(product).click()

    def unlike(self, product: Product) -> None:
        self.heart(product).click()

    def sees_liked(self, product: Product, *, by: int) -> None:
        self._sees_heart(product, "true", by)

    def sees_not_liked(self, product: Product, *, by: int) -> None:
        self._sees_heart(product, "false", by)

    def _sees_heart(self, product: Product, pressed: str, count: int) -> None:
        expect(self.heart(product)).to_have_attribute("aria-pressed", pressed)
        expect(self.heart(product)).to_have_accessible_name(
            re.compile(rf" {count}$" if count else r"\D$")
        )

    # --- the cart ------------------------------------------------------------

    def put_in_cart(self, product: Product, quantity: int = 1) -> None:
        self.open_product(product)
        self.field("Quantity").fill(str(quantity))
        self.button("Add to cart").click()

    def quantity(self, product: Product) -> Locator:
        """The quantity field of a line in the cart or at the checkout."""
        return self.field("Quantity of %(name)s", name=self.name_of(product))

    def change_quantity(self, product: Product, quantity: int) -> None:
        self.quantity(product).fill(str(quantity))
        self.quantity(product).press("Tab")

    def one_more(self, product: Product) -> None:
        self.button("Increase quantity of %(name)s", name=self.name_of(product)).click()

    def one_fewer(self, product: Product) -> None:
        self.button("Decrease quantity of %(name)s", name=self.name_of(product)).click()

    def remove(self, product: Product) -> None:
        self.button("Remove %(name)s", name=self.name_of(product)).click()

    # --- buying --------------------------------------------------------------

    def buy_now(self, product: Product, quantity: int = 1) -> None:
        """Opens the checkout of one product."""
        self.open_product(product)
        self.field("Quantity").fill(str(quantity))
        self.button("Buy now").click()
        self.is_at("Checkout")

    def check_out(self) -> None:
        """Opens the checkout of the cart."""
        self.open("/cart")
        self.link("Proceed to checkout").click()
        self.is_at("Checkout")

    def pay_button(self, points: int) -> Locator:
        return self.button("Pay %(n)s points", n=points)

    def pay(self, points: int) -> None:
        self.enter_recipient()
        self.pay_button(points).click()

    def enter_recipient(self) -> None:
        """If the checkout asks for one and the shopper has no address."""
        name = self.page.locator("[name='recipient.name']")
        if name.count() and name.is_visible() and not name.input_value():
            name.fill("김하나")
            self.page.locator("[name='recipient.phone']").fill("010-1234-5678")
            self.page.locator("[name='recipient.postcode']").fill("04524")
            self.page.locator("[name='recipient.line1']").fill("서울 중구 세종대로 110")

    def sees_receipt(self, *products: Product) -> None:
        self.is_at("Thank you for your order.")
        self.sees_ordered(*products)

    def sees_ordered(self, *products: Product) -> None:
        """The receipt's lines."""
        lines = self.page.get_by_role("table", name=self.word("Ordered items"))
        for product in products:
            expect(lines.get_by_role("link", name=self.name_of(product))).to_be_visible()

    @property
    def order_id(self) -> int:
        """The id of the order on the open receipt."""
        return int(self.page.url.rpartition("/")[2])

    def cancel_order(self) -> None:
        """Cancels on the receipt, and confirms."""
        self.page.get_by_text(self.word("Cancel this order"), exact=True).click()
        self.button("Yes, cancel it").click()

    # --- what I see ----------------------------------------------------------

    def name_of(self, product: Product) -> str:
        return product.name_en if self.language == "en" else product.name

    def is_at(self, title: str, **values: Any) -> None:
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(self.word(title, **values))

    def sees(self, message: str, **values: Any) -> None:
        expect(self.page.get_by_text(self.word(message, **values)).first).to_be_visible()

    def sees_refusal(self, title: str, detail: str, **values: Any) -> None:
        alert = self.page.get_by_role("alert")
        expect(alert).to_contain_text(self.word(title))
        expect(alert).to_contain_text(self.word(detail, **values))

    def has_points(self, points: int) -> None:
        """Expects this number in the header."""
        expect(self._counter("Your points:")).to_contain_text(f" {self.number(points)} ")

    def has_in_cart(self, items: int) -> None:
        """Expects this number in the header."""
        cart = self._counter("Cart")
        expect(cart).to_have_text(re.compile(rf"\D{items}$" if items else r"\D$"))

    def _counter(self, label: str) -> Locator:
        header = self.page.get_by_role("banner").get_by_role("list").last
        return header.get_by_role("link", name=self.word(label))

    def number(self, number: int) -> str:
        return format_number(self.language, number)


def new_name() -> str:
    return f"shopper-{uuid.uuid4().hex[:12]}"


OpenWindow = Callable[..., Shopper]
"""The fixture `open_window`: a new user in a new browser context."""
