"""Malformed cursors, limits, sort orders and searches."""

import base64

import httpx
import pytest

from tests.cast import SignedIn, make_product
from tests.unit.bad_input.refusals import DIGITS, refused, refused_field
from tests.unit.web.helpers import assert_problem

LISTS = {
    "/api/v1/products": "newest::",
    "/api/v1/likes": "liked",
    "/api/v1/orders": "orders",
    "/api/v1/points/entries": "entries",
    "/": "newest::",
    "/likes": "liked",
    "/orders": "orders",
    "/points": "entries",
}


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def bad_cursors(name: str) -> dict[str, str]:
    def keys(text: str) -> str:
        return packed(f'["{name}", {text}]')

    return {
        "letter": "x",
        "signs": "!!!!",
        "Korean": "커서",
        "NUL": "\x00",
        "blank": " ",
        "bytes": base64.urlsafe_b64encode(b"\xff\xfe\x00\x80").decode(),
        "number": packed("1"),
        "null": packed("null"),
        "object": packed('{"order": "x", "keys": [1]}'),
        "empty list": packed("[]"),
        "another list": packed('["another", [1]]'),
        "no keys": keys("[]"),
        "too many keys": keys("[1, 2, 3]"),
        "text for a key": keys('["1"]'),
        "fraction": keys("[1.5]"),
        "truth": keys("[true]"),
        "nothing": keys("[null]"),
        "beyond 64 bits": keys("[9223372036854775808]"),
        "below 64 bits": keys("[-9223372036854775809]"),
        "enormous": keys(f"[{10**30}]"),
        "infinite": keys("[1e400]"),
        "nested": packed("[" * 300),
        "more behind it": keys("[1], 2") + "A",
        "huge": "A" * 20_000,
    }


@pytest.mark.parametrize("kind", bad_cursors(""))
@pytest.mark.parametrize(("path", "name"), LISTS.items())
async def test_an_unsigned_cursor_is_refused(
    alice: httpx.AsyncClient, path: str, name: str, kind: str
) -> None:
    await refused_field(alice, "GET", path, params={"cursor": bad_cursors(name)[kind]})


@pytest.mark.parametrize("change", [{"sort": "price_asc"}, {"category": "desk"}, {"q": "a"}])
async def test_a_cursor_of_the_same_list_with_other_filters_is_refused(
    alice: httpx.AsyncClient, change: dict[str, str]
) -> None:
    for _ in range(2):
        await make_product()
    cursor = (await alice.get("/api/v1/products?limit=1")).json()["next_cursor"]
    assert cursor
    params = {**change, "cursor": cursor}
    await refused_field(alice, "GET", "/api/v1/products", params=params)


API_LISTS = [path for path in LISTS if path.startswith("/api/")]


@pytest.mark.parametrize(
    "bad", ["0", "101", "-1", "x", "1.5", "null", str(10**20), DIGITS], ids=lambda bad: bad[:12]
)
@pytest.mark.parametrize("path", [*API_LISTS, "/"])
async def test_a_wrong_limit_is_refused(alice: httpx.AsyncClient, path: str, bad: str) -> None:
    await refused_field(alice, "GET", path, params={"limit": bad})


@pytest.mark.parametrize("bad", ["x", "NEWEST", "price", "newest; DROP TABLE", "p.id"])
@pytest.mark.parametrize("path", ["/api/v1/products", "/"])
async def test_an_unknown_order_is_refused(alice: httpx.AsyncClient, path: str, bad: str) -> None:
    await refused_field(alice, "GET", path, params={"sort": bad})


@pytest.mark.parametrize("bad", ["nowhere", "Desk", "desk' --", "책상", "a" * 61, "%"])
async def test_an_unknown_category_is_refused(alice: httpx.AsyncClient, bad: str) -> None:
    await refused_field(alice, "GET", "/api/v1/products", params={"category": bad})


@pytest.mark.committed
async def test_a_malformed_category_is_refused(guest: httpx.AsyncClient) -> None:
    await refused_field(guest, "GET", "/api/v1/products", params={"category": "de\x00sk"})


