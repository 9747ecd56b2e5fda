"""Two members of staff change the same thing: the second one gets a message and keeps the input."""

import re
from html import unescape
from typing import Any

import pytest

from shop.content.repository import ContentRepository, PageRow
from shop.staff.people_repository import PersonRepository
from tests.cast import SignedIn, make_options, make_product, make_user
from tests.unit.staff.conftest import form_in

CHANGED = "Somebody else has saved this since you opened it."
PAGE: dict[str, Any] = {"slug": "terms", "title_ko": "약관", "body_ko": "처음"}
FORMS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "settings": ("/staff/settings", "", {"name_en": "First"}, {"name_en": "Second"}),
    "home": (
        "/staff/home",
        "",
        {"kind_1": "hero", "title_en_1": "First"},
        {"kind_1": "hero", "title_en_1": "Second"},
    ),
    "page": (
        "/staff/content/pages/{page}",
        "",
        PAGE | {"body_ko": "First"},
        PAGE | {"body_ko": "Second"},
    ),
    "words": ("/staff/synonyms", "", {"words": "a = first"}, {"words": "a = second"}),
    "sale": (
        "/staff/products/{product}/sale",
        "",
        {"person_limit": "111"},
        {"person_limit": "222"},
    ),
    "details": (
        "/staff/people/{person}",
        "/details",
        {"last_name": "First"},
        {"last_name": "Second"},
    ),
    "rights": ("/staff/people/{person}", "/rights", {"right": "orders"}, {"right": "stock"}),
    "options": (
        "/staff/products/{product}/options",
        "/labels",
        {"label": ["First", "M"]},
        {"label": ["Second", "M"]},
    ),
}


@pytest.fixture
async def ids() -> dict[str, int]:
    product = await make_product()
    await make_options(product, "L", "M")
    return {
        "product": product,
        "person": await make_user("carol"),
        "page": await ContentRepository().save_page(PageRow(**PAGE)),
    }


def fields(page: str, action: str) -> dict[str, Any]:
    return form_in(page.replace(' enctype="multipart/form-data"', ""), action)


@pytest.mark.parametrize("form", FORMS)
async def test_the_second_one_sees_a_message_and_may_replace_it(
    chief: SignedIn, ids: dict[str, int], form: str
) -> None:
    chief.headers["Accept-Language"] = "en"
    path, more, first, second = FORMS[form]
    path = path.format(**ids)
    action = path + more
    opened = [(await chief.get(f"{path}")).text for _ in range(2)]
    saved = await chief.post(action, data={**fields(opened[0], action), **first})
    assert saved.status_code == 303, saved.text
    refused = await chief.post(action, data={**fields(opened[1], action), **second})
    assert (refused.status_code, CHANGED in unescape(refused.text)) == (400, True), refused.text
    assert [value in refused.text for value in texts(second)] == [True] * len(texts(second))
    again = await chief.post(action, data={**fields(refused.text, action), **second})
    assert again.status_code == 303, again.text
    assert CHANGED not in (await chief.get(path)).text


def texts(typed: dict[str, Any]) -> list[str]:
    return [value if isinstance(value, str) else value[0] for value in typed.values()]


async def test_another_fault_does_not_hide_that_it_was_changed(
    chief: SignedIn, ids: dict[str, int]
) -> None:
    chief.headers["Accept-Language"] = "en"
    path = f"/staff/people/{ids['person']}"
    action = f"{path}/details"
    opened = form_in((await chief.get(f"{path}")).text, action)
    wrong = await chief.post(action, data={**opened, "email": "nobody"})
    shown = form_in(wrong.text, action)
    assert (wrong.status_code, shown["seen"]) == (400, opened["seen"])


async def test_a_refused_form_of_a_person_stays_open_with_its_input(
    chief: SignedIn, ids: dict[str, int]
) -> None:
    path = f"/staff/people/{ids['person']}"
    page = (await chief.get(f"{path}")).text
    action = f"{path}/points/grant"
    typed = {"amount": "a hundred", "reason": "for <her>"}
    refused = await chief.post(action, data={**form_in(page, action), **typed})
    assert refused.status_code == 400
    [opened] = re.findall(r'<details class="sure" open>.*?</details>', refused.text, re.DOTALL)
    assert 'value="a hundred"' in opened
    assert 'value="for &lt;her&gt;"' in opened
    assert 'aria-describedby=" grant-amount-error"' in opened
    person = await PersonRepository().one(ids["person"])
    assert person is not None
    assert person.balance == 0
