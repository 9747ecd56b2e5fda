"""The tasks of a day, each done from `/staff/` without JavaScript: the number of clicks is that of
`docs/staff.md`."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from shop.order_number import order_number
from tests.browser.goods import Goods, Product
from tests.browser.server import TIMEOUT, Server
from tests.browser.shopper import Shopper
from tests.browser.staff import Staff

DOCS = Path(__file__).parents[2] / "docs" / "staff.md"
ROW = re.compile(r"^\| (?P<task>[^|]+) \| [^|]+ \| (?P<now>\d+)\D", re.MULTILINE)
MOST = {"fulfil twenty": 7, "points to 300": 5}
MOST_OTHERWISE = 6


class Day:
    """A superuser at `/staff/`, whose clicks are counted; typing is not."""

    def __init__(self, chief: Shopper, customer: Shopper, product: Product) -> None:
        self.chief, self.customer, self.product = chief, customer, product
        self.orders: list[int] = []
        self.clicks = 0

    @property
    def page(self) -> Page:
        return self.chief.page

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def tab(self, name: str) -> None:
        tabs = self.page.get_by_role("navigation", name=self.chief.word("Staff"))
        self.click(tabs.get_by_role("link", name=self.chief.word(name), exact=True))

    def figure(self, name: str) -> None:
        """A number of today's page."""
        self.click(self.page.locator(".staff__figures a").filter(has_text=self.chief.word(name)))

    def press(self, name: str) -> None:
        self.click(self._main.get_by_role("button", name=self.chief.word(name), exact=True))

    def follow(self, name: str) -> None:
        self.click(self._main.get_by_role("link", name=name, exact=True).first)

    def unfold(self, name: str) -> None:
        self.click(self.page.locator("summary").get_by_text(self.chief.word(name), exact=True))

    def type(self, field: str, text: str) -> None:
        self.page.locator(f"main [name={field}]:visible").first.fill(text)

    def find(self, tab: str, text: str) -> None:
        self.tab(tab)
        self.type("q", text)
        self.press("Search")

    def person(self) -> None:
        self.find("People", self.customer.name)
        self.follow(self.customer.name)

    def order(self) -> None:
        number = order_number(self.orders[0])
        self.find("Orders", number)
        self.follow(number)

    def sees(self, text: str) -> None:
        expect(self._main.get_by_text(text).first).to_be_visible()

    @property
    def _main(self) -> Locator:
        return self.page.get_by_role("main")


def look_at_open_tasks(day: Day) -> None:
    day.sees(day.chief.word("Orders to hand over"))


def change_a_price(day: Day) -> None:
    day.tab("Products")
    day.type("text", f"{day.product.id}\t{day.product.price + 100}")
    day.press("Check the file")
    day.press("Import")


def withdraw_a_product(day: Day) -> None:
    day.tab("Products")
    day.type("text", f"number\tactive\n{day.product.id}\tno")
    day.press("Check the file")
    day.press("Import")


def receive_fifty(day: Day) -> None:
    day.tab("Stock")
    day.type("number", "50")
    day.click(day.page.get_by_role("button", name=day.chief.word("Restocked")).first)
    day.press("Receive")


def correct_a_count(day: Day) -> None:
    day.tab("Stock")
    day.type("number", "48")
    day.click(day.page.get_by_role("button", name=day.chief.word("Counted")).first)
    day.press("Correct the stock")


def find_a_customer(day: Day) -> None:
    day.find("People", day.customer.name)
    day.sees(day.customer.name)


def points_to_one(day: Day) -> None:
    day.person()
    day.unfold("Grant points")
    day.type("amount", "10,000")
    day.type("reason", "gift")
    day.press("Grant points")
    day.sees(day.chief.number(10_000))


def points_to_300(day: Day) -> None:
    """By the same form; how many lines the list has changes no click."""
    day.tab("Points to many")
    day.type("text", f"{day.customer.name}\t100\tholiday")
    day.press("Check the list")
    day.type("total", "100")
    day.press("Grant the points")


def who_has_how_many_points(day: Day) -> None:
    day.tab("People")
    day.sees(day.customer.name)


def todays_orders(day: Day) -> None:
    day.figure("Orders today")
    day.sees(order_number(day.orders[0]))


def an_order_by_its_number(day: Day) -> None:
    day.order()
    day.sees(day.product.name)


def orders_of_a_customer(day: Day) -> None:
    day.find("Orders", day.customer.name)
    day.sees(order_number(day.orders[0]))


def orders_of_a_product(day: Day) -> None:
    day.find("Orders", day.product.name)
    day.sees(order_number(day.orders[0]))


