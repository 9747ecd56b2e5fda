"""JSON endpoints accept documented fields of documented types only."""

import gzip
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.cast import Cast, make_product
from tests.unit.bad_input.refusals import refused
from tests.unit.web.helpers import JSON, assert_problem, contents

LINE = {"product_id": 1, "quantity": 1}


@pytest.fixture
async def product(cast: Cast) -> int:
    return await make_product(price=700)


def operations(app: Litestar) -> list[tuple[str, str, set[str]]]:
    """Method, address and query parameters of every documented operation."""
    document = app.openapi_schema.to_schema()
    return [
        (
            method.upper(),
            path.replace("{product_id}", "1")
            .replace("{order_id}", "1")
            .replace("{address_id}", "1"),
            {each["name"] for each in operation["parameters"] if each["in"] == "query"},
        )
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def named(answer: httpx.Response) -> list[str]:
    return [error["field"] for error in assert_problem(answer, 400, "invalid-input")["errors"]]


def order(**line: Any) -> dict[str, Any]:
    return {"items": [LINE, {**LINE, **line}]}


# Fields


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": [LINE], "coupon": "x"}, "coupon"),
        ({"items": [LINE], "expected_Total": 1}, "expected_Total"),
        ({"items": [LINE], "": 1}, "body"),
        ({"items": [LINE], "__proto__": {}}, "__proto__"),
        (order(price=0), "items[1].price"),
        (order(Quantity=2), "items[1].Quantity"),
    ],
)
async def test_an_unknown_field_is_named(
    alice: httpx.AsyncClient, product: int, body: Any, field: str
) -> None:
    answer = await refused(alice, "POST", "/api/v1/orders", json=body)
    assert named(answer) == [field]


async def test_an_unknown_field_of_a_cart_is_named(alice: httpx.AsyncClient, product: int) -> None:
    url, body = f"/api/v1/cart/items/{product}", {"quantity": 1, "price": 0}
    assert named(await refused(alice, "PUT", url, json=body)) == ["price"]


NOT_WHOLE = ['"1"', "1.0", "1e0", "1.5", "true", "null", "[1]", '{"a": 1}', "-1.0", '""', '"１"']


@pytest.mark.parametrize("number", NOT_WHOLE)
@pytest.mark.parametrize("field", ["product_id", "quantity"])
async def test_a_number_of_an_order_is_a_number(
    alice: httpx.AsyncClient, product: int, field: str, number: str
) -> None:
    other = "quantity" if field == "product_id" else "product_id"
    body = (
        f'{{"items": [{{"product_id": 1, "quantity": 1}}, {{"{other}": 1, "{field}": {number}}}]}}'
    )
    answer = await refused(alice, "POST", "/api/v1/orders", content=body, headers=JSON)
    assert named(answer) == [f"items[1].{field}"]


@pytest.mark.parametrize("number", [number for number in NOT_WHOLE if number != "null"])
async def test_a_total_is_a_number(alice: httpx.AsyncClient, product: int, number: str) -> None:
    body = f'{{"items": [{{"product_id": 1, "quantity": 1}}], "expected_total": {number}}}'
    answer = await refused(alice, "POST", "/api/v1/orders", content=body, headers=JSON)
    assert named(answer) == ["expected_total"]


@pytest.mark.parametrize("number", NOT_WHOLE)
async def test_a_quantity_in_the_cart_is_a_number(
    alice: httpx.AsyncClient, product: int, number: str
) -> None:
    url, body = f"/api/v1/cart/items/{product}", f'{{"quantity": {number}}}'
    answer = await refused(alice, "PUT", url, content=body, headers=JSON)
    assert named(answer) == ["quantity"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"items": [], "items": [{"product_id": 1, "quantity": 1}]}', "items"),
        ('{"items": [{"product_id": 1, "quantity": 1, "quantity": 2}]}', "quantity"),
        ('{"": 1, "": 2}', "body"),
        ('{"items": [{"product_id": 1, "quantity": 1, "quantit\\u0079": 2}]}', "quantity"),
    ],
)
async def test_a_field_that_comes_twice_is_named(
    alice: httpx.AsyncClient, product: int, body: str, field: str
) -> None:
    answer = await refused(alice, "POST", "/api/v1/orders", content=body, headers=JSON)
    assert named(answer) == [field]


