"""Files of very many lines are sent piece by piece: memory does not grow with them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from shop.orders.tables import Order
from tests.cast import Cast, SignedIn, make_product

ORDERS, PIECE = 200_000, 20_000
MAX_MB = 100
FILL = (
    """
    INSERT INTO orders (id, "user", total, status, created_at)
    SELECT n, {user}, 1000, 'paid', now() - n * interval '1 second'
    FROM generate_series({first}, {last}) n
    """,
    """
    INSERT INTO order_lines ("order", product, name, quantity, unit_price)
    SELECT n, {product}, 'x', 1, 1000 FROM generate_series({first}, {last}) n
    """,
    """
    INSERT INTO point_entries ("user", amount, kind, reference, balance_after, created_at)
    SELECT {user}, -1000, 'spend', 'order:' || n, 0, now() - n * interval '1 second'
    FROM generate_series({first}, {last}) n
    """,
)


@contextmanager
def growth() -> Iterator[list[float]]:
    """By how many MB this process grew at most, once the block has ended."""
    process, most, ended = psutil.Process(), [0.0], threading.Event()
    before = process.memory_info().rss

    def watch() -> None:
        while not ended.wait(0.02):
            most[0] = max(most[0], (process.memory_info().rss - before) / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_memory_does_not_grow_with_a_file(chief: SignedIn, cast: Cast) -> None:
    """The client keeps what it gets, which is a sixth of the limit."""
    product = await make_product(price=1_000)
    for first in range(1, ORDERS, PIECE):
        values = {"first": first, "last": first + PIECE - 1}
        for statement in FILL:
            await Order.raw(statement.format(user=cast.alice, product=product, **values))
    await Order.raw("ANALYZE")
    await chief.get("/staff/reports.csv")  # loads what any file needs
    for path in ("/staff/orders.csv", "/staff/points.csv"):
        with growth() as grown:
            found = await chief.get(path)
        assert found.status_code == 200
        assert grown[0] < MAX_MB, path
        assert found.content.count(b"\n") > ORDERS, path
