"""Actions that bring a page into a state. All work without JavaScript."""

import re
import uuid
from collections.abc import Callable

import pyotp
from playwright.sync_api import expect

from tests.browser.shopper import PASSWORD, Shopper
from tests.browser.stage import Stage

ADDRESS = {
    "name": "김하나",
    "phone": "010-1234-5678",
    "postcode": "04524",
    "line1": "서울특별시 중구 세종대로 110",
}
Action = Callable[[Shopper, Stage], None]


def show_more(shopper: Shopper, stage: Stage) -> None:
    more = shopper.link("More products")
    before = more.get_attribute("href") or ""
    more.click()
    expect(more).not_to_have_attribute("href", before)


def like_as_guest(shopper: Shopper, stage: Stage) -> None:
    shopper.like(stage.goods["brass-fountain-pen"])


def put_in_cart(shopper: Shopper, stage: Stage) -> None:
    shopper.button("Add to cart").click()


def cart_of_guest(shopper: Shopper, stage: Stage) -> None:
    shopper.button("Add to cart").click()
    expect(shopper.page.locator(".counters .count")).to_have_text("1")
    shopper.open("/cart")


def look_back(shopper: Shopper, stage: Stage) -> None:
    """Visits the products that the shopper has viewed."""
    shopper.open("/recently-viewed")


def look_back_on_the_home_page(shopper: Shopper, stage: Stage) -> None:
    shopper.open("/")
    shopper.page.locator("footer").scroll_into_view_if_needed()


def remove_the_only_line(shopper: Shopper, stage: Stage) -> None:
    stage.fill_the_cart_of_the_undecided()
    shopper.reload()
    shopper.remove(stage.goods["brass-fountain-pen"])


def pay(shopper: Shopper, stage: Stage) -> None:
    label = re.escape(shopper.word("Pay %(n)s points", n="#")).replace("\\#", ".+")
    shopper.enter_recipient()
    shopper.page.get_by_role("button", name=re.compile(label)).click()


def pay_after_a_change_of_price(shopper: Shopper, stage: Stage) -> None:
    lamp = stage.goods["jointed-desk-lamp"]
    shown = shopper.page.locator("[name=unit_price]").input_value()
    stage.staff.set_price(lamp, int(shown) + 100)
    pay(shopper, stage)


def pay_with_several_faults(shopper: Shopper, stage: Stage) -> None:
    """Each is judged by the shop, not by the browser."""
    shopper.page.locator("input[type=radio][name=address][value=new]").check(force=True)
    shopper.page.locator("[name='recipient.name']").fill("\u3164")
    shopper.page.locator("[name='recipient.phone']").fill("집 전화")
    shopper.page.locator("[name='recipient.postcode']").fill("서울")
    shopper.page.locator("[name='recipient.line1']").fill("\u3164")
    shopper.page.locator("main form .button--main").last.click()


def sign_in_wrongly(shopper: Shopper, stage: Stage) -> None:
    shopper.sign_in("regular", "not the password")


def sign_in_too_often(shopper: Shopper, stage: Stage) -> None:
    stage.use_up_sign_ins("hasty")
    shopper.sign_in("hasty", "not the password")


def sign_up_wrongly(shopper: Shopper, stage: Stage) -> None:
    shopper.field("Username").fill("가나다 라마바")
    shopper.field("Password").fill("short")
    shopper.page.get_by_role("main").get_by_role("button", name=shopper.word("Sign up")).click()


def sign_up_with_a_taken_name(shopper: Shopper, stage: Stage) -> None:
    shopper.field("Username").fill("regular")
    shopper.field("Password").fill("a short sentence")
    shopper.page.get_by_role("main").get_by_role("button", name=shopper.word("Sign up")).click()


def change_password_wrongly(shopper: Shopper, stage: Stage) -> None:
    shopper.field("Current password").fill("not the password")
    shopper.field("New password").fill("a short sentence")
    shopper.button("Change password").click()


def give_the_password(shopper: Shopper, stage: Stage) -> None:
    shopper.sign_in("careful", PASSWORD)


def give_a_wrong_code(shopper: Shopper, stage: Stage) -> None:
    give_the_password(shopper, stage)
    shopper.enter_code("12345")


def begin_two_step_verification(shopper: Shopper, stage: Stage) -> None:
    shopper.begin_two_step_verification()


def turn_on_two_step_verification(shopper: Shopper, stage: Stage) -> None:
    """As a new member of staff, because it works once per user."""
    name = f"clerk-{uuid.uuid4().hex[:12]}"
    stage.people[name] = stage.hire(name)
    stage.seat(name, shopper.page.context)
    key = shopper.begin_two_step_verification()
    shopper.enter_code(pyotp.TOTP(key).now(), "Turn on")


def ask_to_cancel(shopper: Shopper, stage: Stage) -> None:
    shopper.page.get_by_text(shopper.word("Cancel this order"), exact=True).click()


def unfold_an_operation(shopper: Shopper, stage: Stage) -> None:
    operation = shopper.page.locator("#placeOrder")
    operation.locator("summary").click()
    heading = operation.get_by_role("heading", name=shopper.word("Request body"))
    expect(heading).to_be_visible()


def save_address_too_late(shopper: Shopper, stage: Stage) -> None:
    """The session is over on the server's side."""
    for name, text in ADDRESS.items():
        shopper.page.locator(f"[name='{name}']").fill(text)
    shopper.page.context.clear_cookies()
    shopper.button("Save").click()


def sign_in_again(shopper: Shopper, stage: Stage) -> None:
    save_address_too_late(shopper, stage)
    shopper.field("Username").fill(stage.people["newcomer"].name)
    shopper.field("Password").fill(PASSWORD)
    shopper.page.get_by_role("main").get_by_role("button", name=shopper.word("Sign in")).click()


def find_it_again(shopper: Shopper, stage: Stage) -> None:
    sign_in_again(shopper, stage)
    shopper.button("Go on").click()


def save_settings_too_late(shopper: Shopper, stage: Stage) -> None:
    """The session is over on the server's side: the form comes without it."""
    shopper.page.context.clear_cookies()
    shopper.page.get_by_role("button", name=shopper.word("Save"), exact=True).click()