async def test_a_byte_order_mark_is_named(alice: httpx.AsyncClient, product: int) -> None:
    body = b"\xef\xbb\xbf" + b'{"items": [{"product_id": 1, "quantity": 1}]}'
    english = {**JSON, "accept-language": "en"}
    answer = await refused(alice, "POST", "/api/v1/orders", content=body, headers=english)
    assert named(answer) == ["body"]
    assert "byte order mark" in answer.json()["errors"][0]["message"]


# Media types


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("application/xml", "text/json", "application/jsonx", "xapplication/json", "json", "*/*"),
        *("application/json, text/plain", "application/+json", "", " ", "application/json\xe9"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/orders", b'{"items": [{"product_id": 1, "quantity": 1}]}'),
        ("PUT", "/api/v1/cart/items/1", b'{"quantity": 1}'),
        ("POST", "/api/v1/products/1/likes", b"{}"),
        ("DELETE", "/api/v1/products/1/likes", b"{}"),
    ],
)
async def test_a_body_needs_a_json_content_type(
    alice: httpx.AsyncClient, product: int, content_type: str, method: str, path: str, body: bytes
) -> None:
    headers = {"content-type": content_type.encode("latin-1")}
    answer = await refused(alice, method, path, content=body, headers=headers)
    assert_problem(answer, 415, "unsupported-media-type")
    assert answer.headers["accept"] == "application/json"


async def test_a_body_of_no_type_or_two_is_refused(alice: httpx.AsyncClient, product: int) -> None:
    body, path = b'{"items": [{"product_id": 1, "quantity": 1}]}', "/api/v1/orders"
    untyped = await refused(alice, "POST", path, content=body)
    twice = [("content-type", "application/json"), ("content-type", "text/plain")]
    typed_twice = await refused(alice, "POST", path, content=body, headers=twice)
    assert [untyped.status_code, typed_twice.status_code] == [415, 415]


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json", "APPLICATION/JSON", "application/json; charset=utf-8"),
        *("application/json;charset=utf-8", "application/vnd.shop.v1+json", "application/a+JSON"),
    ],
)
async def test_a_body_with_a_json_content_type_is_accepted(
    alice: httpx.AsyncClient, product: int, content_type: str
) -> None:
    body, headers = b'{"quantity": 1}', {"content-type": content_type}
    url = f"/api/v1/cart/items/{product}"
    assert (await alice.put(url, content=body, headers=headers)).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "x", "identity, gzip"])
async def test_a_compressed_body_is_415(
    alice: httpx.AsyncClient, product: int, coding: str
) -> None:
    body = gzip.compress(b'{"items": [{"product_id": 1, "quantity": 1}]}')
    headers = {**JSON, "content-encoding": coding}
    answer = await refused(alice, "POST", "/api/v1/orders", content=body, headers=headers)
    assert_problem(answer, 415, "unsupported-media-type")
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("headers", [{}, JSON, {"content-type": "text/plain"}])
async def test_an_empty_body_is_accepted_where_none_is_needed(
    alice: httpx.AsyncClient, product: int, headers: dict[str, str]
) -> None:
    answer = await alice.post(f"/api/v1/products/{product}/likes", headers=headers)
    assert answer.json()["liked"]
    empty = await alice.delete(f"/api/v1/products/{product}/likes")
    assert not empty.json()["liked"]


async def test_an_unneeded_body_is_refused(alice: httpx.AsyncClient, product: int) -> None:
    url = f"/api/v1/products/{product}/likes"
    assert named(await refused(alice, "POST", url, json={"liked": False})) == ["liked"]
    assert (await alice.post(url, json={})).status_code == 200


# Query parameters

UNKNOWN = ["utm_source", "Limit", "limit ", "", "offset", "_method", "지역"]
UNKNOWN += ["users", "catalogue", "orders", "limiter", "request", "data", "product_id", "key"]


async def test_only_documented_parameters_are_taken(
    alice: httpx.AsyncClient, app: Litestar, product: int
) -> None:
    before, taken = await contents(), []
    for method, path, known in operations(app):
        for name in UNKNOWN:
            answer = await alice.request(method, path, params={name: "1"})
            if answer.status_code != 400 or named(answer) != [name or "query"]:
                taken.append((method, path, name))
        assert known >= {"lang"}
    assert taken == []
    assert await contents() == before


