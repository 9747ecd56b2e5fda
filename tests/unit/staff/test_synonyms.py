"""Words that staff keep as the same, one typo where nothing else is found, and what helps then."""

import httpx
import pytest

from shop.catalogue.synonyms import MAX_GROUPS, in_other_words, read_groups, synonyms_of
from shop.errors import InvalidInput
from shop.products.typos import guesses
from tests.cast import SignedIn, make_category, make_product
from tests.unit.catalogue.test_search import found
from tests.unit.staff.conftest import actions_of
from tests.unit.staff.test_grant_many import send

PAGE = "/staff/synonyms"


async def test_a_synonym_finds_products_with_the_other_word(
    chief: SignedIn, guest: httpx.AsyncClient
) -> None:
    mug, cup = await make_product("도자기 머그"), await make_product("유리컵")
    assert await found(guest, "머그컵") == []
    assert (await send(chief, PAGE, words="머그컵 = 머그, 컵\n이어폰=헤드폰")).status_code == 200
    for sort in ("newest", "price_asc", "likes"):
        assert sorted(await found(guest, "머그컵", sort=sort)) == [mug, cup]
    assert await found(guest, "도자기 컵") == [mug]
    assert await found(guest, "머그컵", limit=1) == [cup, mug]
    assert "머그컵 = 머그 = 컵" in (await chief.get(PAGE)).text
    [(action, _)] = await actions_of("synonyms")
    assert action == "synonyms.change"
    await send(chief, PAGE, words="")
    assert await found(guest, "머그컵") == []


@pytest.mark.parametrize(
    "text",
    ["머그", "머그 = 머그", "a = !!", "a b = c", "a = " + "b" * 41, " = ".join("abcdefghi"),
     "\n".join(f"a{n} = b{n}" for n in range(MAX_GROUPS + 1))],
)  # fmt: skip
async def test_a_line_that_is_no_group_is_refused(chief: SignedIn, text: str) -> None:
    with pytest.raises(InvalidInput):
        read_groups(text)
    refused = await send(chief, PAGE, words=text)
    assert refused.status_code == 400
    assert text.splitlines()[0][:30] in refused.text


def test_groups_with_a_common_word_are_not_joined() -> None:
    known = synonyms_of([["머그", "컵"], ["컵", "잔"]])
    assert known == {"머그": ["컵"], "컵": ["머그", "잔"], "잔": ["컵"]}
    assert [*in_other_words(["큰", "컵"], known)] == [["큰", "머그"], ["큰", "잔"]]


async def test_only_staff_with_the_right_change_them(
    clerk: SignedIn, guest: httpx.AsyncClient
) -> None:
    assert (await clerk.get(PAGE)).status_code == 404
    assert (await guest.get(PAGE)).status_code in (303, 401)


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("키보트", True),
        ("기보드", True),
        ("키부드", True),
        ("카보트", False),
        ("키보", True),
        ("keybord", True),
        ("keyboord", True),
        ("kyeboard", True),
        ("kexboard", True),
        ("keyboards", True),
        ("kxxboard", False),
        ("keb", False),
        ("기계식 키보트", True),
        ("mechnical 키보드", True),
        ("가계식 키보트", False),
        ("k[a-z]board", False),
    ],
)
async def test_one_typo_is_forgiven(guest: httpx.AsyncClient, typed: str, is_found: bool) -> None:
    keyboard = await make_product("기계식 키보드", name_en="Mechanical Keyboard")
    await make_product("키트")
    for sort in ("newest", "likes"):
        assert await found(guest, typed, sort=sort) == [keyboard] * is_found


async def test_a_typo_is_looked_for_only_where_nothing_else_is_found(
    guest: httpx.AsyncClient,
) -> None:
    mug = await make_product("머그잔")
    await make_product("모그잔")
    assert await found(guest, "머그잔") == [mug]


def test_short_and_long_words_have_no_guesses() -> None:
    assert guesses("컵") == guesses("mug") == guesses("a" * 13) == guesses("ㅁㄱㅈ") == []
    assert len(guesses("keyboard")) < 30


async def test_a_search_without_results_shows_the_most_liked(
    guest: httpx.AsyncClient,
) -> None:
    product = await make_product("벼루")
    page = (await guest.get("/?q=zzzzzz&lang=en")).text
    assert "Popular products" in page
    assert f'href="/products/{product}"' in page
    assert "Popular products" not in (await guest.get("/?q=벼루&lang=en")).text


async def test_suggestions_are_products_and_categories(guest: httpx.AsyncClient) -> None:
    await make_category("stationery", "문구", "Stationery")
    product = await make_product("문구 세트")
    page = (await guest.get("/suggestions?q=문구&lang=en")).text
    assert 'href="/?category=stationery"' in page
    assert f'href="/products/{product}"' in page
    assert "<html" not in page
    assert "<a" not in (await guest.get("/suggestions?q=")).text
    assert (await guest.get("/suggestions?q=" + "x" * 101)).status_code == 400
