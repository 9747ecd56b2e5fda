"""Coming in, going out, and in which language."""

from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import PASSWORD, Shopper


def test_sign_up_and_sign_out(guest: Shopper) -> None:
    guest.sign_up()
    guest.has_points(0)
    guest.sign_out()
    guest.open("/orders")
    guest.is_at("Sign in")

    name = guest.name
    guest.sign_in(name, "not the password")
    guest.sees_refusal("Sign-in failed", "The username or password is incorrect.")
    expect(guest.field("Username")).to_have_value(name)
    guest.sign_in(name, PASSWORD)
    guest.is_at("Orders")
    guest.sees("Welcome back.")


def test_session_that_ended_elsewhere(guest: Shopper, goods: Goods) -> None:
    """An action on a page of an ended session is done after signing in again."""
    teapot = goods["glass-teapot"]
    guest.register()
    guest.open_product(teapot)
    guest.open_tab().sign_out()
    guest.like(teapot)
    guest.is_at("Sign in")
    guest.sign_in(guest.name, PASSWORD)
    guest.is_at(teapot.name)
    guest.sees_liked(teapot, by=1)


def test_name_that_is_taken(guest: Shopper) -> None:
    guest.open("/signup")
    guest.field("Username").fill("alice")
    guest.field("Password").fill(PASSWORD)
    guest.page.get_by_role("main").get_by_role("button", name=guest.word("Sign up")).click()
    guest.sees_refusal("This username is taken", "Please choose another username.")
    expect(guest.field("Username")).to_have_value("alice")


def test_english_and_back(guest: Shopper, goods: Goods) -> None:
    lamp = goods["jointed-desk-lamp"]
    guest.open_product(lamp)
    guest.is_at(lamp.name)
    guest.speak("en")
    guest.is_at(lamp.name_en)
    guest.open("/?category=desk")
    guest.is_at("Desk & stationery")
    guest.speak("ko")
    guest.is_at("사무·문구")
