"""A flash sale: 64 clients, 500 tries, a stock of 100, two processes that sell it."""

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shop.audit.service import Audit
from shop.orders.tables import IdempotencyKey, Order
from shop.users.service import _hash
from shop.users.tables import Session
from tests.cast import Cast, Receiver, make_product, make_user, stock_of
from tests.unit.buying import buy, code_of

pytestmark = [pytest.mark.committed, pytest.mark.slow]

CLIENTS, TRIES, STOCK, DOUBLE_SUBMITS = 64, 500, 100, 20
# What is not a double submit of a form is JSON: half of it with keys, each key sent twice.
JSON_TRIES = TRIES - 2 * DOUBLE_SUBMITS
KEYS = JSON_TRIES // 4

Try = Callable[[], Awaitable[httpx.Response]]


async def test_a_hundred_items_are_sold_a_hundred_times(
    served: str, cast: Cast, receiver: Receiver, database_url: str
) -> None:
    product = await make_product(price=10, stock=STOCK)
    users = [await make_user(f"shopper{number}", 100_000) for number in range(CLIENTS)]
    async with _clients(served, users) as clients:
        browsers = [await _at_checkout(clients[n], users[n], product) for n in range(CLIENTS)]
        clients_in_turn = itertools.cycle(clients)
        # The two of a pair stand side by side, so that they are sent at the same moment.
        tries: list[tuple[str, Try]] = []
        for number in range(DOUBLE_SUBMITS):
            tries += [(f"form {number}", browsers[number])] * 2
        for number in range(KEYS):
            client = next(clients_in_turn)
            tries += [(f"key {number}", _json(client, product, f"key-{number}"))] * 2
        for number in range(JSON_TRIES - 2 * KEYS):
            tries.append((f"alone {number}", _json(next(clients_in_turn), product, None)))
        assert len(tries) == TRIES
        answers = await _all(tries)

    assert [answer.status_code for _, answer in answers if answer.status_code >= 500] == []
    assert await Order.count() == STOCK
    assert await stock_of(product) == 0
    # No pair twice: who sent the same twice was told of one order, or of none.
    told: dict[str, set[str]] = {}
    for name, answer in answers:
        if order := _order_of(answer):
            told.setdefault(name, set()).add(order)
        else:
            assert code_of_any(answer) == "out-of-stock"
    assert {name: orders for name, orders in told.items() if len(orders) > 1} == {}
    # And every order was told of, to one of them only.
    assert Counter(order for orders in told.values() for order in orders) == Counter(
        {str(row["id"]): 1 for row in await Order.select(Order.id)}
    )
    assert await IdempotencyKey.count() == sum("alone" not in name for name in told)
    assert len({message.data["id"] for message in receiver.messages}) == STOCK
    for finding in await Audit(database_url).run():
        assert finding.problems == []
