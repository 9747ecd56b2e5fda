"""A server with the users, orders and products that all states of the pages need."""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pyotp
from playwright.sync_api import BrowserContext

from shop.limits.sign_in import BY_PAIR
from shop.start.embedded import running_url
from shop.web.cookies import SESSION
from tests.browser.goods import Goods
from tests.browser.owner import Owner, home_rows
from tests.browser.server import TIMEOUT, Server
from tests.browser.shopper import PASSWORD
from tests.browser.staff import Staff

PEOPLE = ("newcomer", "regular", "unlucky", "penniless", "undecided")
STAFF = ("clerk", "careful", "chief")
HOME = {"name": "김하나", "phone": "010-1234-5678", "postcode": "04524", "line1": "세종대로 110"}
POINTS = 1_000_000
LIKED = ("brass-fountain-pen", "stoneware-mug", "dried-persimmons", "wall-clock")
IN_CART = {"brass-fountain-pen": 1, "linen-notebook-a5": 12, "wildflower-honey": 2}
NAME = (
    "세상에서 가장 긴 이름을 가진 손으로 짠 양모 담요와 그에 어울리는 두툼한 쿠션 두 개 "
    "그리고 면 보자기로 정성껏 포장한 선물 꾸러미"
)
NAME_EN = (
    "Hand-woven wool throw with the longest name in the world, two plump cushions to match, "
    "and a parcel wrapped in cotton"
)
DESCRIPTION = "처음부터 끝까지 한 사람이 손으로 짭니다. " * 40
DESCRIPTION_EN = "One person weaves it by hand, from the first thread to the last. " * 30


@dataclass(frozen=True)
class Person:
    """A user; `session` is the token of the session cookie."""

    name: str
    id: int
    session: str


