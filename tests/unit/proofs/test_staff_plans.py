"""No list of staff makes PostgreSQL read more rows than a page needs, with custom and generic
plans, in a shop of 200,000 orders and 10,000 people; TEST_ORDERS=1000000 makes it 50,000."""

import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from string import Template
from typing import NamedTuple

import httpx
import pytest
from litestar import Litestar

from bench.fill import Scale
from shop.audit.proofs import PROOFS, Proof
from shop.catalogue.tables import MOST
from shop.database import DB, transaction
from shop.paging import encode_cursor
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.staff import batch_pages, grant_many, messages, orders, people, points, stock, today
from shop.staff.batch import NewLine
from shop.staff.batch_repository import BatchRepository
from shop.staff.batches import BatchService
from shop.staff.best_repository import WeekRepository
from shop.staff.days import ClosedDays
from shop.staff.today_repository import MOST_COUNTED
from shop.start.embedded import create_database
from tests.unit.conftest import DATA_DIR
from tests.unit.proofs.large_shop import (
    browser_of_the_first_user,
    large_shop,
    plans_of_this_transaction,
)
from tests.unit.proofs.plans import Plan, PlanRecorder, scanned_for_each_row

pytestmark = pytest.mark.slow

ORDERS = int(os.environ.get("TEST_ORDERS", "200000"))
SCALE = Scale(1_000, users_per_product=ORDERS // 20_000, orders_per_user=20)
MORE = Path(__file__).parent / "staff.sql"

PAGE = 700
"""Rows of one step. A page has 51; 600 messages of the filled shop are unsent."""
SEARCH = 12_000
"""A search looks at 51 rows of each of up to 100 customers and 100 products."""
SCANNED = 150
"""Rows of a table so small that PostgreSQL does not use its indexes."""
PRODUCTS = SCALE.products + 2
"""Rows of a whole table of products, where stock or sales are summed up: those of the scale, one
that is sent by parcel, and one that is codes."""
BEFORE_PAGE_1000 = 50 * 999
WHOLE = "left_over", "AS orders_week", "FROM stocks s JOIN products p"
"""Statements that sum up: they read closed days, today's orders and entries, all stock."""
DAY, DAYS = SCALE.orders // 365, 367
"""Orders of a day; and days of the shop, of which all but two are closed."""

LARGE = {"orders", "order_lines", "order_recipients", "point_entries", "outbox_messages", "users"}
"""Tables of tens of thousands of rows. PostgreSQL scans others, which are small here."""

BUSY_DAY = """
    WITH placed AS (
        INSERT INTO orders ("user", total)
        SELECT 1 + n % 1000, 1000 FROM generate_series(1, {orders}) n RETURNING id
    ), paid AS (
        INSERT INTO point_entries ("user", amount, kind, reference, balance_after)
        SELECT 1, -1000, 'spend', 'order:' || id, 0 FROM placed
    )
    INSERT INTO order_lines ("order", product, name, quantity, unit_price)
    SELECT id, 1 + id % 1000, 'x', 1, 1000 FROM placed;
    INSERT INTO point_entries ("user", amount, kind, reference, balance_after)
    SELECT id, 1, 'grant', 'busy:' || id, 1 FROM users;
"""


class Listing(NamedTuple):
    """A list: its address, the scope of its cursors, and its rows' keys in its order."""

    path: str
    scope: str
    keys: str
    most: int = PAGE
    scanned: int = SCANNED
    generic: bool = True

    def __str__(self) -> str:
        return self.path

    async def deep(self) -> str:
        """The address of page 1,000, or of the middle of a shorter list."""
        rows = await DB._run_in_pool(
            f"SELECT * FROM ({self.keys}) k OFFSET least({BEFORE_PAGE_1000}, "
            f"(SELECT count(*) / 2 FROM ({self.keys}) k)) LIMIT 1"
        )
        cursor = encode_cursor(self.scope, list(rows[0].values())) if rows else ""
        return f"{self.path}{'&' if '?' in self.path else '?'}cursor={cursor}"


def us(column: str) -> str:
    return f"(extract(epoch FROM {column}) * 1000000)::bigint AS us"


def of_orders(query: str, test: str = "true", most: int = PAGE) -> Listing:
    keys = (
        f"SELECT {us('created_at')}, id FROM orders WHERE {test} ORDER BY created_at DESC, id DESC"
    )
    return Listing(f"/staff/orders{query}", orders.CURSOR_SCOPE, keys, most)


def of_points(query: str, test: str = "true", most: int = PAGE) -> Listing:
    keys = f"SELECT {us('created_at')}, id FROM point_entries WHERE {test} ORDER BY 1 DESC, 2 DESC"
    return Listing(f"/staff/points{query}", points.CURSOR_SCOPE, keys, most)


def of_log(query: str, test: str = "true") -> Listing:
    keys = f"SELECT {us('at')}, id FROM staff_actions WHERE {test} ORDER BY at DESC, id DESC"
    return Listing(f"/staff/log{query}", today.CURSOR_SCOPE, keys)


def of_people(query: str, test: str = "true", found: int = 0) -> Listing:
    """Each person's 20 orders are counted."""
    keys = f"SELECT id FROM users WHERE {test} ORDER BY id DESC"
    most = max(51 * 20, 4 * found)
    return Listing(f"/staff/people{query}", people.CURSOR_SCOPE, keys, most, found or SCANNED)


LISTINGS = [
    of_orders(""),
    *(of_orders(f"?status={name}", f"status = '{name}'") for name in orders.STATUSES),
    of_orders("?delivery=sent"),
    of_orders("?delivery=pending", "false"),
    of_orders("?until=2026-01-10", "created_at < '2026-01-10'"),
    of_orders("?status=cancelled&until=2026-06-01", "status = 'cancelled'"),
    of_orders("?q=bench77", most=SEARCH),
    of_orders("?q=bench7777&status=cancelled", most=SEARCH),
    of_orders("?q=머그잔", most=SEARCH),
    of_orders("?q=수제 머그잔&status=paid", most=SEARCH),
    of_orders("?q=없는것", most=SEARCH),
    of_orders("?q=777", "false"),
    of_points(""),
    *(of_points(f"?kind={name}", f"kind = '{name}'") for name in ("grant", "spend", "adjust")),
    of_points("?until=2026-01-10", "created_at < '2026-01-10'"),
    of_points("?kind=adjust&q=bench2", "kind = 'adjust'", most=SEARCH),
    of_points("?q=E77", most=SEARCH),
    of_log(""),
    of_log("?actor=bench1", "actor = 1"),
    of_log("?actor=bench9", "actor = 9"),
    of_log("?action=order.fulfil", "action = 'order.fulfil'"),
    of_log("?action=settings.change", "action = 'settings.change'"),
    of_log("?subject=order:777", "false"),
    of_log("?until=2026-03-01", "at < '2026-03-01'"),
    of_people(""),
    *(of_people(f"?account={name}") for name in ("open", "closed", "staff")),
    of_people("?department=department 7", "department = 'department 7'"),
    of_people("?department=nowhere"),
    # Everybody: a generic plan expects few.
    of_people("?q=bench", found=1_000)._replace(generic=False),
    of_people("?q=김하나77", found=1_000),
    Listing("/staff/messages", messages.CURSOR_SCOPE,
            "SELECT id FROM outbox_messages WHERE sent_at IS NULL ORDER BY id DESC"),
    Listing("/staff/messages?state=given-up", messages.CURSOR_SCOPE,
            "SELECT id FROM outbox_messages WHERE given_up_at IS NOT NULL ORDER BY id DESC"),
    Listing("/staff/points/grant-many", grant_many.BATCHES_SCOPE,
            "SELECT id FROM point_batches ORDER BY id DESC"),
    Listing("/staff/points/batches/1", batch_pages.LINES_SCOPE,
            "SELECT id FROM point_batch_lines ORDER BY id"),
]  # fmt: skip
OTHERS = [
    "/staff/orders/777",
    "/staff/orders/packing",
    "/staff/orders/picking",
    "/staff/returns",
    "/staff/people/777",
    "/staff/stock/777",
    "/staff/people/new",
    "/staff/products/import",
    "/staff/settings",
]


@pytest.fixture(scope="module")
def staff_url(database_url: str) -> str:
    return create_database(DATA_DIR, f"staff_{ORDERS}")


@pytest.fixture(scope="module")
async def large(anyio_backend: str, staff_url: str) -> AsyncIterator[None]:
    more = Template(MORE.read_text()).substitute(orders=SCALE.orders, users=SCALE.users)
    async with large_shop(staff_url, SCALE, [more]):
        await ClosedDays().sweep()
        await DB._run_in_pool("VACUUM ANALYZE closed_days")
        await DB._run_in_pool("VACUUM ANALYZE closed_day_products")
        yield


@pytest.fixture(autouse=True)
async def database(large: None) -> AsyncIterator[None]:
    async with transaction() as opened:
        yield
        await opened.rollback()


@pytest.fixture
async def watched(database: None, monkeypatch: pytest.MonkeyPatch) -> PlanRecorder:
    return plans_of_this_transaction(monkeypatch)


@pytest.fixture
async def chief(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The superuser's browser."""
    async with browser_of_the_first_user(app) as found:
        yield found


def sums_up(plan: Plan) -> bool:
    return any(text in plan.sql for text in WHOLE)


def custom(plans: list[Plan]) -> list[Plan]:
    """For statements of which a generic plan, which knows neither period nor name, reads too much:
    PostgreSQL takes it only if it seems no dearer than custom plans."""
    return [plan for plan in plans if plan.mode == "force_custom_plan"]


def check(plans: list[Plan], most: int, scanned: int = SCANNED) -> None:
    assert plans
    faults = [fault for plan in plans for fault in plan.faults(most, scanned)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("listing", LISTINGS, ids=str)
async def test_a_page_of_a_list_reads_only_its_rows(
    watched: PlanRecorder, chief: httpx.AsyncClient, listing: Listing
) -> None:
    for path in (listing.path, await listing.deep()):
        response = await chief.get(path)
        assert response.status_code == 200, response.text
    plans = [plan for plan in watched.plans if not sums_up(plan)]
    check(plans if listing.generic else custom(plans), listing.most, listing.scanned)


@pytest.mark.parametrize("path", OTHERS)
async def test_other_pages_read_only_their_rows(
    watched: PlanRecorder, chief: httpx.AsyncClient, path: str
) -> None:
    response = await chief.get(path)
    assert response.status_code == 200, response.text
    check([plan for plan in watched.plans if not sums_up(plan)], PAGE)


async def test_a_step_of_points_to_many_reads_only_its_people(watched: PlanRecorder) -> None:
    """Of a new list, which PostgreSQL has not counted yet."""
    batches, everyone = BatchRepository(), range(2, SCALE.users + 1)
    batch_id = await batches.add(1, [NewLine(user_id, 1, "x") for user_id in everyone])
    await batches.set_running(batch_id, 1)
    watched.plans.clear()
    assert await BatchService(PointService(PointRepository())).step()
    check(watched.plans, PAGE)


async def test_stock_reads_the_sales_of_a_month(
    watched: PlanRecorder, chief: httpx.AsyncClient
) -> None:
    """Of the 51 products of the page; here these are the products that sell best."""
    lines = SCALE.orders * 5 // 4 // 12
    for query in ("", f"?cursor={encode_cursor(stock.CURSOR_SCOPE, [52])}", "?show=sold-out"):
        assert (await chief.get(f"/staff/stock{query}")).status_code == 200
    check(watched.plans, lines, PRODUCTS)


async def test_today_reads_days_and_two_days_orders(
    watched: PlanRecorder, chief: httpx.AsyncClient
) -> None:
    """Today's, and yesterday's within an hour after midnight."""
    assert (await chief.get("/staff")).status_code == 200
    check(custom(watched.plans), max(2 * DAY, MOST_COUNTED + 1), PRODUCTS)


async def test_sums_of_points_read_days_and_two_days_entries(
    watched: PlanRecorder, chief: httpx.AsyncClient
) -> None:
    assert (await chief.get("/staff/points")).status_code == 200
    check(custom(watched.plans), max(2 * DAY, DAYS, PAGE), PRODUCTS)


async def test_the_best_of_the_week_reads_days_two_days_orders_and_a_weeks_likes(
    watched: PlanRecorder, chief: httpx.AsyncClient
) -> None:
    lines_of_a_week, likes = 7 * DAY * 5 // 4, SCALE.users * 10 // 50
    assert len(await WeekRepository().scores("Asia/Seoul")) == MOST
    check(custom(watched.plans), lines_of_a_week + likes, PRODUCTS)


async def test_reports_read_what_days_have_sold(
    watched: PlanRecorder, chief: httpx.AsyncClient
) -> None:
    """A row for each product that was sold on a day."""
    for query in ("", "?by=month&from=2026-01-01"):
        assert (await chief.get(f"/staff/reports{query}")).status_code == 200
    check(custom(watched.plans), DAYS * min(DAY * 5 // 4, SCALE.products), PRODUCTS)


async def test_a_report_seen_before_reads_no_products_of_closed_days(
    watched: PlanRecorder, chief: httpx.AsyncClient
) -> None:
    """Only the sums of days, two days' orders, and the products' names."""
    assert (await chief.get("/staff/reports")).status_code == 200
    watched.plans.clear()
    assert (await chief.get("/staff/reports")).status_code == 200
    check(custom(watched.plans), max(2 * DAY * 5 // 4, 2 * PRODUCTS), PRODUCTS)


async def test_a_busy_day_is_read_from_its_sums(
    watched: PlanRecorder, chief: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Points are given to everyone, and there are ten times as many orders as on other days."""
    monkeypatch.setattr("shop.staff.days_repository.SETTLED_AFTER", timedelta(0))
    opened = DB.current_transaction.get()
    assert opened is not None
    await opened.connection.execute(BUSY_DAY.format(orders=10 * DAY))
    await ClosedDays().sum_today()
    for path in ("/staff", "/staff/points", "/staff/reports"):
        await chief.get(path)
        watched.plans.clear()
        assert (await chief.get(path)).status_code == 200
        check(custom(watched.plans), 2 * PRODUCTS, PRODUCTS)


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
async def test_the_audit_reads_no_table_once_for_each_row(proof: Proof) -> None:
    """With 500,000 orders one of its queries had not ended after nine minutes."""
    [row] = await DB._run_in_pool(f"EXPLAIN (FORMAT JSON, VERBOSE) {proof.wrong}")
    [explained] = json.loads(row["QUERY PLAN"])
    assert LARGE.isdisjoint(scanned_for_each_row(explained["Plan"]))
