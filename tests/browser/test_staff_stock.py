"""A member of staff with the rights for stock and the catalogue, at work without JavaScript.

No other file uses these goods: their stock, prices and limits change here.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.colleagues import Hire, go, press, search
from tests.browser.goods import Goods
from tests.browser.shopper import Shopper


@pytest.fixture
def keeper(hire: Hire) -> Shopper:
    keeper = hire("Stock", "Catalogue")
    keeper.open("/staff/")
    return keeper


def test_received_counted_and_undone(keeper: Shopper, goods: Goods) -> None:
    lantern = goods["camping-lantern"]
    go(keeper, "Stock")
    keeper.field("Product number or name").fill(lantern.name)
    search(keeper)
    number = keeper.field("Number of %(name)s", name=lantern.name)
    number.fill("7")
    press(keeper, "Restocked")
    press(keeper, "Receive")
    sees_stock(keeper, lantern.name, 7, lantern.stock + 7)
    keeper.open(f"/staff/stock/{lantern.id}")
    keeper.field("Received or counted").fill(str(lantern.stock + 5))
    press(keeper, "Counted")
    expect(keeper.page.get_by_role("main")).to_contain_text("-2")
    press(keeper, "Correct the stock")
    sees_stock(keeper, lantern.name, -2, lantern.stock + 5)
    keeper.open(f"/staff/stock/{lantern.id}")
    keeper.button("Undo").first.click()
    sees_stock(keeper, lantern.name, 2, lantern.stock + 7)


def sees_stock(keeper: Shopper, name: str, amount: int, stock: int) -> None:
    message = "%(name)s: %(amount)s. Now in stock: %(stock)s."
    keeper.sees(message, name=name, amount=f"{amount:+d}", stock=stock)


def test_a_delivery_of_many_products(keeper: Shopper, goods: Goods) -> None:
    board, towels = goods["walnut-cutting-board"], goods["cotton-towel-set"]
    go(keeper, "Stock")
    keeper.link("Stock delivery").click()
    keeper.field("List").fill(f"{board.id}\t3\nno such thing\t2")
    press(keeper, "Check the list")
    keeper.sees("Nothing was received. Please correct the list and send it again.")
    keeper.field("List").fill(f"{board.id}\t3\n{towels.name}\t2")
    press(keeper, "Check the list")
    press(keeper, "Receive all")
    keeper.sees("%(items)s items of %(n)s products received.", items=5, n=2)


def test_prices_by_a_list(keeper: Shopper, goods: Goods, guest: Shopper) -> None:
    board = goods["walnut-cutting-board"]
    go(keeper, "Products")
    keeper.field("or a list").fill(f"{board.id}\t{board.price + 500}")
    press(keeper, "Check the file")
    expect(keeper.page.get_by_role("region", name=keeper.word("Changes"))).to_contain_text(
        keeper.number(board.price + 500)
    )
    press(keeper, "Import")
    keeper.sees("Products added: %(new)s. Products changed: %(changed)s.", new=0, changed=1)
    guest.open_product(board)
    expect(guest.page.get_by_role("main")).to_contain_text(guest.number(board.price + 500))


def test_a_limit_for_each_person(keeper: Shopper, goods: Goods) -> None:
    towels = goods["cotton-towel-set"]
    keeper.open(f"/staff/stock/{towels.id}")
    keeper.link("Limits and times").click()
    keeper.field("Items that one person may buy").fill("2")
    press(keeper, "Save")
    keeper.sees("Saved.")


def test_codes_are_imported_and_voided(keeper: Shopper, goods: Goods) -> None:
    voucher = goods["audiobook-code"]
    keeper.open(f"/staff/stock/{voucher.id}")
    keeper.link("Codes").click()
    keeper.field("Codes, one a line").fill("JOURNEY-0001\nJOURNEY-0002")
    keeper.page.locator("#import-reason").fill("bought")
    press(keeper, "Import")
    expect(keeper.page.locator(".staff__done")).to_contain_text("2")
    keeper.page.locator("#void-text").fill("JOURNEY-0002")
    keeper.page.locator("#void-reason").fill("does not work")
    press(keeper, "Void")
    keeper.sees("Codes voided: %(n)s.", n=1)


def test_what_they_did_is_in_the_log(keeper: Shopper, goods: Goods) -> None:
    towels = goods["cotton-towel-set"]
    keeper.open(f"/staff/stock/{towels.id}/receive?number=3")
    keeper.field("Reason").fill("found behind a shelf")
    press(keeper, "Receive")
    go(keeper, "Log")
    keeper.page.get_by_role("textbox", name=keeper.word("Staff")).fill(keeper.name)
    search(keeper)
    entry = keeper.page.get_by_role("row").filter(has_text="found behind a shelf")
    expect(entry).to_contain_text(keeper.name)
    expect(entry).to_contain_text(keeper.word("Stock received"))
