"""A member of staff turns on two-step verification, and signs in with it."""

import time

import httpx
import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser.server import Server
from tests.browser.shopper import PASSWORD, OpenWindow, Shopper
from tests.browser.staff import Staff

RECEIVE_STOCK = "a[href='#/forms/receive-stock/']"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def clerk(
    request: pytest.FixtureRequest, open_window: OpenWindow, server: Server, staff: Staff
) -> Shopper:
    return hired(open_window(java_script_enabled=request.param), server, staff)


def hired(clerk: Shopper, server: Server, staff: Staff) -> Shopper:
    """Signed up a moment ago, and works in the shop."""
    clerk.register()
    cookies = {cookie["name"]: cookie["value"] for cookie in clerk.page.context.cookies()}
    me = httpx.get(f"{server.address}/api/v1/users/me", cookies=cookies).raise_for_status()
    staff.hire(me.json()["id"])
    staff.promote(me.json()["id"])
    return clerk


def next_code(key: str) -> str:
    """The code of the next time step, which was not used before."""
    return pyotp.TOTP(key).at(int(time.time()) + 30)


def test_enrol_sign_in_with_a_code_and_with_a_recovery_code(clerk: Shopper) -> None:
    key = clerk.begin_two_step_verification()
    expect(
        clerk.page.get_by_role("img", name=clerk.word("QR code with the key below"))
    ).to_be_visible()
    clerk.enter_code("12345", "Turn on")
    clerk.sees_refusal(
        "This code is not valid",
        "It is wrong, expired or already used. Please enter the code that your app shows now.",
    )
    clerk.enter_code(pyotp.TOTP(key).now(), "Turn on")
    clerk.is_at("Two-step verification is on")
    codes = clerk.page.get_by_role("main").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10

    clerk.sign_out()
    clerk.open("/points")
    clerk.sign_in(clerk.name, PASSWORD)
    clerk.is_at("Two-step verification")
    clerk.open("/points")
    clerk.is_at("Sign in")
    clerk.sign_in(clerk.name, PASSWORD)
    clerk.enter_code(next_code(key))
    clerk.sees("Welcome back.")
    clerk.is_at("Points")

    clerk.sign_out()
    clerk.sign_in(clerk.name, PASSWORD)
    clerk.enter_code(codes[0])
    clerk.sees("Welcome back.")
    clerk.open("/account/second-factor")
    clerk.sees("On")
    clerk.field("Current password").fill(PASSWORD)
    clerk.enter_code(codes[1], "Turn off")
    clerk.sees("Two-step verification is off.")
    clerk.sign_out()
    clerk.sign_in(clerk.name, PASSWORD)
    clerk.sees("Welcome back.")


def test_the_admin_asks_for_the_code_where_a_session_has_ended(
    open_window: OpenWindow, server: Server, staff: Staff, complaints: list[str]
) -> None:
    clerk = hired(open_window(), server, staff)
    key = clerk.begin_two_step_verification()
    clerk.enter_code(pyotp.TOTP(key).now(), "Turn on")
    clerk.is_at("Two-step verification is on")
    clerk.open("/admin/")
    page = clerk.page
    expect(page.locator(RECEIVE_STOCK)).to_be_visible()
    page.wait_for_load_state("networkidle")  # else the sign-in form may come before the click
    page.context.clear_cookies(name="id")
    page.locator(RECEIVE_STOCK).click()
    fields = page.locator("#login input")
    fields.nth(0).fill(clerk.name)
    fields.nth(1).fill(PASSWORD)
    fields.nth(1).press("Enter")
    page.get_by_placeholder("123456").fill(next_code(key))
    page.get_by_placeholder("123456").press("Enter")
    expect(page.locator("[name=product_id]")).to_be_visible()
    # Piccolo's page does not catch the 401 that it shows its sign-in form for.
    complaints[:] = [said for said in complaints if "status code 401" not in said]