def fulfil_twenty(day: Day) -> None:
    day.figure("Orders to hand over")
    day.follow(day.chief.word("Choose all on this page"))
    day.press("Fulfil chosen")
    day.click(day.page.get_by_role("main").locator("form .button--main"))
    expect(day.page.locator(".staff__done")).to_be_visible()
    assert day.page.locator(".staff__done li").count() >= len(day.orders)


def cancel_with_a_reason(day: Day) -> None:
    day.order()
    day.unfold("Cancel this order")
    day.page.locator("#cancel-reason").fill("broken")
    day.press("Cancel the order")
    day.sees("broken")


def find_low_stock(day: Day) -> None:
    day.figure("Low stock")


def sales_of_the_week(day: Day) -> None:
    day.tab("Reports")
    day.sees(day.product.name)


def orders_as_a_spreadsheet(day: Day) -> None:
    day.tab("Orders")
    with day.page.expect_download() as download:
        day.follow(day.chief.word("Excel file"))
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def reset_a_password(day: Day) -> None:
    day.person()
    day.press("Make a link to set a password")
    expect(day.page.locator("#link")).to_have_value(re.compile("/password/"))


def close_an_account(day: Day) -> None:
    day.person()
    day.unfold("Close the account")
    day.page.locator("#close-reason").fill("left")
    day.press("Close the account")


def who_did_what(day: Day) -> None:
    day.tab("Log")
    day.sees("admin")


def staff_with_fewer_rights(day: Day) -> None:
    day.person()
    day.unfold("Rights")
    day.click(day.page.get_by_role("checkbox", name=day.chief.word("Orders")))
    day.press("Save the rights")


TASKS: dict[str, Callable[[Day], None]] = {
    "find what is to be done": look_at_open_tasks,
    "change a price": change_a_price,
    "withdraw a product": withdraw_a_product,
    "receive 50": receive_fifty,
    "correct a count": correct_a_count,
    "find a customer by name": find_a_customer,
    "10,000 points to one": points_to_one,
    "points to 300": points_to_300,
    "who has how many points": who_has_how_many_points,
    "today's orders": todays_orders,
    "an order by its number": an_order_by_its_number,
    "orders of a customer": orders_of_a_customer,
    "orders of a product": orders_of_a_product,
    "one order, whole": an_order_by_its_number,
    "fulfil twenty": fulfil_twenty,
    "cancel with a reason": cancel_with_a_reason,
    "what is running out": find_low_stock,
    "sales of the week": sales_of_the_week,
    "orders as a spreadsheet": orders_as_a_spreadsheet,
    "import products": change_a_price,
    "reset a password": reset_a_password,
    "close an account": close_an_account,
    "who did what": who_did_what,
    "staff with fewer rights": staff_with_fewer_rights,
}
ELSEWHERE = {
    "sign in": "test_sign_in.py",
    "add a category": "Piccolo Admin",
    "add a product with texts and picture": "Piccolo Admin",
    "upload a wrong picture": "not by clicks",
    "send an undelivered message again": "test_staff_orders.py",
    "two people, one product": "not by clicks",
}


def test_every_documented_task_has_a_test() -> None:
    section = DOCS.read_text("utf-8").partition("## Thirty tasks of a day")[2]
    told = re.findall(r"^\| ([^|]+?) \| [^|]+ \|", section, re.MULTILINE)
    assert set(told) - {"Task", "---"} == {*TASKS, *ELSEWHERE}
    assert len(TASKS) + len(ELSEWHERE) == 30


@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_the_documented_clicks(
    task: str, chief: Shopper, shopper: Shopper, goods: Goods, server: Server, staff: Staff
) -> None:
    day = Day(chief, shopper, goods["thank-you-card"])
    day.orders = placed(server, shopper, day.product, 20 if task == "fulfil twenty" else 1)
    chief.open("/staff/")
    TASKS[task](day)
    staff.restore(day.product)
    assert day.clicks == documented_clicks()[task]
    assert day.clicks <= MOST.get(task, MOST_OTHERWISE)


def documented_clicks() -> dict[str, int]:
    section = DOCS.read_text("utf-8").partition("## Thirty tasks of a day")[2]
    return {row["task"]: int(row["now"]) for row in ROW.finditer(section)}


def placed(server: Server, shopper: Shopper, product: Product, count: int) -> list[int]:
    """Orders of the shopper, by JSON as a gateway sends them."""
    user = shopper.page.context.request.get("/api/v1/users/me").json()["id"]
    with httpx.Client(
        base_url=server.address, headers={"X-USER-ID": str(user)}, timeout=TIMEOUT
    ) as gateway:
        items = [{"product_id": product.id, "quantity": 1}]
        answers = [
            gateway.post(
                "/api/v1/orders",
                json={"items": items},
                headers={"Idempotency-Key": uuid.uuid4().hex},
            )
            for _ in range(count)
        ]
    return [answer.raise_for_status().json()["id"] for answer in answers]
