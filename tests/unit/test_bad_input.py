"""Wrong, missing, repeated and enormous things: refused as the contract says, nothing written."""

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar import Litestar

from shop.orders.tables import Order
from tests.cast import Cast, SignedIn, make_product
from tests.unit.web.asking import FORM, HTMX, JSON, assert_problem, client_of, contents

DIGITS = "9" * 5_000  # more than Python reads into a number


async def refused(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:
    """The answer to a request that must be refused, and must not change a row."""
    before = await contents()
    answer = await client.request(method, path, **options)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    if path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    else:
        assert answer.headers["content-type"].startswith("text/html")
    assert await contents() == before
    return answer


async def refused_field(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> None:
    """Refused with 400 and a list of what is wrong."""
    answer = await refused(client, method, path, **options)
    assert answer.status_code == 400
    if path.startswith("/api/"):
        errors = assert_problem(answer, 400, "invalid-input")["errors"]
        assert errors
        assert all(error["field"] and error["message"] for error in errors)


# Ids.

BAD_IDS = ["0", "-1", "abc", "1.5", "1e3", str(2**63), str(10**30), DIGITS, "%00", "%20", "null"]
WITH_AN_ID: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/products/{}", {}),
    ("POST", "/api/v1/products/{}/likes", {}),
    ("DELETE", "/api/v1/products/{}/likes", {}),
    ("PUT", "/api/v1/cart/items/{}", {"json": {"quantity": 1}}),
    ("GET", "/api/v1/orders/{}", {}),
    ("POST", "/api/v1/orders/{}/cancel", {}),
    ("GET", "/products/{}", {}),
    ("POST", "/products/{}/likes", {"data": {"liked": "true"}}),
    ("POST", "/cart/items/{}", {"data": {"quantity": "1"}}),
    ("GET", "/orders/{}", {}),
    ("GET", "/orders/{}/delivery", {}),
    ("POST", "/orders/{}/cancel", {}),
]


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:12])
@pytest.mark.parametrize(("method", "path", "options"), WITH_AN_ID)
async def test_there_is_nothing_with_such_an_id(
    alice: httpx.AsyncClient, method: str, path: str, options: dict[str, Any], bad: str
) -> None:
    answer = await refused(alice, method, path.format(bad), **options)
    assert answer.status_code == 404


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:12])
async def test_taking_out_what_is_not_there_changes_nothing(
    alice: httpx.AsyncClient, bad: str
) -> None:
    before = await contents()
    answer = await alice.delete(f"/api/v1/cart/items/{bad}")
    assert answer.status_code in (200, 404)
    assert await contents() == before


@pytest.mark.parametrize("bad", [0, -1, 2**63, 2**64, 10**30])
async def test_no_order_for_a_product_that_is_not(alice: httpx.AsyncClient, bad: int) -> None:
    body = {"items": [{"product_id": bad, "quantity": 1}]}
    answer = await refused(alice, "POST", "/api/v1/orders", json=body)
    assert_problem(answer, 404, "product-not-found")


# Quantities.

BAD_QUANTITIES = [0, -1, 100, 10**20, -(10**20), "x", "", 1.5, None, [], {}, [1]]


@pytest.mark.parametrize("bad", BAD_QUANTITIES, ids=repr)
async def test_a_wrong_quantity_is_not_put_into_the_cart(
    alice: httpx.AsyncClient, bad: object
) -> None:
    url = f"/api/v1/cart/items/{await make_product()}"
    await refused_field(alice, "PUT", url, json={"quantity": bad})


@pytest.mark.parametrize("bad", [True, False, "1", "1_0", 1.0], ids=repr)
async def test_an_odd_quantity_is_no_fault_of_ours(alice: httpx.AsyncClient, bad: object) -> None:
    url = f"/api/v1/cart/items/{await make_product()}"
    assert (await alice.put(url, json={"quantity": bad})).status_code in (200, 400)


