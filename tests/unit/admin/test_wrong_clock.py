"""A node with a wrong clock writes no wrong time."""

from datetime import date, timedelta

import httpx
import pytest
from litestar import Litestar
from piccolo.columns import Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from shop.audit.tables import AuditResult
from shop.content.repository import ContentRepository, PageRow
from shop.content.tables import Announcement
from shop.external.tables import OutboxMessage
from shop.limits.tables import RateLimit
from shop.mail.content import PointsGranted
from shop.mail.service import MailService
from shop.orders.codes.box import SealedCode
from shop.orders.codes.stock_repository import CodeStockRepository, NewCode
from shop.orders.return_repository import ReturnRepository
from shop.orders.step_repository import StepRepository
from shop.piccolo_app import APP_CONFIG
from shop.pictures.repository import PictureRepository
from shop.products.service import Item
from shop.settings import Settings
from shop.staff.batch import NewLine
from shop.staff.batch_repository import BatchRepository
from shop.staff.products.check import Change
from shop.start.services import Shop
from shop.users.repository import UserRepository
from tests.cast import Cast, Receiver, make_category, make_product
from tests.unit.admin.test_forms import FORMS
from tests.unit.buying import bought
from tests.unit.clocks import Clock
from tests.unit.web.helpers import client_of

FAR = timedelta(days=1_000)
FAR_DAY = date(2099, 12, 31)
WRONG = """
    SELECT '{table}.{column}' AS name FROM {table}
    WHERE {column} NOT BETWEEN now() - interval '500 days' AND now() + interval '500 days' LIMIT 1
"""
# The audit uses a connection of its own, in one statement; limits have tests of their own; the
# times of announcements are typed by staff.
ELSEWHERE: set[type[Table]] = {AuditResult, RateLimit, Announcement}


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
    await shop.product_files.draft(cast.admin, [Change(1, product, {}, {"price": 5})], 0)
    await shop.password_links.make([cast.bob], cast.admin, timedelta(days=1))
    await UserRepository().update(cast.bob, {"email": "bob@home.test"})
    await MailService(enabled=True).write([(cast.bob, PointsGranted(1, "prize"))])
    await ContentRepository().save_page(PageRow(slug="help", title_en="Help", body_en="Ask us."))
    await PictureRepository().begin_upload("mug.jpg")
    await CodeStockRepository().add(
        product, [NewCode(SealedCode("key", "sealed", "digest"), ["digest"], FAR_DAY)]
    )
    await change_orders(alice)


async def change_orders(alice: httpx.AsyncClient) -> None:
    """Part of an order is cancelled, it is packed and shipped, and comes back."""
    product = await make_product(delivery="parcel")
    order_id = (await bought(alice, (product, 3), key="twice"))["id"]
    items = {"items": [{"product_id": product, "quantity": 1}]}
    answer = await alice.post(f"/api/v1/orders/{order_id}/cancel-items", json=items)
    assert answer.status_code == 200, answer.text
    steps = StepRepository()
    await steps.add_event("msg_1", "order.preparing", order_id)
    assert await steps.prepare(order_id)
    assert await steps.add_shipment(order_id, "cj", "1234567890")
    await ReturnRepository().add(order_id, [Item(product, 1)], "too large")


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
async def test_a_message_that_failed_there_is_retried_on_schedule(
    alice: httpx.AsyncClient, receiver: Receiver, wrong_clock: Clock, off: timedelta
) -> None:
    receiver.behave("fail")
    product = await make_product()
    with wrong_clock(off):
        await bought(alice, (product, 1))
    [message] = await OutboxMessage.select()
    pause = message["due_at"] - message["created_at"]
    assert timedelta(0) < pause < timedelta(minutes=1)
