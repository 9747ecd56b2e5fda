"""Malformed keys and headers."""

import httpx
import pytest

from shop.orders.tables import Order
from tests.cast import make_product
from tests.unit.bad_input.refusals import refused_field

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
    "encoding": [(b"content-type", b"; ; =")],
}


@pytest.mark.parametrize("headers", ODD_HEADERS.values(), ids=ODD_HEADERS.keys())
@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/products", "/nowhere", "/docs"])
async def test_an_odd_header_causes_no_500(
    alice: httpx.AsyncClient, path: str, headers: list[tuple[bytes, bytes]]
) -> None:
    answer = await alice.get(path, headers=headers)
    assert answer.status_code == (404 if path == "/nowhere" else 200)


@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/products", "/docs"])
async def test_odd_forwarding_headers_cause_no_500(guest: httpx.AsyncClient, path: str) -> None:
    odd = [(b"x-forwarded-for", b"\xff, ,,"), (b"x-forwarded-proto", b"gopher")]
    assert (await guest.get(path, headers=odd)).status_code == 200
