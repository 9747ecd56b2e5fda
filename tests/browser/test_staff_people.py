"""People and points to many in the staff's pages, without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.colleagues import Hire, find, go, press, search, unfold
from tests.browser.shopper import OpenWindow, Shopper

POINTS = 1_500


@pytest.fixture
def granter(hire: Hire) -> Shopper:
    """May do nothing but points."""
    return hire("Points")


def finish(staff: Shopper) -> None:
    """Looks again until the list is done."""
    done = staff.page.locator("h1").get_by_text(staff.word("Done"), exact=True)
    expect(staff.page.locator("#progress")).to_be_visible()
    for _ in range(100):
        if done.count():
            return
        staff.reload()
    raise AssertionError("the list is not done")


def test_points_to_many_and_back(granter: Shopper, shopper: Shopper) -> None:
    granter.open("/staff/points/grant-many")
    granter.field("List").fill(f"{shopper.name}\t{POINTS:,}\tholiday\nno-such-person\t5\tholiday")
    granter.button("Check the list").click()
    granter.sees(
        "“%(person)s” is neither a username nor an employee number.", person="no-such-person"
    )
    granter.field("List").fill(f"{shopper.name},{POINTS},x")
    granter.button("Check the list").click()
    granter.field("Type the sum to confirm it").fill(f"{POINTS:,}")
    granter.button("Grant the points").click()
    finish(granter)
    shopper.open("/")
    shopper.has_points(100_000 + POINTS)
    unfold(granter, "Take this list back")
    granter.field("Reason").fill("wrong list")
    granter.button("Show what would be taken back").click()
    granter.field("Type the sum to confirm it").fill(str(POINTS))
    granter.button("Take the points back").click()
    finish(granter)
    shopper.reload()
    shopper.has_points(100_000)


def test_a_member_of_staff_sees_what_their_rights_open(granter: Shopper) -> None:
    granter.open("/staff/")
    tabs = granter.page.get_by_role("navigation", name=granter.word("Staff"))
    expect(tabs.get_by_text(granter.word("Points to many"))).to_be_visible()
    expect(tabs.get_by_text(granter.word("Orders"), exact=True)).to_have_count(0)
    response = granter.page.goto("/staff/orders")
    assert response
    assert response.status == 404


def test_an_account_is_opened_and_its_owner_sets_the_password(
    chief: Shopper, open_window: OpenWindow
) -> None:
    chief.open("/staff/people/new")
    chief.field("Employee number").fill("emp-4711")
    chief.field("Points to begin with").fill("2,000")
    chief.button("Open accounts").click()
    link = chief.page.get_by_text(re.compile(r"/password/\d+-[0-9a-f]{40}")).last.inner_text()
    owner = open_window(java_script_enabled=False)
    owner.page.goto(link)
    owner.field("Password").fill("battery-staple-lamp")
    owner.button("Set password").click()
    owner.sees("Your password is set. You can sign in now.")
    owner.sign_in("emp-4711", "battery-staple-lamp")
    owner.has_points(2_000)
    find(chief, "emp-4711")
    unfold(chief, "Close the account")
    chief.field("are taken back").check()
    chief.page.locator("#close-reason").fill("left")
    chief.button("Close the account").click()
    chief.sees(
        "The account %(person)s is closed; %(balance)s points were taken back.",
        person="emp-4711",
        balance=2_000,
    )
    owner.open("/orders")
    owner.is_at("Sign in")


def test_points_of_one_person(granter: Shopper, shopper: Shopper) -> None:
    find(granter, shopper.name)
    unfold(granter, "Grant points")
    granter.page.locator("#grant-amount").fill("1,200")
    granter.page.locator("#grant-reason").fill("helped out")
    press(granter, "Grant points")
    unfold(granter, "Correct points")
    granter.page.locator("#adjust-amount").fill("-200")
    granter.page.locator("#adjust-reason").fill("too many")
    press(granter, "Correct points")
    granter.sees(
        "%(amount)s points for %(person)s. New balance: %(balance)s points.",
        amount=-200,
        person=shopper.name,
        balance=101_000,
    )
    go(granter, "Points")
    granter.field("Name, username, e-mail or employee number").fill(shopper.name)
    search(granter)
    for reason in ("helped out", "too many"):
        entry = granter.page.get_by_role("row").filter(has_text=reason)
        expect(entry).to_contain_text(granter.name)


def test_granting_points_to_oneself_is_refused(granter: Shopper) -> None:
    find(granter, granter.name)
    expect(granter.page.locator("#grant-amount")).to_have_count(0)
    granter.open("/staff/points/grant-many")
    granter.field("List").fill(f"{granter.name},5,x")
    granter.button("Check the list").click()
    granter.sees("You cannot grant points to yourself.")


def test_an_announcement_and_a_page(chief: Shopper, guest: Shopper) -> None:
    """Only a superuser sees them."""
    chief.open("/staff/")
    go(chief, "Pages and announcements")
    chief.field("Sentence in Korean").fill("내일 창고를 정리합니다.")
    chief.field("Sentence in English").fill("We tidy up tomorrow.")
    chief.field("Shown from").fill("2026-01-01T00:00")
    chief.field("Shown until").fill("2099-01-01T00:00")
    press(chief, "Announce")
    guest.open("/")
    guest.sees("내일 창고를 정리합니다.")
    chief.button("Delete: %(text)s", text="내일 창고를 정리합니다.").click()
    go(chief, "Settings")
    chief.field("Stock is low from").fill("4")
    press(chief, "Save")
    expect(chief.field("Stock is low from")).to_have_value("4")