@pytest.mark.parametrize("bad", BAD_QUANTITIES, ids=repr)
async def test_a_wrong_quantity_is_not_ordered(alice: httpx.AsyncClient, bad: object) -> None:
    item = {"product_id": await make_product(), "quantity": bad}
    await refused_field(alice, "POST", "/api/v1/orders", json={"items": [item]})


async def test_the_same_product_is_summed_before_it_is_judged(alice: httpx.AsyncClient) -> None:
    item = {"product_id": await make_product(stock=200, price=1), "quantity": 50}
    await refused_field(alice, "POST", "/api/v1/orders", json={"items": [item, item]})


@pytest.mark.parametrize("lines", [0, 51])
async def test_no_order_of_none_or_too_many_lines(alice: httpx.AsyncClient, lines: int) -> None:
    items = [{"product_id": number + 1, "quantity": 1} for number in range(lines)]
    await refused_field(alice, "POST", "/api/v1/orders", json={"items": items})


@pytest.mark.parametrize(
    "total", [0, -1, 999, 10**20, 10**30, 10**4_000], ids=lambda t: len(str(t))
)
async def test_no_order_at_a_total_it_does_not_have(alice: httpx.AsyncClient, total: int) -> None:
    item = {"product_id": await make_product(price=1_000), "quantity": 1}
    body = {"items": [item], "expected_total": total}
    answer = await refused(alice, "POST", "/api/v1/orders", json=body)
    assert answer.status_code in (400, 409)


FORM_QUANTITIES = ["-1", "100", str(10**20), DIGITS, "x", "1.5", "", "null", "1,0", "\x00"]


@pytest.mark.parametrize("bad", ["0", *FORM_QUANTITIES], ids=lambda bad: bad[:12])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_form_puts_no_wrong_quantity_into_the_cart(
    alice: httpx.AsyncClient, bad: str, headers: dict[str, str]
) -> None:
    form = {"product_id": str(await make_product()), "quantity": bad}
    await refused_field(alice, "POST", "/cart/items", data=form, headers=headers)


@pytest.mark.parametrize("bad", FORM_QUANTITIES, ids=lambda bad: bad[:12])
async def test_a_form_changes_the_cart_to_no_wrong_quantity(
    alice: httpx.AsyncClient, bad: str
) -> None:
    url = f"/cart/items/{await make_product()}"
    await refused_field(alice, "POST", url, data={"quantity": bad})


BAD_CHECKOUTS: dict[str, dict[str, Any]] = {
    **{f"quantity {bad[:12]!r}": {"quantity": bad} for bad in ["0", *FORM_QUANTITIES]},
    "word for a product": {"product_id": "x"},
    "enormous product": {"product_id": DIGITS},
    "unknown product": {"product_id": "987654321"},
    "word for a price": {"unit_price": "x"},
    "another price": {"unit_price": "999"},
    "negative price": {"unit_price": "-1000"},
    "enormous price": {"unit_price": "9" * 20},
    "no price": {"unit_price": []},
    "two prices": {"unit_price": ["1000", "1000"]},
    "two quantities": {"quantity": ["1", "1"]},
    "no product": {"product_id": [], "quantity": [], "unit_price": []},
    "no key": {"idempotency_key": ""},
    "long key": {"idempotency_key": "k" * 256},
    "Korean key": {"idempotency_key": "열쇠"},
    "key with a blank": {"idempotency_key": "a b"},
    "51 lines": {name: ["1"] * 51 for name in ("product_id", "quantity", "unit_price")},
}


@pytest.mark.parametrize("change", BAD_CHECKOUTS.values(), ids=BAD_CHECKOUTS.keys())
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_wrong_checkout_pays_nothing(
    alice: httpx.AsyncClient, change: dict[str, Any], headers: dict[str, str]
) -> None:
    product = await make_product(price=1_000)
    good = {"product_id": str(product), "quantity": "1", "unit_price": "1000"}
    form = {**good, "idempotency_key": "key", **change}
    await refused(alice, "POST", "/checkout", data=form, headers=headers)
    assert await Order.count() == 0


