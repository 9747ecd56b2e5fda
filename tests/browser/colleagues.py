"""Members of staff in the shop's own pages, each with the rights that a superuser gave them."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.shopper import Shopper

Hire = Callable[..., Shopper]
"""The fixture `hire`: a new member of staff with these rights, in a browser without JavaScript."""


def give_rights(chief: Shopper, name: str, *rights: str) -> None:
    find(chief, name)
    unfold(chief, "Rights")
    for right in rights:
        chief.page.get_by_role("checkbox", name=chief.word(right)).check()
    chief.button("Save the rights").click()
    chief.sees("The rights of %(person)s are saved.", person=name)


def find(staff: Shopper, name: str) -> None:
    """Opens a person's page."""
    staff.open("/staff/people")
    staff.field("Name, username, e-mail or employee number").fill(name)
    search(staff)
    staff.page.get_by_role("link", name=name).click()


def search(staff: Shopper) -> None:
    staff.page.get_by_role("main").get_by_role("button", name=staff.word("Search")).click()


def unfold(staff: Shopper, summary: str) -> None:
    staff.page.locator("summary").get_by_text(staff.word(summary), exact=True).click()


def press(staff: Shopper, label: str) -> None:
    """The button of exactly this name: not the summary that unfolds it, nor a longer name."""
    staff.page.get_by_role("button", name=staff.word(label), exact=True).click()


def go(staff: Shopper, tab: str) -> None:
    """By the tabs of the staff's pages."""
    tabs = staff.page.get_by_role("navigation", name=staff.word("Staff"))
    tabs.get_by_role("link", name=staff.word(tab), exact=True).click()
    expect(tabs.locator("[aria-current=page]")).to_have_text(staff.word(tab))


def row_of(staff: Shopper, text: str) -> str:
    """The texts of the table row that contains this text."""
    return staff.page.get_by_role("row").filter(has_text=text).first.inner_text()
