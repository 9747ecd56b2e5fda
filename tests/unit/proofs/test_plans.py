"""No request in a large shop makes PostgreSQL read more rows than a page needs, with custom and
generic plans, however the products of a category are stored."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import pytest
from litestar import Litestar

from bench.fill import Scale
from shop import site
from shop.catalogue.filters import Filters
from shop.catalogue.tables import WeekBest
from shop.content.service import KINDS
from shop.database import transaction
from shop.external.repository import OutboxRepository
from shop.likes.repository import COPIED
from shop.paging import encode_cursor
from shop.products.facets import FACETS
from shop.site import HomeRow, Site
from shop.start.embedded import create_database
from tests.unit.conftest import DATA_DIR
from tests.unit.proofs.large_shop import (
    browser_of_the_first_user,
    large_shop,
    plans_of_this_transaction,
)
from tests.unit.proofs.plans import PlanRecorder

pytestmark = pytest.mark.slow


class Filling(NamedTuple):
    scale: Scale
    by_category: bool

    def __str__(self) -> str:
        return f"{self.scale.products}_{'by_category' if self.by_category else 'mixed'}"


USERS = 10_000
FILLINGS = [
    Filling(Scale(products, products_per_user=products // USERS), by_category)
    for products, by_category in ((20_000, False), (20_000, True), (100_000, True))
]
"""An index on the category alone is right for the mixed shop and wrong for the others."""
PAGE = 200
"""Rows of one table. A page has 24; products that are not sold, or not due, stand between them."""
NEAR = 2_500
"""A search looks at up to 2,000 products of the list before it asks the index."""

MORE = Path(__file__).parent / "more.sql"

COPY = f"""
    UPDATE like_counters c SET ({COPIED}) = (SELECT {COPIED} FROM products p WHERE p.id = c.product)
"""

BEHIND = {
    "newest": [0, 10_000],
    "price_asc": [0, 50_000, 10_000],
    "price_desc": [0, 50_000, 10_000],
    "likes": [0, 1, 10_000],
    "affordable": [0, 50_000, 10_000],
}
"""Keys deep inside each list."""


class Asked(NamedTuple):
    path: str
    method: str = "GET"
    body: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def shelf(**chosen: Any) -> Iterator[Asked]:
    """Its first page, and one deep inside."""
    path, filters = f"/?{urlencode(chosen)}", Filters(**chosen)
    cursor = encode_cursor(filters.list_name, BEHIND[filters.sort])
    yield from (Asked(path), Asked(f"{path}&cursor={cursor}"))


def own_list(path: str, name: str) -> Iterator[Asked]:
    yield Asked(path)
    for last_id in (10_000_000, 10_000):
        yield Asked(f"{path}?cursor={encode_cursor(name, [last_id])}")


COMMON = {"category": "coffee-tea"}
VALUES = {facet.name: (COMMON.get(facet.name, "common"), "rare") for facet in FACETS}
"""Of each facet, one that many products have and one that few have."""
CHOICES = [{}, *({name: slug} for name in VALUES for slug in VALUES[name])]
SHELVES = [asked for sort in BEHIND for chosen in CHOICES for asked in shelf(sort=sort, **chosen)]
READS = [
    *SHELVES,
    Asked("/products/10000"),
    Asked("/products/10001"),
    Asked("/api/v1/products/7"),
    *own_list("/likes", "liked"),
    *own_list("/orders", "orders"),
    *own_list("/points", "entries"),
    Asked("/cart"),
    Asked("/checkout?key=k"),
    Asked("/checkout?product_id=7&quantity=1&key=k"),
    Asked("/orders/1"),
    Asked("/orders/1/delivery"),
]
LIKE, ORDERS = "/api/v1/products/8/likes", "/api/v1/orders"
ORDER = {"items": [{"product_id": 7, "quantity": 1}, {"product_id": 8, "quantity": 2}]}
WRITES = [
    *(Asked(LIKE, method) for method in ("POST", "POST", "DELETE", "DELETE")),
    Asked("/api/v1/cart/items/7", "PUT", {"quantity": 2}),
    Asked("/api/v1/cart/items/7", "DELETE"),
    Asked(ORDERS, "POST", ORDER),
    Asked(ORDERS, "POST", ORDER),  # the same key
]
WORDS = ("머그잔", "수제 머그잔", "99호", "ㅁㄱㅈ", "만들었습니다")
"""Many products have it, few, none; first consonants; in the descriptions."""
HALF_TYPED = ("뭇", "무ㅅ", "쉐", "ㄱ쉐", "수제 머그쟈")
"""No name has them, though many have their initials."""
OF_CATEGORIES = ("kitchen", "주방 만년필", "kitchen 만들었습니다", "x", "x 머그잔", "x 없는것")
"""A category of which there are many products, and one (x) of which there are few, and old ones."""
SEARCHES = [
    Asked(f"/?q={words}&sort={sort}")
    for words in (*WORDS, *HALF_TYPED, *OF_CATEGORIES)
    for sort in BEHIND
]


@pytest.fixture(scope="module", params=FILLINGS, ids=str)
def filling(request: pytest.FixtureRequest) -> Filling:
    filling: Filling = request.param
    return filling


@pytest.fixture(scope="module")
def large_url(database_url: str, filling: Filling) -> str:
    return create_database(DATA_DIR, f"large_{filling}")


@pytest.fixture(scope="module")
async def large(anyio_backend: str, large_url: str, filling: Filling) -> AsyncIterator[None]:
    more = (MORE.read_text(), COPY)
    async with large_shop(large_url, filling.scale, more, by_category=filling.by_category):
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
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A browser signed in as user 1, who has many rows in every table."""
    async with browser_of_the_first_user(app) as found:
        yield found