@pytest.mark.parametrize("bad", ["0", *FORM_QUANTITIES], ids=lambda bad: bad[:12])
async def test_no_checkout_page_for_a_wrong_quantity(alice: httpx.AsyncClient, bad: str) -> None:
    params = {"product_id": str(await make_product(price=10**9)), "quantity": bad}
    await refused_field(alice, "GET", "/checkout", params=params)


# Lists: where they go on, how much of them, and in which order.

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
async def test_a_cursor_that_is_not_ours_is_refused(
    alice: httpx.AsyncClient, path: str, name: str, kind: str
) -> None:
    await refused_field(alice, "GET", path, params={"cursor": bad_cursors(name)[kind]})


@pytest.mark.parametrize("change", [{"sort": "price_asc"}, {"category": "desk"}, {"q": "a"}])
async def test_a_cursor_of_the_same_list_seen_otherwise_is_refused(
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
@pytest.mark.parametrize("path", ["/api/v1/products", "/"])
async def test_an_unknown_category_is_refused(
    alice: httpx.AsyncClient, path: str, bad: str
) -> None:
    await refused_field(alice, "GET", path, params={"category": bad})


@pytest.mark.committed
@pytest.mark.parametrize("path", ["/api/v1/products", "/"])
async def test_a_category_that_cannot_be_asked_for_is_refused(
    guest: httpx.AsyncClient, path: str
) -> None:
    await refused_field(guest, "GET", path, params={"category": "de\x00sk"})


@pytest.mark.parametrize("name", ["limit", "cursor", "sort", "category", "q"])
@pytest.mark.parametrize("path", ["/api/v1/products", "/"])
async def test_what_is_named_twice_is_no_fault_of_ours(
    alice: httpx.AsyncClient, path: str, name: str
) -> None:
    twice = httpx.QueryParams([(name, "1"), (name, "2")])
    assert (await alice.get(path, params=twice)).status_code in (200, 400)


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
async def test_a_sign_means_nothing_to_the_database(guest: httpx.AsyncClient, sign: str) -> None:
    """Whether it counts or not is told in catalogue/test_search.py."""
    await make_product("표지 시계")
    await make_product(f"표{sign}시")
    assert await found(guest, f"표{sign}시") == [f"표{sign}시"]


@pytest.mark.parametrize("q", ["", " ", "\t\n", "\x00", "\x1f"])
async def test_a_search_for_nothing_finds_all(guest: httpx.AsyncClient, q: str) -> None:
    await make_product("연필")
    assert await found(guest, q) == ["연필"]


async def test_a_sign_that_cannot_be_stored_is_left_out_of_a_search(
    guest: httpx.AsyncClient,
) -> None:
    await make_product("연필")
    assert await found(guest, "\x00연필\x00") == ["연필"]
    for bytes_ in ("%ff%fe", "%ED%A0%80", "%F4%90%80%80"):
        assert (await guest.get(f"/api/v1/products?q={bytes_}")).status_code == 200


# JSON.

BAD_JSON: dict[str, bytes] = {
    "nothing": b"",
    "blank": b" ",
    "malformed": b'{"items": [',
    "a word": b"items",
    "null": b"null",
    "a number": b"1",
    "a text": b'"items"',
    "a list": b"[]",
    "an empty object": b"{}",
    "another field": b'{"item": []}',
    "invalid UTF-8": b'{"items": "\xff\xfe"}',
    "UTF-16": '{"items": []}'.encode("utf-16"),
    "deep": b'{"items": ' + b"[" * 40_000 + b"]" * 40_000 + b"}",
    "deep and open": b"[" * 90_000,
    "deep where nobody looks": b'{"items": [], "more": ' + b'{"a":' * 15_000,
    "two documents": b'{"items": []} {"items": []}',
    "not a number": b'{"items": NaN, "quantity": NaN}',
    "beyond a number": b'{"quantity": 1e999, "items": 1e999}',
    "a number a page long": b'{"quantity": ' + DIGITS.encode() + b"}",
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
async def test_unreadable_json_is_no_order(alice: httpx.AsyncClient, body: bytes) -> None:
    await refused_field(alice, "POST", "/api/v1/orders", content=body, headers=JSON)


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
async def test_unreadable_json_is_no_quantity(alice: httpx.AsyncClient, body: bytes) -> None:
    url = f"/api/v1/cart/items/{await make_product()}"
    await refused_field(alice, "PUT", url, content=body, headers=JSON)


BAD_ORDERS: dict[str, Any] = {
    "items null": {"items": None},
    "items text": {"items": "1"},
    "items object": {"items": {"product_id": 1, "quantity": 1}},
    "item number": {"items": [1]},
    "item null": {"items": [None]},
    "item list": {"items": [[1, 1]]},
    "item empty": {"items": [{}]},
    "no quantity": {"items": [{"product_id": 1}]},
    "no product": {"items": [{"quantity": 1}]},
    "product text": {"items": [{"product_id": "x", "quantity": 1}]},
    "product null": {"items": [{"product_id": None, "quantity": 1}]},
    "product fraction": {"items": [{"product_id": 1.5, "quantity": 1}]},
    "total text": {"items": [{"product_id": 1, "quantity": 1}], "expected_total": "x"},
    "total fraction": {"items": [{"product_id": 1, "quantity": 1}], "expected_total": 1.5},
}


@pytest.mark.parametrize("body", BAD_ORDERS.values(), ids=BAD_ORDERS.keys())
async def test_json_of_another_shape_is_no_order(alice: httpx.AsyncClient, body: Any) -> None:
    await refused_field(alice, "POST", "/api/v1/orders", json=body)


@pytest.mark.parametrize("body", [b"{", b"", b'{"items": 1}'])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v1/orders"), ("PUT", "/api/v1/cart/items/1")]
)
async def test_nobody_is_told_so_before_they_are_read(
    guest: httpx.AsyncClient, method: str, path: str, body: bytes
) -> None:
    answer = await refused(guest, method, path, content=body, headers=JSON)
    assert_problem(answer, 401, "not-signed-in")


@pytest.mark.parametrize("path", [path for path in API_LISTS if "products" not in path])
async def test_nobody_is_told_so_before_their_limit_is_read(
    guest: httpx.AsyncClient, path: str
) -> None:
    assert_problem(await guest.get(path, params={"limit": "0"}), 401, "not-signed-in")


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "application/xml", "text/plain", "", "x"]
)
async def test_an_order_that_is_no_json_is_refused(
    alice: httpx.AsyncClient, content_type: str
) -> None:
    body, headers = b"product_id=1&quantity=1", {"content-type": content_type}
    await refused(alice, "POST", "/api/v1/orders", content=body, headers=headers)


