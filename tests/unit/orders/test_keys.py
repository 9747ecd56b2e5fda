"""Idempotency-Key: one order for each user and key."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from shop.orders.tables import IdempotencyKey
from shop.points.tables import PointBalance
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import Cast, Receiver, make_product, make_user, stock_of
from tests.unit.buying import books, bought, buy, code_of
from tests.unit.clocks import Clock
from tests.unit.conftest import header_client


async def test_the_same_request_returns_the_same_order(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    first = await buy(alice, (product, 2), key="one")
    second = await buy(alice, (product, 2), key="one")
    assert second.status_code == 201
    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


async def test_a_replay_moves_nothing(alice: httpx.AsyncClient, receiver: Receiver) -> None:
    product = await make_product()
    await bought(alice, (product, 2), key="one")
    before = await books()
    await bought(alice, (product, 2), key="one")
    assert await books() == before
    assert [message.deliveries for message in receiver.messages] == [1]


async def test_a_replay_works_when_stock_is_0(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=100_000, stock=1)
    first = await bought(alice, (product, 1), key="one")
    assert await bought(alice, (product, 1), key="one") == first


async def test_a_key_may_be_quoted_or_bare(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    first = await bought(alice, (product, 1), key='"one"')
    assert await bought(alice, (product, 1), key="one") == first


async def test_the_same_items_in_another_order_are_the_same_request(
    alice: httpx.AsyncClient,
) -> None:
    one, two = await make_product(), await make_product()
    first = await bought(alice, (one, 1), (two, 2), key="one")
    assert await bought(alice, (two, 1), (one, 1), (two, 1), key="one") == first


@pytest.mark.parametrize("change", ["quantity", "product", "expected_total"])
async def test_the_same_key_for_another_request_is_422(
    alice: httpx.AsyncClient, change: str
) -> None:
    one, two = await make_product(), await make_product()
    await bought(alice, (one, 1), key="one")
    before = await books()
    item = (two if change == "product" else one, 2 if change == "quantity" else 1)
    more = {"expected_total": 1_000} if change == "expected_total" else {}
    answer = await buy(alice, item, key="one", **more)
    assert (answer.status_code, code_of(answer)) == (422, "idempotency-key-reused")
    assert await books() == before


async def test_another_users_same_key_is_another_key(
    app: Litestar, alice: httpx.AsyncClient
) -> None:
    product = await make_product()
    first = await bought(alice, (product, 1), key="one")
    async with header_client(app, await make_user("carol", 5_000)) as carol:
        answer = await buy(carol, (product, 1), key="one")
    assert answer.status_code == 201
    assert answer.json()["id"] != first["id"]
    assert "idempotency-replayed" not in answer.headers


async def test_two_keys_or_no_keys_make_two_orders(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    orders = [await bought(alice, (product, 1), key=key) for key in ("one", "two", None, None)]
    assert len({order["id"] for order in orders}) == 4
    assert await stock_of(product) == 6


async def test_a_refusal_is_not_stored(bob: httpx.AsyncClient, cast: Cast) -> None:
    product = await make_product(price=1_000)
    assert code_of(await buy(bob, (product, 1), key="one")) == "insufficient-points"
    assert code_of(await buy(bob, (999_999, 1), key="one")) == "product-not-found"
    await PointBalance.update({PointBalance.balance: 1_000}).where(PointBalance.user == cast.bob)
    answer = await buy(bob, (product, 1), key="one")
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers


async def test_a_replay_after_a_cancel_shows_the_order_as_it_is(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    order = await bought(alice, (product, 1), key="one")
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    replayed = await bought(alice, (product, 1), key="one")
    assert (replayed["id"], replayed["status"]) == (order["id"], "cancelled")


@pytest.mark.parametrize("key", ["", '""', " ", "a b", "k" * 256, "키", "a\tb"])
async def test_an_invalid_key_is_400(alice: httpx.AsyncClient, key: str) -> None:
    product = await make_product()
    headers = {b"Idempotency-Key": key.encode()}
    body = {"items": [{"product_id": product, "quantity": 1}]}
    answer = await alice.post("/api/v1/orders", json=body, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, code_of(answer)) == (400, "invalid-input")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["k" * 255, '"' + "k" * 255 + '"', "!", "~", '"', "a,b;c=d"])
async def test_any_visible_ascii_is_a_key(alice: httpx.AsyncClient, key: str) -> None:
    product = await make_product()
    first = await bought(alice, (product, 1), key=key)
    assert await bought(alice, (product, 1), key=key) == first


async def test_two_keys_in_one_request_are_400(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    body = {"items": [{"product_id": product, "quantity": 1}]}
    headers = [("Idempotency-Key", "one"), ("Idempotency-Key", "one")]
    answer = await alice.post("/api/v1/orders", json=body, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("off", [timedelta(days=7), timedelta(days=-7)])
async def test_a_node_with_a_wrong_clock_deletes_no_key(
    alice: httpx.AsyncClient, settings: Settings, wrong_clock: Clock, off: timedelta
) -> None:
    product = await make_product()
    order = await bought(alice, (product, 1), key="mine")
    with wrong_clock(off):
        await Shop(settings).orders.sweep_keys()
    assert await bought(alice, (product, 1), key="mine") == order


async def test_keys_are_swept_after_a_day_and_no_earlier(
    alice: httpx.AsyncClient, settings: Settings
) -> None:
    product = await make_product()
    old = await bought(alice, (product, 1), key="old")
    fresh = await bought(alice, (product, 1), key="fresh")
    now = datetime.now(UTC)
    for key, age in (("old", timedelta(days=30)), ("fresh", timedelta(hours=24))):
        await IdempotencyKey.update({IdempotencyKey.created_at: now - age}).where(
            IdempotencyKey.key == key
        )
    await Shop(settings).orders.sweep_keys()
    assert await bought(alice, (product, 1), key="fresh") == fresh
    assert (await bought(alice, (product, 1), key="old"))["id"] != old["id"]
