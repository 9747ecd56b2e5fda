"""How many items a person may buy, and when: refused, given back, shown, exact under races."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asyncpg.exceptions import CheckViolationError
from litestar import Litestar

from app import create_app
from shop.orders.request import OrderRequest
from shop.orders.tables import LimitedPurchase
from shop.products import repository
from shop.products.service import Item
from shop.products.tables import Product
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import (
    Cast,
    SignedIn,
    all_at_once,
    balance_of,
    edit_product,
    make_product,
    make_user,
    stock_of,
)
from tests.unit.buying import books, bought, buy, code_of
from tests.unit.clocks import Clock
from tests.unit.conftest import header_client

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


async def cancel(client: httpx.AsyncClient, order: dict[str, Any]) -> None:
    assert (await client.post(f"/api/v1/orders/{order['id']}/cancel")).status_code == 200


async def set_back(order: dict[str, Any], days: int) -> None:
    await Product.raw(
        "UPDATE orders SET created_at = now() - {} * interval '1 day' WHERE id = {}",
        days,
        order["id"],
    )


async def test_a_person_buys_up_to_the_limit(
    alice: httpx.AsyncClient, app: Litestar, cast: Cast
) -> None:
    product = await make_product(person_limit=3)
    await bought(alice, (product, 2))
    before = await books()
    refused = await buy(alice, (product, 2))
    assert (refused.status_code, code_of(refused)) == (409, "limit-reached")
    assert refused.json()["items"] == [{"product_id": product, "limit": 3, "bought": 2, "left": 1}]
    assert await books() == before
    order = await bought(alice, (product, 1))
    assert code_of(await buy(alice, (product, 1))) == "limit-reached"
    await cancel(alice, order)
    await bought(alice, (product, 1))
    other = await make_user("other", 100_000)
    async with header_client(app, other) as client:
        await bought(client, (product, 3))


async def test_items_that_are_cancelled_do_not_count(alice: httpx.AsyncClient) -> None:
    product = await make_product(person_limit=3)
    order = await bought(alice, (product, 3))
    items = {"items": [{"product_id": product, "quantity": 2}]}
    answer = await alice.post(f"/api/v1/orders/{order['id']}/cancel-items", json=items)
    assert answer.status_code == 200, answer.text
    assert code_of(await buy(alice, (product, 3))) == "limit-reached"
    await bought(alice, (product, 2))


async def test_a_limit_within_days(alice: httpx.AsyncClient) -> None:
    product = await make_product(person_limit=2, limit_days=7)
    order = await bought(alice, (product, 2))
    await set_back(order, 6)
    assert code_of(await buy(alice, (product, 1))) == "limit-reached"
    await set_back(order, 7)
    await bought(alice, (product, 2))


async def test_a_limit_can_be_lowered_below_a_users_purchases(alice: httpx.AsyncClient) -> None:
    product = await make_product(person_limit=5)
    await bought(alice, (product, 4))
    await edit_product(product, person_limit=2)
    refused = await buy(alice, (product, 1))
    assert refused.json()["items"] == [{"product_id": product, "limit": 2, "bought": 4, "left": 0}]
    await edit_product(product, person_limit=None)
    await bought(alice, (product, 6))


async def test_every_product_that_is_too_much_is_named(alice: httpx.AsyncClient) -> None:
    products = [await make_product(f"상품 {n}", person_limit=1) for n in range(2)]
    refused = await buy(alice, *[(product, 2) for product in products])
    assert [item["product_id"] for item in refused.json()["items"]] == products


@pytest.mark.parametrize(
    ("start", "end", "is_sold"),
    [
        (None, None, True),
        (-HOUR, None, True),
        (-HOUR, HOUR, True),
        (HOUR, None, False),
        (None, -HOUR, False),
        (-2 * HOUR, -HOUR, False),
    ],
)
async def test_a_product_is_sold_at_its_times_only(
    alice: httpx.AsyncClient, start: timedelta | None, end: timedelta | None, is_sold: bool
) -> None:
    times = {
        "on_sale_from": start and NOW + start,
        "on_sale_until": end and NOW + end,
    }
    product = await make_product(**times)
    answer = await buy(alice, (product, 1))
    assert answer.status_code == (201 if is_sold else 409)
    if not is_sold:
        assert code_of(answer) == "not-on-sale"
        problem = answer.json()
        assert problem["product_id"] == product
        found = {name: problem[name] and datetime.fromisoformat(problem[name]) for name in TIMES}
        assert list(found.values()) == list(times.values())


TIMES = ("from", "until")


async def test_refusals_come_in_their_order(alice: httpx.AsyncClient, cast: Cast) -> None:
    product = await make_product(price=100_000, stock=1, person_limit=1, on_sale_from=NOW + HOUR)
    assert code_of(await buy(alice, (product, 2), expected_total=1)) == "not-on-sale"
    await edit_product(product, on_sale_from=None)
    assert code_of(await buy(alice, (product, 2), expected_total=1)) == "price-changed"
    assert code_of(await buy(alice, (product, 2))) == "limit-reached"
    await edit_product(product, person_limit=None)
    assert code_of(await buy(alice, (product, 2))) == "out-of-stock"
    await edit_product(product, price=100_001)
    assert code_of(await buy(alice, (product, 1))) == "insufficient-points"


# PostgreSQL counts too


@pytest.mark.parametrize("quantities", [[4], [2, 2], [1, 1, 1, 1]])
async def test_the_database_refuses_more_than_the_limit(
    cast: Cast,
    alice: httpx.AsyncClient,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    quantities: list[int],
) -> None:
    """Also within one batch."""
    product = await make_product(person_limit=3)
    monkeypatch.setattr("shop.orders.decide._check_limits", lambda *_: None)
    before = await books()
    with pytest.raises(CheckViolationError):
        await Shop(settings).orders._placement._commit(
            [OrderRequest(cast.alice, [Item(product, n)]) for n in quantities]
        )
    assert await books() == before
    assert (await buy(alice, (product, 4))).status_code == 500
    await bought(alice, (product, 3))
    assert (await buy(alice, (product, 1))).status_code == 500


@pytest.mark.committed
async def test_the_database_keeps_the_limit_without_a_lock_of_ours(
    app: Litestar, cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "_lock_by_ids", repository._by_ids)
    product = await make_product(price=1, stock=50, person_limit=3)
    second = create_app(settings)
    clients = [header_client(one, cast.alice) for one in (app, second)]
    answers = await all_at_once(*[buy(client, (product, 1)) for client in clients * 10])
    assert 1 <= sum(answer.status_code == 201 for answer in answers) <= 3
    assert await stock_of(product) >= 47
    await second.state.external.close()


async def test_each_purchase_keeps_the_limit_that_it_had(
    alice: httpx.AsyncClient,
) -> None:
    product = await make_product(person_limit=5, limit_days=2)
    orders = [await bought(alice, (product, 2)) for _ in range(2)]
    await edit_product(product, person_limit=1)
    await cancel(alice, orders[0])
    rows = await LimitedPurchase.select().order_by(LimitedPurchase.line)
    assert [(row["person_limit"], row["limit_days"], row["bought"]) for row in rows] == [
        (5, 2, 2),
        (5, 2, 4),
    ]


# What the pages say


async def test_the_page_says_how_many_are_left(
    guest: httpx.AsyncClient, browser_of_alice: SignedIn
) -> None:
    product = await make_product(person_limit=3, limit_days=30)
    path = f"/products/{product}?lang=en"
    page = (await guest.get(path)).text
    assert "The limit is 3 per person in 30 days." in page
    assert "more." not in page
    await bought(browser_of_alice, (product, 1))
    page = (await browser_of_alice.get(path)).text
    assert "You can buy 2 more." in page
    assert 'max="2"' in page
    await bought(browser_of_alice, (product, 2))
    page = (await browser_of_alice.get(path)).text
    assert "You have bought all of them." in page
    assert 'class="buy"' not in page


async def test_the_page_says_when(guest: httpx.AsyncClient) -> None:
    for times, said, is_sold in (
        ({"on_sale_from": NOW + HOUR}, "Not on sale yet. It can be bought from", False),
        ({"on_sale_until": NOW + HOUR}, "On sale until", True),
        ({"on_sale_until": NOW - HOUR}, "The sale has ended.", False),
    ):
        product = await make_product(**times)  # type: ignore[arg-type]
        page = (await guest.get(f"/products/{product}?lang=en")).text
        assert said in page
        assert ('class="buy"' in page) is is_sold


async def test_cart_and_checkout_say_it(browser_of_alice: SignedIn) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"
    product, later = await make_product(person_limit=2), await make_product("내일")
    for id_, quantity in ((product, 2), (later, 1)):
        await browser_of_alice.put(f"/api/v1/cart/items/{id_}", json={"quantity": quantity})
    await bought(browser_of_alice, (product, 1))
    await edit_product(later, on_sale_from=NOW + HOUR)
    cart = (await browser_of_alice.get("/api/v1/cart")).json()
    assert [(i["available"], i["left"], i["on_sale"]) for i in cart["items"]] == [
        (False, 1, True),
        (False, None, False),
    ]
    for path in ("/cart", "/checkout?key=one"):
        page = (await browser_of_alice.get(path)).text
        assert "You can buy 1 more. Please reduce the quantity." in page
        assert "It is not on sale right now." in page


# Races


@pytest.mark.committed
async def test_parallel_orders_of_one_user_stay_within_the_limit(app: Litestar, cast: Cast) -> None:
    product = await make_product(price=1, stock=50, person_limit=3)
    users = [await make_user(f"u{n}x", 100) for n in range(3)]
    clients = [header_client(app, user) for user in users]
    answers = await all_at_once(*[buy(client, (product, 1)) for client in clients * 8])
    assert sum(answer.status_code == 201 for answer in answers) == 9
    assert {code_of(one) for one in answers if one.status_code != 201} == {"limit-reached"}
    assert await stock_of(product) == 41
    assert [await balance_of(user) for user in users] == [97] * 3


@pytest.mark.committed
async def test_two_processes_keep_the_limit(app: Litestar, cast: Cast, settings: Settings) -> None:
    second = create_app(settings)
    product = await make_product(price=1, stock=50, person_limit=3)
    clients = [header_client(one, cast.alice) for one in (app, second)]
    answers = await all_at_once(*[buy(client, (product, 1)) for client in clients * 8])
    assert sum(answer.status_code == 201 for answer in answers) == 3
    await second.state.external.close()


@pytest.mark.committed
async def test_a_cached_page_changes_when_a_sale_begins(
    guest: httpx.AsyncClient, browser_of_alice: SignedIn
) -> None:
    start = datetime.now(UTC) + timedelta(seconds=4)
    product = await make_product(on_sale_from=start)
    path = f"/products/{product}?lang=en"
    turned: list[tuple[set[bool], datetime]] = []
    while datetime.now(UTC) < start + timedelta(seconds=0.5):
        pages = [(await reader.get(path)).text for reader in (guest, browser_of_alice)]
        turned.append(({"Not on sale yet" not in page for page in pages}, datetime.now(UTC)))
        await asyncio.sleep(0.1)
    assert [is_sold for is_sold, at in turned if at < start and is_sold != {False}] == []
    after = [is_sold for is_sold, at in turned if at > start + timedelta(seconds=0.3)]
    assert after[-1] == {True}


async def test_the_clock_of_the_application_may_be_wrong(
    guest: httpx.AsyncClient, wrong_clock: Clock
) -> None:
    product = await make_product(on_sale_from=NOW + HOUR)
    with wrong_clock(timedelta(hours=3)):
        page = (await guest.get(f"/products/{product}?lang=ko")).text
    assert 'class="buy"' not in page