async def test_unknown_fields_are_left_aside(alice: httpx.AsyncClient) -> None:
    body = {"quantity": 1, "price": 0, "user": 2, "__proto__": {}}
    answer = await alice.put(f"/api/v1/cart/items/{await make_product(price=700)}", json=body)
    assert answer.json()["total"] == 700


# Bodies that are too large.


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


@pytest.mark.parametrize("told", [True, False], ids=["told", "in pieces"])
async def test_a_huge_document_is_refused(alice: httpx.AsyncClient, told: bool) -> None:
    body = b'{"items": [], "more": "' + b"x" * 200_000 + b'"}'
    content = body if told else in_pieces(body)
    answer = await refused(alice, "POST", "/api/v1/orders", content=content, headers=JSON)
    assert_problem(answer, 413, "too-large")


@pytest.mark.parametrize("path", ["/login", "/signup", "/language", "/cart/items", "/checkout"])
async def test_a_huge_form_is_refused(alice: httpx.AsyncClient, path: str) -> None:
    answer = await refused(alice, "POST", path, content=b"a=" + b"x" * 200_000, headers=FORM)
    assert answer.status_code == 413


async def test_a_huge_form_of_a_browser_is_refused(browser_of_alice: SignedIn) -> None:
    del browser_of_alice.headers["x-csrf-token"]
    body = b"quantity=1&a=" + b"x" * 200_000
    answer = await refused(browser_of_alice, "POST", "/cart/items", content=body, headers=FORM)
    assert answer.status_code == 413


