"""Staff and shoppers in separate windows, and how one's actions show in the other's pages."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shop.admin.rows import CHANGED_MEANWHILE
from shop.web.i18n import format_time
from tests.browser.goods import Goods, Product
from tests.browser.shopper import OpenWindow, Shopper
from tests.browser.staff import Staff

RECEIVE_STOCK = "a[href='#/forms/receive-stock/']"


def test_restock(shopper: Shopper, staff: Staff, open_window: OpenWindow, goods: Goods) -> None:
    ukulele = goods["soprano-ukulele"]
    staff.correct_stock(ukulele, -ukulele.stock)
    shopper.open_product(ukulele)
    shopper.sees("Sold out for now.")

    clerk = open_window()
    clerk.sign_in("admin")
    clerk.sees("Welcome back.")
    clerk.link("Administration").click()
    receive_stock(clerk.page, ukulele, 7)
    clerk.sees("Done. Now in stock: %(quantity)s.", quantity=7)

    shopper.reload()
    shopper.sees("In stock")
    shopper.buy_now(ukulele)
    shopper.pay(ukulele.price)
    shopper.sees_receipt(ukulele)


def receive_stock(admin: Page, product: Product, amount: int) -> None:
    """By Piccolo's form, whose labels are not tied to its fields."""
    admin.locator(RECEIVE_STOCK).click()
    form = admin.locator("form", has=admin.locator("[name=product_id]"))
    form.locator("[name=product_id]").fill(str(product.id))
    form.locator("[name=amount]").fill(str(amount))
    form.locator("[name=reason]").fill("입고")
    form.get_by_role("button").click()


def test_an_order_fulfilled_in_the_meantime(shopper: Shopper, staff: Staff, goods: Goods) -> None:
    """A fulfilled order cannot be cancelled from a receipt that was opened before."""
    camera = goods["film-camera"]
    shopper.buy_now(camera)
    shopper.pay(camera.price)
    shopper.sees_receipt(camera)
    staff.fulfil(shopper.order_id)
    shopper.cancel_order()
    shopper.is_at("This order can no longer be cancelled")
    shopper.open("/orders")
    shopper.sees("Received")
    shopper.has_points(100_000 - camera.price)


def test_shoppers_stay_outside(shopper: Shopper) -> None:
    shopper.open("/")
    expect(shopper.link("Administration")).to_have_count(0)
    shopper.open("/admin/")
    shopper.is_at("Not allowed")


def test_staff_are_asked_to_sign_in_first(guest: Shopper) -> None:
    guest.open("/admin/")
    guest.is_at("Sign in")
    guest.sign_in("admin")
    expect(guest.page.locator(RECEIVE_STOCK)).to_be_visible()


def test_a_double_click_grants_points_once(shopper: Shopper, open_window: OpenWindow) -> None:
    clerk = signed_in_staff(open_window)
    page = clerk.page
    page.locator("a[href='#/forms/grant-points/']").click()
    for balance in (100_700, 101_400):
        for name, value in {"username": shopper.name, "amount": "700", "reason": "적립"}.items():
            page.locator(f"[name={name}]").fill(value)
        expect(page.locator("[name=form_key]")).to_be_hidden()
        page.locator("button[data-uitest=submit_custom_form_button]").dblclick()
        clerk.sees("Done. New balance: %(balance)s points.", balance=balance)
        with page.expect_navigation():
            page.locator("#success_message + ul a[href='#']").click()
    shopper.open("/")
    shopper.has_points(101_400)


