"""A flash sale: 64 clients, 500 tries, a stock of 100, two processes that sell it."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from shop.audit.service import Audit
from shop.orders.tables import IdempotencyKey, Order
from shop.users.service import _hash
from shop.users.tables import Session
from tests.cast import Cast, Receiver, make_product, make_user, stock_of
from tests.unit.buying import buy, code_of

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
    async with AsyncExitStack() as stack:
        shoppers = [await _shopper(stack, served, number) for number in range(CLIENTS)]
        forms = [await _form(shoppers[number], product) for number in range(FORMS)]
        answers = await _at_once(_tries(shoppers, forms, product))
    assert len(answers) == TRIES
    assert [answer.text for _, answer in answers if answer.status_code >= 500] == []
    assert await Order.count() == STOCK
    assert await stock_of(product) == 0

    told: dict[str, set[int]] = {}
    for name, answer in answers:
        if answer.status_code in (201, 303):
            told.setdefault(name, set()).add(int(answer.headers["location"].rsplit("/", 1)[1]))
        else:
            assert _is_sold_out(answer), answer.text
    # Whoever sent the same twice was told of one order, or of none; each order was told of.
    assert [name for name, orders in told.items() if len(orders) > 1] == []
    made = {row["id"]: 1 for row in await Order.select(Order.id)}
    assert Counter(order for orders in told.values() for order in orders) == Counter(made)
    assert await IdempotencyKey.count() == sum(not name.startswith("alone") for name in told)
    assert sum(name.startswith("form") for name in told) == FORMS  # they come first

    assert sorted(message.data["id"] for message in receiver.messages) == sorted(made)
    assert [found.problems for found in await Audit(database_url).run() if found.problems] == []


def _tries(
    shoppers: Sequence[httpx.AsyncClient], forms: Sequence[Try], product: int
) -> list[tuple[str, Try]]:
    """Each with a name, which the two of a pair share. They stand side by side, so that both are
    on their way at the same moment."""
    tries: list[tuple[str, Try]] = []
    for number, form in enumerate(forms):
        tries += [(f"form {number}", form)] * 2
    for number in range(max(KEYS, WITHOUT_KEY)):
        shopper = shoppers[number % CLIENTS]
        if number < KEYS:
            key = f"key-{number}"
            tries += [(f"key {number}", partial(buy, shopper, (product, 1), key=key))] * 2
        if number < WITHOUT_KEY:
            tries.append((f"alone {number}", partial(buy, shopper, (product, 1))))
    return tries


async def _at_once(tries: list[tuple[str, Try]]) -> list[tuple[str, httpx.Response]]:
    """All of them, as many at a time as there are clients."""
    waiting, answers = iter(tries), []

    async def client() -> None:
        for name, attempt in waiting:
            answers.append((name, await attempt()))

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return answers


async def _shopper(stack: AsyncExitStack, address: str, number: int) -> httpx.AsyncClient:
    """Somebody with points, known by `X-USER-ID` in JSON."""
    user = await make_user(f"shopper{number}", 100_000)
    headers = {"X-USER-ID": str(user)}
    client = httpx.AsyncClient(base_url=address, headers=headers, timeout=120)
    return await stack.enter_async_context(client)


async def _form(shopper: httpx.AsyncClient, product: int) -> Try:
    """The checkout form in a browser of this shopper's, as its button submits it."""
    user = int(shopper.headers["X-USER-ID"])
    token = f"browser-of-{user}"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await Session.insert(Session(token_hash=_hash(token), user=user, expires_at=tomorrow))
    # No client of its own: the same connections, but the cookie in place of the header.
    cookie = {"Cookie": f"id={token}", "X-USER-ID": ""}
    params = {"product_id": product, "quantity": 1}
    request = shopper.build_request("GET", "/checkout", params=params, headers=cookie)
    del request.headers["X-USER-ID"]
    page = (await shopper.send(request)).text
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))
    assert fields["product_id"] == str(product)
    assert fields["idempotency_key"]

    async def submit() -> httpx.Response:
        request = shopper.build_request("POST", "/checkout", data=fields, headers=cookie)
        del request.headers["X-USER-ID"]
        return await shopper.send(request)

    return submit


def _is_sold_out(answer: httpx.Response) -> bool:
    if "problem+json" in answer.headers["content-type"]:
        return code_of(answer) == "out-of-stock"
    return answer.status_code == 409