# Forms.

FORMS = [
    "/login",
    "/signup",
    "/logout",
    "/language",
    "/account/password",
    "/cart/items",
    "/cart/items/1",
    "/checkout",
    "/products/1/likes",
    "/orders/1/cancel",
]
BAD_FORMS: dict[str, dict[str, Any]] = {
    "nothing": {"content": b""},
    "JSON": {"content": b'{"a": 1}', "headers": JSON},
    "bytes": {"content": b"\x00\xff\xfe=%", "headers": FORM},
    "broken escapes": {"content": b"username=%&password=%zz&quantity=%u0041", "headers": FORM},
    "half a character": {"content": b"username=%ED%A0%80&password=%ff&next=%C3", "headers": FORM},
    "only signs": {"content": b"&&==&=&", "headers": FORM},
    "thousand fields": {"content": b"&".join([b"a=1"] * 5_000), "headers": FORM},
    "file": {
        "files": dict.fromkeys(
            ("username", "password", "product_id", "quantity", "unit_price", "liked"),
            ("a.txt", b"1"),
        )
    },
    "no boundary": {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
    "garbage": {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}},
    "unknown encoding": {
        "content": b"username=a",
        "headers": {"content-type": "application/x-www-form-urlencoded; charset=nonsense"},
    },
    "twice": {
        "content": b"username=a&username=b&quantity=1&quantity=2&language=en&language=ko&liked=a",
        "headers": FORM,
    },
}


@pytest.mark.parametrize("options", BAD_FORMS.values(), ids=BAD_FORMS.keys())
@pytest.mark.parametrize("path", FORMS)
async def test_a_form_filled_in_by_no_browser_is_no_fault_of_ours(
    alice: httpx.AsyncClient, path: str, options: dict[str, Any]
) -> None:
    before = await contents()
    answer = await alice.post(path, **options)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert await contents() == before


@pytest.mark.parametrize("name", ["quantity", "product_id"])
async def test_a_field_sent_twice_is_refused(alice: httpx.AsyncClient, name: str) -> None:
    product = await make_product()
    body = f"product_id={product}&quantity=1&{name}=1".encode()
    await refused_field(alice, "POST", "/cart/items", content=body, headers=FORM)


@pytest.mark.parametrize("liked", ["maybe", "", "1", "TRUE"])
async def test_a_like_is_asked_for_or_not(alice: httpx.AsyncClient, liked: str) -> None:
    url = f"/products/{await make_product()}/likes"
    await refused_field(alice, "POST", url, data={"liked": liked})


@pytest.mark.parametrize("language", ["", "xx", "EN", "en-US", "../en"])
async def test_a_language_is_one_of_ours(alice: httpx.AsyncClient, language: str) -> None:
    await refused_field(alice, "POST", "/language", data={"language": language})


@pytest.mark.committed
@pytest.mark.parametrize("path", ["/login", "/signup"])
async def test_a_name_that_cannot_be_stored_is_refused(guest: httpx.AsyncClient, path: str) -> None:
    form = {"username": "ali\x00ce", "password": "a-fine-password"}
    await refused(guest, "POST", path, data=form)


# Idempotency-Key.

BAD_KEYS: dict[str, list[bytes]] = {
    "empty": [b""],
    "quotes": [b'""'],
    "256 signs": [b"k" * 256],
    "enormous": [b"k" * 50_000],
    "blank": [b"a b"],
    "tab": [b"a\tb"],
    "DEL": [b"a\x7f"],
    "Latin-1": [b"caf\xe9"],
    "Korean": ["열쇠".encode()],
    "two": [b"one", b"two"],
    "the same twice": [b"one", b"one"],
}


