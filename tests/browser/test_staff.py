"""Staff and shoppers, each in a window of their own, and what one sees of the other's work."""

from playwright.sync_api import Page, expect

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
    clerk.sees("Done. On hand now: %(quantity)s.", quantity=7)

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


def test_fulfilled_meanwhile(shopper: Shopper, staff: Staff, goods: Goods) -> None:
    """An order that was handed over is not cancelled by a receipt that was open before."""
    camera = goods["film-camera"]
    shopper.buy_now(camera)
    shopper.pay(camera.price)
    shopper.sees_receipt(camera)
    staff.fulfil(shopper.order_id)
    shopper.cancel_order()
    shopper.is_at("This order can no longer be cancelled")
    shopper.open("/orders")
    shopper.sees("Fulfilled")
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
