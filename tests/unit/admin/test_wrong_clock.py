"""A node with a wrong clock writes no wrong time, whatever is done on it."""

from datetime import timedelta

import httpx
import pytest
from litestar import Litestar
from piccolo.columns import Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from app import Shop
from shop.audit.tables import AuditResult
from shop.external.tables import OutboxMessage
from shop.limits.tables import RateLimit
from shop.piccolo_app import APP_CONFIG
from shop.settings import Settings
from shop.staff.batch_repository import BatchRepository, NewLine
from tests.cast import Cast, Receiver, make_category, make_product
from tests.unit.admin.test_forms import FORMS
from tests.unit.buying import bought
from tests.unit.clocks import Clock
from tests.unit.web.helpers import client_of

FAR = timedelta(days=1_000)
WRONG = """
    SELECT '{table}.{column}' AS name FROM {table}
    WHERE {column} NOT BETWEEN now() - interval '500 days' AND now() + interval '500 days' LIMIT 1
"""
# The audit writes over a connection of its own, in one statement; limits have tests of their own.
ELSEWHERE: set[type[Table]] = {AuditResult, RateLimit}


def columns_of_time() -> list[tuple[type[Table], Timestamptz]]:
    tables = APP_CONFIG.table_classes
    return [(t, c) for t in tables for c in t._meta.columns if isinstance(c, Timestamptz)]


async def wrong_times() -> list[str]:
    found = []
    for table, column in columns_of_time():
        sql = WRONG.format(table=table._meta.tablename, column=column._meta.db_column_name)
        found += [row["name"] for row in await table.raw(sql)]
    return found


async def rows_of_tables() -> dict[type[Table], int]:
    """How many rows there are in each table that notes when a row was made."""
    tables = {t for t, c in columns_of_time() if isinstance(c.default, TimestamptzNow)}
    return {table: await table.count() for table in tables - ELSEWHERE}


async def do_everything(
    app: Litestar,
    staff: httpx.AsyncClient,
    alice: httpx.AsyncClient,
    shop: Shop,
    product: int,
    cast: Cast,
) -> None:
    async with client_of(app) as guest:
        await guest.post("/signup", data={"username": "carol", "password": "tall-blue-cups"})
    await alice.post(f"/api/v1/products/{product}/likes")
    await alice.put(f"/api/v1/cart/items/{product}", json={"quantity": 2})
    order = await bought(alice, (product, 1), key="once")
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    receipt = {"product_id": product, "amount": 5, "reason": "delivery"}
    assert (await staff.post(f"{FORMS}/receive-stock/", json=receipt)).status_code == 200
    goods = {"name": "새 상품", "price": 1200, "category": await make_category()}
    assert (await staff.post("/admin/api/tables/products/", json=goods)).status_code == 201
    home = {
        "name": "앨리스",
        "phone": "010-0000-0000",
        "postcode": "04524",
        "line1": "세종대로 110",
    }
    assert (await alice.post("/api/v1/addresses", json=home)).status_code == 201
    [cancelled] = await shop.outbox.claim_due(10)
    await shop.outbox.deliver(cancelled)
    await BatchRepository().add(cast.admin, [NewLine(cast.bob, 1, "prize")])
    await shop.password_links.make([cast.bob], cast.admin, timedelta(days=1))


@pytest.mark.parametrize("off", [FAR, -FAR])
async def test_no_wrong_time_is_stored(
    app: Litestar,
    cast: Cast,
    staff: httpx.AsyncClient,
    alice: httpx.AsyncClient,
    settings: Settings,
    receiver: Receiver,
    wrong_clock: Clock,
    off: timedelta,
) -> None:
    product, before = await make_product(), await rows_of_tables()
    shop = Shop(settings)
    with wrong_clock(off):
        await do_everything(app, staff, alice, shop, product, cast)
    await shop.external.close()
    after = await rows_of_tables()
    assert [table.__name__ for table in after if after[table] == before[table]] == []
    assert await wrong_times() == []


@pytest.mark.parametrize("off", [FAR, -FAR])
async def test_a_message_that_failed_there_is_tried_again_in_its_time(
    alice: httpx.AsyncClient, receiver: Receiver, wrong_clock: Clock, off: timedelta
) -> None:
    receiver.behave("fail")
    product = await make_product()
    with wrong_clock(off):
        await bought(alice, (product, 1))
    [message] = await OutboxMessage.select()
    pause = message["due_at"] - message["created_at"]
    assert timedelta(0) < pause < timedelta(minutes=1)