def check(watched: PlanRecorder, most: int) -> None:
    assert watched.plans
    faults = [fault for plan in watched.plans for fault in plan.faults(most)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("asked", READS, ids=str)
async def test_a_page_reads_only_its_rows(
    watched: PlanRecorder, client: httpx.AsyncClient, asked: Asked
) -> None:
    response = await client.get(asked.path)
    assert response.status_code in (200, 303), response.text
    check(watched, PAGE)


async def test_rows_of_the_home_page_read_only_their_products(
    watched: PlanRecorder, client: httpx.AsyncClient
) -> None:
    await WeekBest.raw(
        "INSERT INTO week_bests SELECT id, id FROM products WHERE listed ORDER BY id LIMIT 100"
    )
    values = {"under": "5000", "category": COMMON["category"], "products": "7, 8"}
    kinds = (kind for kind in KINDS if kind != "hero")
    site.apply(Site(home=tuple(HomeRow(kind, values.get(kind, "")) for kind in kinds)))
    page = (await client.get("/?lang=en")).text
    assert page.count('class="feature"') == len(KINDS) - 1
    check(watched, PAGE)


async def test_a_write_reads_only_what_it_writes(
    watched: PlanRecorder, client: httpx.AsyncClient
) -> None:
    client.headers.update({"X-USER-ID": "1", "Idempotency-Key": "once"})
    for asked in WRITES:
        response = await client.request(asked.method, asked.path, json=asked.body)
        assert response.is_success, (asked, response.text)
    check(watched, PAGE)


async def test_the_relay_reads_only_its_batch(watched: PlanRecorder) -> None:
    assert len(await OutboxRepository().claim_due(timedelta(seconds=90), 10)) == 10
    check(watched, PAGE)


@pytest.mark.parametrize("asked", SEARCHES, ids=str)
async def test_a_search_scans_near_the_beginning(
    watched: PlanRecorder, client: httpx.AsyncClient, asked: Asked
) -> None:
    assert (await client.get(asked.path)).status_code == 200
    check(watched, NEAR)