def test_an_open_form_undoes_nothing(
    shopper: Shopper, staff: Staff, open_window: OpenWindow, goods: Goods
) -> None:
    """One member of staff has a product open, while another one sets its price."""
    pen = goods["brass-fountain-pen"]
    clerk = signed_in_staff(open_window)
    clerk.open(f"/admin/#/products/{pen.id}")
    page = clerk.page
    expect(page.locator("[name=price]")).to_have_value(str(pen.price))
    expect(page.locator("[name=form_key]")).to_be_hidden()
    staff.set_price(pen, pen.price + 1_000)
    for name in ("새 펜", "다른 펜"):
        page.locator("[name=name]").fill(name)
        with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
            page.locator("[data-uitest=save_button]").click()
        assert saved.value.ok
        shopper.open_product(pen)
        expect(shopper.page.get_by_role("heading", level=1)).to_have_text(name)
        expect(shopper.page.get_by_role("main")).to_contain_text(shopper.number(pen.price + 1_000))
    page.locator("[name=price]").fill("5")
    page.locator("[data-uitest=save_button]").click()
    clerk.sees(CHANGED_MEANWHILE, now=pen.price + 1_000)


def test_an_open_form_opens_no_account_again(
    shopper: Shopper, staff: Staff, open_window: OpenWindow
) -> None:
    user = staff.user_id(shopper.name)
    clerk = signed_in_staff(open_window)
    clerk.open(f"/admin/#/users/{user}")
    page = clerk.page
    expect(page.locator("[name=username]")).to_have_value(shopper.name)
    staff.set_active(user, active=False)
    page.locator("[name=last_name]").fill("김")
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.locator("[data-uitest=save_button]").click()
    assert saved.value.ok
    assert saved.value.json()["last_name"] == "김"
    assert not staff.is_active(user)
    staff.set_active(user, active=True)


def signed_in_staff(open_window: OpenWindow) -> Shopper:
    clerk = open_window()
    clerk.sign_in("admin")
    clerk.link("Administration").click()
    expect(clerk.page.locator(RECEIVE_STOCK)).to_be_visible()
    return clerk


# How a name stands in the file: nothing is taken for a formula, and numbers stay numbers.
NAMES = {
    "=1+1": "'=1+1",
    "+82 10 1234": "'+82 10 1234",
    "-2+3": "'-2+3",
    "@sum": "'@sum",
    "＝1＋1": "'＝1＋1",
    "－1+1": "'－1+1",
    '=HYPERLINK("http://evil.test","눌러")': '\'=HYPERLINK("http://evil.test","눌러")',
    'a,"=1+1': 'a,"=1+1',
    'a;"null";b': 'a;"null";b',
    "2인용, 큰 것": "2인용, 큰 것",
    "-5": "-5",
}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_table_opens_in_a_spreadsheet(
    staff: Staff, open_window: OpenWindow, delimiter: str
) -> None:
    ids = [staff.add_product(name=name, price=5, category=1, active=False) for name in NAMES]
    clerk = signed_in_staff(open_window)
    clerk.open("/admin/#/products/")
    page = clerk.page
    page.locator("[data-uitest=csv_button]").click()
    page.locator("#delimiter").select_option(delimiter)
    with page.expect_download() as download:
        page.locator("[data-uitest=download_csv_button]").click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith("\ufeffid".encode())
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=delimiter))
    found = {int(row["id"]): row for row in rows}
    assert [found[id_]["name"] for id_ in ids] == list(NAMES.values())
    assert {found[id_]["picture"] for id_ in ids} == {""}


def test_times_are_the_shops(shopper: Shopper, open_window: OpenWindow, goods: Goods) -> None:
    """An order's receipt and the admin's list say the same time, and a filter means it."""
    shopper.buy_now(goods["steel-scissors"])
    shopper.pay(goods["steel-scissors"].price)
    clerk = signed_in_staff(open_window)
    with clerk.page.expect_response(lambda answer: "/tables/orders/?" in answer.url) as listed:
        clerk.open("/admin/#/orders/")
    [newest, *_] = listed.value.json()["rows"]
    at = datetime.fromisoformat(newest["created_at"])
    assert at.utcoffset() == timedelta(hours=9)
    expect(shopper.page.get_by_role("main")).to_contain_text(format_time("ko", at))
    expect(clerk.page.locator("body")).to_contain_text(newest["created_at"])
    clerk.page.locator("[data-uitest=filter_button]").click()
    expect(clerk.page.locator("select").filter(has_text="Asia/Seoul").first).to_have_value(
        "Asia/Seoul"
    )
