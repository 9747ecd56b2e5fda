"""A member of staff with the right for orders, and no other, at work without JavaScript."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shop.order_number import order_number
from tests.browser.colleagues import Hire, go, press, search, unfold
from tests.browser.goods import Goods, Product
from tests.browser.partner import Partner
from tests.browser.shopper import Shopper


@pytest.fixture
def clerk(hire: Hire) -> Shopper:
    return hire("Orders")


@pytest.fixture
def candle(goods: Goods) -> Product:
    """Picked up at the desk, so that it is fulfilled without a parcel."""
    return goods["soy-candle"]


def order(shopper: Shopper, product: Product) -> int:
    shopper.buy_now(product)
    shopper.pay(product.price)
    shopper.sees_receipt(product)
    return shopper.order_id


def find_orders_of(clerk: Shopper, shopper: Shopper) -> None:
    clerk.open("/staff/")
    go(clerk, "Orders")
    clerk.field("Number, customer or product").fill(shopper.name)
    search(clerk)


def open_order(clerk: Shopper, number: int) -> None:
    clerk.open("/staff/orders")
    clerk.field("Number, customer or product").fill(order_number(number))
    search(clerk)
    clerk.page.get_by_role("link", name=order_number(number), exact=True).click()
    expect(clerk.page.get_by_role("heading", level=1)).to_contain_text(
        clerk.word("Order %(number)s", number=order_number(number))
    )


def test_all_of_a_list_are_fulfilled(clerk: Shopper, shopper: Shopper, candle: Product) -> None:
    numbers = [order(shopper, candle) for _ in range(2)]
    find_orders_of(clerk, shopper)
    clerk.link("Choose all on this page").click()
    press(clerk, "Picking list")
    clerk.is_at("Picking list")
    clerk.page.go_back()
    press(clerk, "Fulfil chosen")
    for number in numbers:
        clerk.sees("Order %(number)s", number=order_number(number))
    clerk.page.get_by_role("button", name=re.compile("2")).click()
    for number in numbers:
        clerk.sees(
            "Order %(number)s fulfilled: %(goods)s for %(customer)s.",
            number=order_number(number),
            goods=f"{candle.name} ×1",
            customer=shopper.name,
        )


def test_an_order_is_cancelled_with_a_reason(
    clerk: Shopper, shopper: Shopper, candle: Product
) -> None:
    number = order(shopper, candle)
    open_order(clerk, number)
    unfold(clerk, "Add a note for colleagues")
    clerk.page.locator("#note").fill("called twice")
    press(clerk, "Add note")
    clerk.sees("called twice")
    unfold(clerk, "Cancel this order")
    clerk.page.locator("#cancel-reason").fill("broken in the store room")
    press(clerk, "Cancel the order")
    clerk.sees("broken in the store room")
    shopper.reload()
    shopper.sees("broken in the store room")
    shopper.has_points(100_000)


def test_a_fulfilment_is_undone(clerk: Shopper, shopper: Shopper, candle: Product) -> None:
    number = order(shopper, candle)
    open_order(clerk, number)
    press(clerk, "Fulfil this order")
    open_order(clerk, number)
    unfold(clerk, "Undo the fulfilment")
    clerk.page.locator("#take-back-reason").fill("wrong order")
    press(clerk, "Undo the fulfilment")
    clerk.sees("Order %(number)s is to be handed over again.", number=order_number(number))


def test_a_parcel_leaves_and_comes_back(clerk: Shopper, shopper: Shopper, goods: Goods) -> None:
    mug = goods["stoneware-mug"]
    number = order(shopper, mug)
    open_order(clerk, number)
    press(clerk, "Pack this order")
    clerk.open("/staff/orders/packing")
    parcel = clerk.page.get_by_role("listitem").filter(has_text=order_number(number))
    clerk.page.set_viewport_size({"width": 390, "height": 844})
    assert parcel.locator(".recipient").evaluate("element => element.offsetWidth") > 300
    parcel.get_by_label(clerk.word("Tracking number")).fill("6890123456")
    parcel.get_by_role("button", name=clerk.word("Ship")).click()
    clerk.sees("A parcel of order %(number)s has left.", number=order_number(number))
    shopper.reload()
    shopper.sees("6890123456")
    shopper.link("Return items").click()
    shopper.page.locator("[name=quantity]").fill("1")
    shopper.button("Request a return").click()
    clerk.open("/staff/returns")
    clerk.link("Order %(number)s", number=order_number(number)).click()
    press(clerk, "Take in and refund")
    clerk.sees(
        "The return of order %(number)s is taken in, and its points are refunded.",
        number=order_number(number),
    )
    clerk.sees("%(n)s returned", n="1")
    shopper.open("/")
    shopper.has_points(100_000)


def test_a_message_is_sent_again(
    clerk: Shopper, shopper: Shopper, goods: Goods, partner: Partner
) -> None:
    partner.away = True
    try:
        number = order(shopper, goods["soy-candle"])
        go_to_messages(clerk)
        message = clerk.page.get_by_role("row").filter(has_text=str(number))
        expect(message).to_contain_text("503")
        message.get_by_role("checkbox").check()
    finally:
        partner.away = False
    press(clerk, "Send chosen again")
    clerk.sees("%(n)s of %(of)s messages are being sent again.", n=1, of=1)


def go_to_messages(clerk: Shopper) -> None:
    clerk.open("/staff/")
    go(clerk, "Messages")


def test_sales_are_reported_and_downloaded(
    clerk: Shopper, shopper: Shopper, candle: Product
) -> None:
    order(shopper, candle)
    clerk.open("/staff/")
    go(clerk, "Reports")
    clerk.page.get_by_role("list", name=clerk.word("Period")).get_by_text(
        clerk.word("Today")
    ).click()
    table = clerk.page.get_by_role("region", name=clerk.word("Best-selling products"))
    expect(table).to_contain_text(candle.name)
    with clerk.page.expect_download() as download:
        clerk.link("CSV file").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")


def test_only_their_pages_are_there(clerk: Shopper) -> None:
    clerk.open("/staff/")
    tabs = clerk.page.get_by_role("navigation", name=clerk.word("Staff"))
    words = ("Today", "Orders", "Desk", "Messages", "Reports", "Log")
    expect(tabs.get_by_role("link")).to_have_text([clerk.word(word) for word in words])
    for path in ("stock", "people", "points", "products/import", "settings", "content"):
        response = clerk.page.goto(f"/staff/{path}")
        assert response
        assert response.status == 404


def test_a_right_that_was_taken_away_while_a_form_was_open(
    clerk: Shopper, chief: Shopper, shopper: Shopper, candle: Product
) -> None:
    number = order(shopper, candle)
    open_order(clerk, number)
    unfold(chief, "Rights")
    chief.page.get_by_role("checkbox", name=chief.word("Orders")).uncheck()
    chief.button("Save the rights").click()
    press(clerk, "Fulfil this order")
    clerk.sees("There is nothing at this address.")
    shopper.reload()
    expect(shopper.page.locator(".desk-code")).to_have_count(1)