@pytest.mark.parametrize("bad", ["nowhere", "Desk", "desk' --", "책상", "%", "de\x00sk"])
@pytest.mark.parametrize(
    ("language", "message"),
    [("en", "This category no longer exists"), ("ko", "더 이상 없는 카테고리입니다")],
)
async def test_a_page_says_that_a_category_is_gone(
    guest: httpx.AsyncClient, browser_of_alice: SignedIn, bad: str, language: str, message: str
) -> None:
    await make_product(name="연필", name_en="Pencil")
    for client in (guest, browser_of_alice):
        params = {"category": bad, "lang": language}
        answer = await refused(client, "GET", "/", params=params)
        assert (answer.status_code, message in answer.text) == (404, True)
        assert "Pencil" in answer.text or "연필" in answer.text


async def test_a_fault_of_a_field_is_not_called_a_fault_of_the_address(
    alice: httpx.AsyncClient,
) -> None:
    product = await make_product()
    quantity = {"product_id": str(product), "quantity": "100"}
    for path, params in (("/", {"q": "가" * 101}), ("/checkout", quantity)):
        answer = await refused(alice, "GET", path, params={**params, "lang": "en"})
        assert "There is a problem with your input" in answer.text


@pytest.mark.parametrize("params", [{"sort": "x"}, {"limit": "0"}, {"limit": "x"}, {"cursor": "x"}])
@pytest.mark.parametrize(
    ("language", "message", "not_there"),
    [
        ("en", "This address has a mistake", "check the fields below"),
        ("ko", "주소가 올바르지 않습니다", "아래에 표시된"),
    ],
)
async def test_a_page_without_fields_speaks_of_its_address(
    guest: httpx.AsyncClient, params: dict[str, str], language: str, message: str, not_there: str
) -> None:
    answer = await refused(guest, "GET", "/", params={**params, "lang": language})
    assert answer.status_code == 400
    assert (message in answer.text, not_there in answer.text) == (True, False)


@pytest.mark.parametrize("name", ["limit", "cursor", "sort", "category", "q"])
@pytest.mark.parametrize("path", ["/api/v1/products", "/"])
async def test_a_repeated_parameter_causes_no_500(
    alice: httpx.AsyncClient, path: str, name: str
) -> None:
    twice = httpx.QueryParams([(name, "1"), (name, "2")])
    gone = {404} if (path, name) == ("/", "category") else set()
    assert (await alice.get(path, params=twice)).status_code in {200, 400} | gone


@pytest.mark.parametrize("path", ["/api/v1/products", "/"])
async def test_a_search_of_more_than_100_signs_is_refused(
    guest: httpx.AsyncClient, path: str
) -> None:
    await refused_field(guest, "GET", path, params={"q": "가" * 101})
    assert (await guest.get(path, params={"q": "가" * 100})).status_code == 200


async def found(client: httpx.AsyncClient, q: str) -> list[str]:
    page = (await client.get("/api/v1/products", params={"q": q})).json()
    return [product["name"] for product in page["items"]]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", '"', "$1", "{}", "<b>", "%s"])
async def test_special_characters_are_searched_literally(
    guest: httpx.AsyncClient, sign: str
) -> None:
    """Whether it matters for the result is tested in catalogue/test_search.py."""
    await make_product("표지 시계")
    await make_product(f"표{sign}시")
    assert await found(guest, f"표{sign}시") == [f"표{sign}시"]


@pytest.mark.parametrize("q", ["", " ", "\t\n", "\x00", "\x1f"])
async def test_a_search_for_nothing_finds_all(guest: httpx.AsyncClient, q: str) -> None:
    await make_product("연필")
    assert await found(guest, q) == ["연필"]


async def test_an_unstorable_character_is_removed_from_a_search(
    guest: httpx.AsyncClient,
) -> None:
    await make_product("연필")
    assert await found(guest, "\x00연필\x00") == ["연필"]
    for bytes_ in ("%ff%fe", "%ED%A0%80", "%F4%90%80%80"):
        assert (await guest.get(f"/api/v1/products?q={bytes_}")).status_code == 200


@pytest.mark.parametrize("path", [path for path in API_LISTS if "products" not in path])
async def test_a_limit_is_validated_only_after_sign_in(guest: httpx.AsyncClient, path: str) -> None:
    assert_problem(await guest.get(path, params={"limit": "0"}), 401, "not-signed-in")