async def test_each_documented_parameter_is_taken_once(
    alice: httpx.AsyncClient, app: Litestar, product: int
) -> None:
    values = {"lang": "en", "limit": "2", "sort": "newest", "q": "연필", "category": "desk"}
    wrong = []
    for method, path, known in operations(app):
        for name in known & values.keys() if method == "GET" else ():
            once = await alice.get(path, params={name: values[name]})
            twice = await alice.get(path, params=[(name, values[name])] * 2)
            if once.status_code not in {200, 404} or named(twice) != [name]:
                wrong.append((path, name))
    assert wrong == []


@pytest.mark.parametrize("value", ["1.0", "1e1", "1_0", "+1", " 1", "１", "true", "", "0x1"])
@pytest.mark.parametrize("path", ["/api/v1/products", "/api/v1/orders", "/api/v1/points/entries"])
async def test_a_limit_is_a_whole_number(alice: httpx.AsyncClient, path: str, value: str) -> None:
    assert named(await alice.get(path, params={"limit": value})) == ["limit"]


@pytest.mark.parametrize("value", ["fr", "", "KO", "ko-KR"])
async def test_an_unknown_language_is_named(
    alice: httpx.AsyncClient, product: int, value: str
) -> None:
    assert named(await alice.get("/api/v1/products", params={"lang": value})) == ["lang"]


async def test_a_cached_response_is_not_served_for_other_parameters(
    guest: httpx.AsyncClient, product: int
) -> None:
    for path in ("/api/v1/products", f"/api/v1/products/{product}"):
        assert (await guest.get(path)).status_code == 200
        assert named(await guest.get(path, params={"utm_source": "x"})) == ["utm_source"]
        assert (await guest.get(path)).status_code == 200


async def test_pages_ignore_parameters_of_others(
    alice: httpx.AsyncClient, guest: httpx.AsyncClient, product: int
) -> None:
    params = [("utm_source", "x"), ("utm_source", "y"), ("fbclid", "z")]
    paths = ("/", f"/products/{product}", "/login", "/cart", "/orders", "/points", "/likes")
    answers = {path: (await alice.get(path, params=params)).status_code for path in paths}
    assert answers == dict.fromkeys(paths, 200)
    assert (await guest.get("/", params=params)).status_code == 200


# The order of refusals


@pytest.mark.parametrize(
    "options",
    [
        {"params": {"x": "1"}},
        {"content": b"x", "headers": {"content-type": "text/plain"}},
        {"content": b"\x1f\x8b", "headers": {"content-encoding": "gzip"}},
        {"json": {"x": 1}},
    ],
)
async def test_guests_are_401_before_validation(
    guest: httpx.AsyncClient, app: Litestar, product: int, options: dict[str, Any]
) -> None:
    answers = {
        (method, path): (await guest.request(method, path, **options)).status_code
        for method, path, _ in operations(app)
        if not (method == "GET" and path.startswith("/api/v1/products"))
    }
    assert answers == dict.fromkeys(answers, 401)


async def test_allowed_methods_need_no_sign_in(guest: httpx.AsyncClient, app: Litestar) -> None:
    for method, path, _ in operations(app):
        answer = await guest.options(path)
        assert answer.status_code == 204, path
        assert {method, "OPTIONS"} <= set(answer.headers["allow"].split(", "))


# The document


def test_the_document_states_strict_bodies(app: Litestar) -> None:
    document = app.openapi_schema.to_schema()
    bodies = [name for name in document["components"]["schemas"] if name.endswith("In")]
    schemas = [document["components"]["schemas"][name] for name in bodies]
    assert len(bodies) >= 3
    assert [each for each in schemas if each.get("additionalProperties") is not False] == []
    writes = [
        (path, method)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "get" and not {"400", "415"} <= operation["responses"].keys()
    ]
    reads = [
        path
        for path, item in document["paths"].items()
        if "get" in item and "400" not in item["get"]["responses"]
    ]
    assert (writes, reads) == ([], [])


async def test_a_page_lists_its_allowed_methods(guest: httpx.AsyncClient) -> None:
    answers = [await guest.options(path) for path in ("/checkout", "/login", "/cart")]
    assert [set(answer.headers["allow"].split(", ")) for answer in answers] == [
        {"GET", "OPTIONS", "POST"},
        {"GET", "OPTIONS", "POST"},
        {"GET", "OPTIONS"},
    ]
