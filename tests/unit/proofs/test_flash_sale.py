"""A flash sale: 64 clients, 500 tries, a stock of 100, two processes that sell it."""

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from shop.audit.service import Audit
from shop.orders.tables import IdempotencyKey, Order
from shop.users.sessions import hash_of
from shop.users.tables import Session
from tests.cast import Cast, Receiver, make_product, make_user, stock_of
from tests.unit.buying import code_of

pytestmark = [pytest.mark.committed, pytest.mark.slow]

CLIENTS, TRIES, STOCK, FORMS = 64, 500, 100, 20
# Beside the forms, each submitted twice, it is JSON: half of it with keys, each key sent twice.
KEYS = (TRIES - 2 * FORMS) // 4
WITHOUT_KEY = TRIES - 2 * FORMS - 2 * KEYS

Try = Callable[[], Awaitable[httpx.Response]]


async def test_a_hundred_items_are_sold_a_hundred_times(
    served: str, cast: Cast, receiver: Receiver, database_url: str
) -> None:
    product = await make_product(price=10, stock=STOCK)
    shoppers = [await make_user(f"shopper{number}", 100_000) for number in range(CLIENTS)]
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=served, timeout=120, limits=limits) as client:
        forms = [await _form(client, shopper, product) for shopper in shoppers[:FORMS]]
        answers = await _at_once(_tries(client, shoppers, forms, product))
    assert len(answers) == TRIES
    assert [answer.text for _, answer in answers if answer.status_code >= 500] == []
    assert await Order.count() == STOCK
    assert await stock_of(product) == 0

    told: dict[str, set[int]] = {}
    for name, answer in answers:
        if answer.status_code in (201, 303):
            told.setdefault(name, set()).add(int(answer.headers["location"].rsplit("/", 1)[1]))
        else:
            assert code_of(answer) == "out-of-stock"
    # Repeated requests got one order, or none; each order was sent to the partner.
    assert [name for name, orders in told.items() if len(orders) > 1] == []
    made = {row["id"]: 1 for row in await Order.select(Order.id)}
    assert Counter(order for orders in told.values() for order in orders) == Counter(made)
    assert await IdempotencyKey.count() == sum(not name.startswith("alone") for name in told)
    assert sum(name.startswith("form") for name in told) == FORMS  # they come first

    assert sorted(message.data["id"] for message in receiver.messages) == sorted(made)
    assert [found.problems for found in await Audit(database_url).run() if found.problems] == []


def _tries(
    client: httpx.AsyncClient, shoppers: Sequence[int], forms: Sequence[Try], product: int
) -> list[tuple[str, Try]]:
    """Each with a name, which the two of a pair share. They stand side by side, so that both are
    on their way at the same moment."""
    tries: list[tuple[str, Try]] = []
    for number, form in enumerate(forms):
        tries += [(f"form {number}", form)] * 2
    for number in range(max(KEYS, WITHOUT_KEY)):
        order = partial(_order, client, shoppers[number % CLIENTS], product)
        if number < KEYS:
            tries += [(f"key {number}", partial(order, f"key-{number}"))] * 2
        if number < WITHOUT_KEY:
            tries.append((f"alone {number}", order))
    return tries


async def _order(
    client: httpx.AsyncClient, shopper: int, product: int, key: str | None = None
) -> httpx.Response:
    headers = {"X-USER-ID": str(shopper)} | ({"Idempotency-Key": key} if key else {})
    items = [{"product_id": product, "quantity": 1}]
    return await client.post("/api/v1/orders", json={"items": items}, headers=headers)


async def _at_once(tries: list[tuple[str, Try]]) -> list[tuple[str, httpx.Response]]:
    """All of them, as many at a time as there are clients."""
    waiting, answers = iter(tries), []

    async def client() -> None:
        for name, attempt in waiting:
            answer = await attempt()
            while _is_in_progress(name, answer):
                answer = await attempt()
            answers.append((name, answer))

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return answers


async def _form(client: httpx.AsyncClient, shopper: int, product: int) -> Try:
    """The checkout form in a browser of this shopper's, as its button submits it."""
    token = f"browser-of-{shopper}"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await Session.insert(Session(token_hash=hash_of(token), user=shopper, expires_at=tomorrow))
    cookie = {"Cookie": f"id={token}"}
    params = {"product_id": product, "quantity": 1, "key": uuid.uuid4().hex}
    page = (await client.get("/checkout", params=params, headers=cookie)).text
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))
    assert fields["product_id"] == str(product)
    assert fields["idempotency_key"]
    return partial(client.post, "/checkout", data=fields, headers=cookie)


def _is_in_progress(name: str, answer: httpx.Response) -> bool:
    """Whether a request with the same key is still in progress, so that the client must retry. The
    forms are sent first, while there is enough of everything: there is no other 409 for them."""
    if name.startswith("form"):
        return answer.status_code == 409
    return answer.status_code == 409 and code_of(answer) == "request-in-progress"