class Stage:
    """`people` by role, `orders` by state. An action on one page must not change what another page
    shows."""

    def __init__(self, server: Server, staff: Staff, http: httpx.Client) -> None:
        self.server = server
        self.staff = staff
        self._http = http
        self.goods = Goods(server.address)
        self.people = {name: self._sign_up(name) for name in PEOPLE}
        staff.grant_points("regular", POINTS)
        staff.grant_points("unlucky", POINTS)
        self.people |= {name: self.hire(name) for name in STAFF}
        staff.promote(self.people["chief"].id)
        self._turn_on_second_factor("careful")
        self._sign_in_elsewhere("regular")
        self._like_and_fill_carts()
        self.plain_product = self._add_plain_product()
        self._spoil_the_cart_of_the_unlucky()
        self.orders = self._orders()
        self.last_page = self._last_page()
        self.batch = self._draft_of_points()
        self.product_file = self._draft_of_products()
        self.password_link = self._make_password_link("undecided")
        self.address_id: int = self._ask("regular", "POST", "/addresses", HOME)["id"]
        self.orders["parcel"] = self._order("knit-throw")
        self._give_an_address("regular")
        self.staff.grant_points("regular", 1)  # tells it by mail
        self.desk_codes = {name: self._desk_code(name) for name in ("sent", "cancelled")}

    def seat(self, name: str, window: BrowserContext) -> None:
        """Signs the browser context in as this person, or out for `guest`."""
        window.clear_cookies()
        if name != "guest":
            token = self.people[name].session
            window.add_cookies([{"name": SESSION, "value": token, "url": self.server.address}])

    def fill_the_cart_of_the_undecided(self) -> None:
        self._put_in_cart("undecided", self.goods["brass-fountain-pen"].id)

    def use_up_sign_ins(self, name: str) -> None:
        """Uses up the rate limit of sign-in for this name."""
        self._database(
            "INSERT INTO rate_limits (key, theoretical_arrival) "
            f"VALUES ('{BY_PAIR.key(('127.0.0.1', name))}', now() + interval '5 minutes') "
            "ON CONFLICT (key) DO UPDATE SET theoretical_arrival = EXCLUDED.theoretical_arrival"
        )

    @contextmanager
    def without_table(self, table: str) -> Iterator[None]:
        self._database(f"ALTER TABLE {table} RENAME TO {table}_away")
        yield
        self._database(f"ALTER TABLE {table}_away RENAME TO {table}")

    @contextmanager
    def arranged(self) -> Iterator[None]:
        """The home page has rows of all kinds inside the block."""
        with Owner(self.server.address) as owner, owner.arranged(home_rows(self.goods)):
            yield

    def hire(self, name: str) -> Person:
        """Creates a member of staff."""
        person = self._sign_up(name)
        self.staff.hire(person.id)
        return person

    def _turn_on_second_factor(self, name: str) -> None:
        cookies = {SESSION: self.people[name].session}
        with httpx.Client(base_url=self.server.address, timeout=TIMEOUT, cookies=cookies) as http:
            token = _value("_csrf_token", http.get("/account/second-factor"))
            form = {"_csrf_token": token, "current_password": PASSWORD}
            begun = http.post("/account/second-factor/begin", data=form)
            key = re.findall(r"<code>([A-Z2-7 ]+)</code>", begun.text)[0].replace(" ", "")
            form |= {"offer": _value("offer", begun), "code": pyotp.TOTP(key).now()}
            http.post("/account/second-factor/on", data=form).raise_for_status()

    def _draft_of_points(self) -> str:
        """The address of a list of points that was not confirmed."""
        lines = "newcomer,5000,holiday\nregular,2500,holiday"
        return self._send_as_chief("/staff/points/grant-many", text=lines)

    def _draft_of_products(self) -> str:
        """The address of a file of products that was not imported."""
        pen = self.goods["brass-fountain-pen"].id
        lines = f"번호,가격,이름,카테고리\n{pen},71000,황동 만년필 M촉,desk\n,4500,연필깎이,desk"
        return self._send_as_chief("/staff/products/import", text=lines)

    def _make_password_link(self, name: str) -> str:
        page = f"/staff/people/{self.people[name].id}"
        self._send_as_chief(f"{page}/password-link", at=page)
        with self._chief() as http:
            link = re.search(r"/password/[0-9a-f-]+", http.get(page).text)
        assert link
        return link[0]

    def _send_as_chief(self, path: str, at: str = "", **fields: str) -> str:
        """Sends a form of a staff page; the path that it leads to."""
        with self._chief() as http:
            opened = http.get(at or path)
            keys = {name: _value(name, opened) for name in ("_csrf_token", "form_key")}
            answer = http.post(path, data={**keys, **fields})
        return answer.headers["location"].partition("?")[0]

    def _chief(self) -> httpx.Client:
        cookies = {SESSION: self.people["chief"].session}
        return httpx.Client(base_url=self.server.address, timeout=TIMEOUT, cookies=cookies)

    def _sign_up(self, name: str) -> Person:
        with httpx.Client(base_url=self.server.address, timeout=TIMEOUT) as http:
            http.post("/signup", data={"username": name, "password": PASSWORD})
            me = http.get("/api/v1/users/me").raise_for_status().json()
            return Person(name, me["id"], http.cookies[SESSION])

    def _sign_in_elsewhere(self, name: str) -> None:
        form = {"username": name, "password": PASSWORD}
        with httpx.Client(base_url=self.server.address, timeout=TIMEOUT) as http:
            http.post("/login", data=form, headers={"User-Agent": "Firefox/143.0 Windows"})

    def _give_an_address(self, name: str) -> None:
        cookies = {SESSION: self.people[name].session}
        with httpx.Client(base_url=self.server.address, timeout=TIMEOUT, cookies=cookies) as http:
            token = _value("_csrf_token", http.get("/account/email"))
            form = {"_csrf_token": token, "email": f"{name}@mall.test", "language": "ko"}
            form["current_password"] = PASSWORD
            assert http.post("/account/email", data=form).status_code == 303

    def _ask(self, name: str, method: str, path: str, body: Any = None) -> Any:
        headers = {"X-USER-ID": str(self.people[name].id)}
        answer = self._http.request(method, f"/api/v1{path}", json=body, headers=headers)
        return answer.raise_for_status().json()

    def _put_in_cart(self, name: str, product_id: int, quantity: int = 1) -> None:
        self._ask(name, "PUT", f"/cart/items/{product_id}", {"quantity": quantity})

    def _like_and_fill_carts(self) -> None:
        for slug in LIKED:
            self._ask("regular", "POST", f"/products/{self.goods[slug].id}/likes")
        for slug, quantity in IN_CART.items():
            self._put_in_cart("regular", self.goods[slug].id, quantity)
            self._put_in_cart("penniless", self.goods[slug].id, quantity)

    def _add_plain_product(self) -> int:
        """A product without a picture, with the longest texts."""
        product = self.staff.add_product(
            name=NAME,
            name_en=NAME_EN,
            description=DESCRIPTION,
            description_en=DESCRIPTION_EN,
            category=1,
            price=999_999_999,
        )
        self.staff.receive_stock(product, 99)
        return product

    def _spoil_the_cart_of_the_unlucky(self) -> None:
        """One line can be ordered; the others: price raised, too few, sold out, withdrawn."""
        dearer, gone = self.goods["knit-throw"], self.goods["film-camera"]
        scarce, sold_out = self.goods["baduk-set"], self.goods["usb-desk-fan"]
        for product in (self.goods["soy-candle"], dearer, sold_out, gone):
            self._put_in_cart("unlucky", product.id)
        self._put_in_cart("unlucky", scarce.id, scarce.stock + 4)
        self.staff.set_price(dearer, dearer.price + 1_500)
        self.staff.correct_stock(sold_out, -sold_out.stock)
        self.staff.withdraw(gone)

    def _orders(self) -> dict[str, int]:
        """From here on the external system refuses all messages."""
        orders = {name: self._order() for name in ("sent", "cancelled", "fulfilled")}
        self._ask("regular", "POST", f"/orders/{orders['cancelled']}/cancel")
        self.staff.fulfil(orders["fulfilled"])
        httpx.put(f"{self.server.partner}/behaviour", json={"mode": "fail"}).raise_for_status()
        return orders | {"pending": self._order()}

    def _order(self, *slugs: str) -> int:
        bought = slugs or ("soy-candle", "wall-clock", "green-tea-tin")
        items = [{"product_id": self.goods[slug].id, "quantity": 2} for slug in bought]
        order_id: int = self._ask("regular", "POST", "/orders", {"items": items})["id"]
        return order_id

    def _desk_code(self, order: str) -> str:
        code: str = self._ask("regular", "GET", f"/orders/{self.orders[order]}")["desk_code"]
        return code

    def _last_page(self) -> str:
        """The cursor of the last page of the catalogue."""
        found = self._http.get("/api/v1/products?limit=48").raise_for_status().json()
        cursor: str = found["next_cursor"]
        return cursor

    def _database(self, statement: str) -> None:
        """Runs in a thread, because Playwright keeps an event loop running in this one."""

        async def execute() -> None:
            connection = await asyncpg.connect(running_url(self.server.data_dir))
            await connection.execute(statement)
            await connection.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, execute()).result()


def _value(field: str, answer: httpx.Response) -> str:
    """The value of a hidden field."""
    return re.findall(rf'name="{field}" value="([^"]*)"', answer.text)[0]


@contextmanager
def running_stage() -> Iterator[Stage]:
    # Not in pytest's folder, which PostgreSQL's user cannot read.
    with (
        tempfile.TemporaryDirectory(prefix="pointmall-stage-") as folder,
        Server(Path(folder), to_be_broken=True, rate_limits=True, mail=True) as server,
        Staff(server.address) as staff,
        httpx.Client(base_url=server.address, timeout=TIMEOUT) as http,
    ):
        yield Stage(server, staff, http)
