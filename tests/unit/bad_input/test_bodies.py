"""JSON of no or another shape, and bodies that are too large."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.cast import Cast, SignedIn, make_product
from tests.unit.bad_input.refusals import DIGITS, refused, refused_field
from tests.unit.web.helpers import FORM, JSON, assert_problem

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
    "half a character twice": rb'{"\ud800": 1, "\ud800": 2}',
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
async def test_a_body_is_validated_only_after_sign_in(
    guest: httpx.AsyncClient, method: str, path: str, body: bytes
) -> None:
    answer = await refused(guest, method, path, content=body, headers=JSON)
    assert_problem(answer, 401, "not-signed-in")


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "application/xml", "text/plain", "", "x"]
)
async def test_an_order_without_json_is_refused(
    alice: httpx.AsyncClient, content_type: str
) -> None:
    body, headers = b"product_id=1&quantity=1", {"content-type": content_type}
    await refused(alice, "POST", "/api/v1/orders", content=body, headers=headers)


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


@pytest.mark.parametrize(("path", "headers"), [("/api/v1/orders", JSON), ("/signup", FORM)])
async def test_a_disconnect_in_the_middle_causes_no_500(
    app: Litestar, cast: Cast, caplog: pytest.LogCaptureFixture, path: str, headers: dict[str, str]
) -> None:
    """The client is gone, but a 500 in log and metrics would raise an alarm."""
    told = {"host": "shop.test", "x-user-id": str(cast.alice), **headers}
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "scheme": "http", "client": ("127.0.0.1", 1)}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in told.items()]
    events = [
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Any] = []

    async def receive() -> Any:
        return events.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    assert answered[0]["status"] == 400
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