@pytest.mark.parametrize("keys", BAD_KEYS.values(), ids=BAD_KEYS.keys())
async def test_a_wrong_key_orders_nothing(alice: httpx.AsyncClient, keys: list[bytes]) -> None:
    body = {"items": [{"product_id": await make_product(), "quantity": 1}]}
    headers = [(b"idempotency-key", key) for key in keys]
    await refused_field(alice, "POST", "/api/v1/orders", json=body, headers=headers)


@pytest.mark.parametrize("key", ["k", "k" * 255, "!~", '"quoted"'])
async def test_a_right_key_orders_once(alice: httpx.AsyncClient, key: str) -> None:
    body = {"items": [{"product_id": await make_product(), "quantity": 1}]}
    for _ in range(2):
        answer = await alice.post("/api/v1/orders", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 201
    assert await Order.count() == 1


# Headers that everything reads.

ODD_HEADERS: dict[str, list[tuple[bytes, bytes]]] = {
    "languages": [(b"accept-language", b"x;q=nan,,;q=1,-,ko-;q=inf,en_US;q=-1,*;q=a")],
    "many languages": [(b"accept-language", b"en," * 20_000)],
    "bytes for a language": [(b"accept-language", b"\xff\xfe")],
    "language cookie": [(b"cookie", b"language=xx; notice=nothing; pending=x")],
    "where they are": [(b"hx-current-url", b"http://["), (b"hx-request", b"true")],
    "where they were": [(b"referer", b"\xff://\x01")],
    "accept": [(b"accept", b"\xff;q=x")],
    "forwarded": [(b"x-forwarded-for", b"\xff, ,,"), (b"x-forwarded-proto", b"gopher")],
    "encoding": [(b"content-type", b"; ; =")],
}


@pytest.mark.parametrize("headers", ODD_HEADERS.values(), ids=ODD_HEADERS.keys())
@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/products", "/nowhere", "/docs"])
async def test_an_odd_header_is_no_fault_of_ours(
    alice: httpx.AsyncClient, path: str, headers: list[tuple[bytes, bytes]]
) -> None:
    answer = await alice.get(path, headers=headers)
    assert answer.status_code == (404 if path == "/nowhere" else 200)


@pytest.mark.parametrize(
    "host", [b"[", b"[::1", b"shop.test:x", b"shop.test:99999", b"a b", b"\xff", b"@", b"/"]
)
@pytest.mark.parametrize("path", ["/", "/api/v1/products", "/nowhere", "/docs"])
async def test_an_odd_host_is_no_fault_of_ours(
    guest: httpx.AsyncClient, path: str, host: bytes
) -> None:
    answer = await guest.get(path, headers=[(b"host", host)])
    assert answer.status_code in (404 if path == "/nowhere" else 200, 400)


@pytest.mark.parametrize("path", ["/", "/api/v1/products", "/nowhere"])
async def test_a_request_without_a_host_is_answered(app: Litestar, cast: Cast, path: str) -> None:
    async with client_of(app, url="http://shop.test:8000") as guest:
        answer = await guest.get(path, headers={"Host": ""})
    assert answer.status_code == (404 if path == "/nowhere" else 200)


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%ff",
        "/..%2f..%2fetc/passwd",
        "/static/%00",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/media/%00",
        "/media/..%2fsecret",
        "/media/" + "a" * 5_000,
        "/products/",
        "/orders/1/nothing",
        "/" + quote("상품"),
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/products",
        "/api/v1/products/1/nothing",
    ],
)
async def test_an_address_that_is_not_is_not_found(
    guest: httpx.AsyncClient, cast: Cast, path: str
) -> None:
    answer = await guest.get(path)
    assert answer.status_code == 404
    if path.startswith("/api"):
        assert_problem(answer, 404, "not-found")
