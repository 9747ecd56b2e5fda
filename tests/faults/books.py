"""Direct access to the shop's database: filled before the run, read after it."""

import uuid
from pathlib import Path
from typing import Any

import asyncpg

from shop.orders.codes.box import CodeBox
from shop.products.terms import findable
from shop.settings.data_dir import running_url
from tests.faults.steps import StoredOrder
from tests.faults.verdict import StockState

PEOPLE, FIRST_USER = 18, 1_001
SCARCE, PLENTY = 3, 5
SECRET = "seals-the-codes-of-the-fault-run"
FIRST_PRODUCT = 1_001
USERS = list(range(FIRST_USER, FIRST_USER + PEOPLE))
PRODUCTS = list(range(FIRST_PRODUCT, FIRST_PRODUCT + SCARCE + PLENTY))
SCARCE_PRODUCTS = PRODUCTS[:SCARCE]
CODES, LIMITED = PRODUCTS[0], PRODUCTS[-1]
"""A scarce product that is codes, and one with a limit for each person."""
LIMIT = 4
FEW, MANY = 20, 1_000_000
USERS_WITH_FEW_POINTS = USERS[::6]
"""Enough for a few orders only."""
ORDERS = """
    SELECT o.id, o."user", o.status, o.total, o.refunded, l.*, r.*, q.*
    FROM orders o
    CROSS JOIN LATERAL (
        SELECT COALESCE(array_agg(product ORDER BY product), '{}') AS products,
            COALESCE(array_agg(quantity ORDER BY product), '{}') AS quantities,
            COALESCE(sum(cancelled), 0) AS cancelled, COALESCE(sum(returned), 0) AS returned,
            COALESCE(sum((cancelled + returned) * unit_price), 0)::int8 AS given_back
        FROM order_lines WHERE "order" = o.id
    ) l
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE kind = 'cancel') AS cancels,
            count(*) FILTER (WHERE kind = 'return') AS returns,
            COALESCE(sum((SELECT sum(e.amount) FROM point_entries e WHERE e.kind = 'refund'
                AND e.reference = 'order:' || o.id || ':' || f.id)), 0)::int8 AS paid_back
        FROM order_refunds f WHERE "order" = o.id
    ) r
    CROSS JOIN LATERAL (
        SELECT COALESCE(array_agg(id), '{}') AS asked,
            count(*) FILTER (WHERE status = 'taken') AS taken
        FROM return_requests WHERE "order" = o.id
    ) q
    ORDER BY o.id
"""


async def connect(data_dir: Path) -> Any:
    return await asyncpg.connect(running_url(data_dir))


async def fill(data_dir: Path) -> None:
    """Creates users and products, with the entries that explain their points and stock."""
    connection = await connect(data_dir)
    async with connection.transaction():
        for user in USERS:
            points = 2_000 if user in USERS_WITH_FEW_POINTS else 1_000_000_000
            await connection.execute(
                "INSERT INTO users (id, username, password, active) VALUES ($1, $2, '', true)",
                user,
                f"shopper{user}",
            )
            await connection.execute(
                'INSERT INTO point_balances ("user", balance) VALUES ($1, $2)', user, points
            )
            await connection.execute(
                'INSERT INTO point_entries ("user", amount, kind, reference, balance_after) '
                "VALUES ($1, $2, 'grant', $3, $2)",
                user,
                points,
                f"faults:{user}",
            )
        for product in PRODUCTS:
            await connection.execute(
                "INSERT INTO products (id, category, name, price, delivery, person_limit) "
                "SELECT $1, min(id), $2, 100, $3, $4 FROM categories",
                product,
                f"product {product}",
                "code" if product == CODES else "desk",
                LIMIT if product == LIMITED else None,
            )
            await connection.execute(
                "INSERT INTO stocks (product, quantity) VALUES ($1, 0)", product
            )
            await connection.execute(
                "INSERT INTO like_counters (product, category, listed) "
                "SELECT id, category, listed FROM products WHERE id = $1",
                product,
            )
            await connection.execute(
                "INSERT INTO product_terms (product, version, source, text, terms, words) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                product,
                *findable(f"product {product}"),
            )
            await _receive(connection, product, FEW if product in SCARCE_PRODUCTS else MANY)
    await connection.close()


async def restock(data_dir: Path) -> None:
    """Receives a few more scarce products, so that they sell out repeatedly."""
    connection = await connect(data_dir)
    for product in SCARCE_PRODUCTS:
        async with connection.transaction():
            await _receive(connection, product, FEW)
    await connection.close()


async def _receive(connection: Any, product: int, amount: int) -> None:
    """In a transaction."""
    await connection.execute(
        "WITH moved AS (UPDATE stocks SET quantity = quantity + $2 WHERE product = $1 "
        "RETURNING quantity) "
        "INSERT INTO stock_entries (product, amount, kind, quantity_after, reason) "
        "SELECT $1, $2, 'receive', quantity, 'fault run' FROM moved",
        product,
        amount,
    )
    if product == CODES:
        box = CodeBox([SECRET])
        for _ in range(amount):
            await connection.execute(
                "INSERT INTO codes (product, key, sealed, digest) VALUES ($1, $2, $3, $4)",
                product,
                *box.seal(uuid.uuid4().hex),
            )


async def make_due(data_dir: Path) -> int:
    """Makes all unsent messages due now. Returns how many were paused or leased, for example to a
    killed process."""
    connection = await connect(data_dir)
    waiting = await connection.fetch(
        "UPDATE outbox_messages SET due_at = now(), lease_token = NULL, leased_until = NULL "
        "WHERE sent_at IS NULL AND given_up_at IS NULL "
        "AND (due_at > now() OR leased_until > now()) RETURNING id"
    )
    await connection.close()
    return len(waiting)


async def unsent(data_dir: Path) -> int:
    connection = await connect(data_dir)
    count: int = await connection.fetchval(
        "SELECT count(*) FROM outbox_messages WHERE sent_at IS NULL"
    )
    await connection.close()
    return count


async def read(data_dir: Path) -> tuple[list[StoredOrder], list[StockState]]:
    connection = await connect(data_dir)
    orders = await connection.fetch(ORDERS)
    stock = await connection.fetch(
        "SELECT s.product AS id, s.quantity AS on_hand, "
        "COALESCE((SELECT sum(e.amount) FROM stock_entries e WHERE e.product = s.product), 0)::int8"
        " AS received, "
        "COALESCE((SELECT sum(l.quantity - l.cancelled) FROM order_lines l "
        "WHERE l.product = s.product), 0)::int8 - COALESCE((SELECT sum(i.restocked) "
        "FROM order_refund_lines i JOIN order_refunds r ON r.id = i.refund "
        "WHERE i.product = s.product AND r.kind = 'return'), 0)::int8 AS sold FROM stocks s"
    )
    await connection.close()
    return [_stored_order(row) for row in orders], [StockState(**row) for row in stock]


def _stored_order(row: Any) -> StoredOrder:
    values = dict(row)
    lines = list(zip(values.pop("products"), values.pop("quantities"), strict=True))
    return StoredOrder(lines=lines, **values | {"asked": frozenset(row["asked"])})
