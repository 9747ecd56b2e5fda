"""A list is read once for all users, is never late, and holds nothing of any of them."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.catalogue import list_cache
from shop.catalogue.filters import Filters
from shop.catalogue.list_reader import ListReader
from shop.catalogue.repository import ShelfRepository
from shop.catalogue.rows import ShelfRow
from shop.catalogue.service import CatalogueService
from shop.database import DB
from shop.errors import InvalidInput
from shop.identity import SignedInUser
from shop.products.tables import Category, Stock
from shop.web.cache.lru import MIN_ENTRY
from tests.cast import Cast, edit_product, make_product
from tests.unit.conftest import header_client

pytestmark = pytest.mark.committed

ALL = Filters()


class Counting(ShelfRepository):
    """How often a list was read."""

    read = 0

    async def shelf(self, *args: Any) -> list[ShelfRow]:
        self.read += 1
        return await super().shelf(*args)


@pytest.fixture
def shelves() -> Counting:
    return Counting()


@pytest.fixture
def catalogue(shelves: Counting) -> CatalogueService:
    return CatalogueService(shelves)


@pytest.fixture
async def pair(app: Litestar, cast: Cast) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with header_client(app, cast.alice) as alice, header_client(app, cast.bob) as bob:
        yield [alice, bob]


async def names(catalogue: CatalogueService, viewer: SignedInUser, what: Filters = ALL) -> set[str]:
    found = await catalogue.browse(what, None, 24, viewer)
    return {row.name for row in found.products.items}


async def test_a_list_is_read_once_for_all_users(
    catalogue: CatalogueService, shelves: Counting, cast: Cast
) -> None:
    await make_product("벼루")
    for user in (cast.alice, cast.bob, cast.alice):
        assert await names(catalogue, SignedInUser(user, "x")) == {"벼루"}
    assert shelves.read == 1
    for what, read in ((Filters(sort="likes"), 2), (Filters(q="벼루"), 4)):  # names, then texts
        await names(catalogue, SignedInUser(cast.alice, "x"), what)
        assert shelves.read == read


async def test_a_list_is_read_again_in_a_transaction(
    catalogue: CatalogueService, shelves: Counting, cast: Cast
) -> None:
    alice = SignedInUser(cast.alice, "alice")
    await make_product("벼루")
    await names(catalogue, alice)
    async with DB.transaction():
        await make_product("먹")
        assert await names(catalogue, alice) == {"벼루", "먹"}
        assert await names(catalogue, alice) == {"벼루", "먹"}
    assert shelves.read == 3


@pytest.mark.parametrize(
    ("filters", "cursor", "limit"),
    [
        (Filters(sort="likes"), None, 24),
        (Filters(category="tea"), None, 24),
        (ALL, "another page", 24),
        (ALL, None, 1),
    ],
)
async def test_each_part_of_the_key_makes_another_list(
    catalogue: CatalogueService,
    shelves: Counting,
    cast: Cast,
    filters: Filters,
    cursor: str | None,
    limit: int,
) -> None:
    alice = SignedInUser(cast.alice, "alice")
    for category in ("desk", "tea", "desk"):
        await make_product(category=category)
    if cursor:
        cursor = (await catalogue.browse(ALL, None, 2, alice)).products.next_cursor
    queries = [(ALL, None, 24), (filters, cursor, limit)]
    cached = [(await catalogue.browse(*query, alice)).products for query in queries * 2]
    assert cached[:2] == cached[2:]
    stored = [await ListReader(shelves).page(*query, alice) for query in queries]
    assert cached[:2] == stored
    assert filters.sort == "likes" or stored[0] != stored[1]
    assert shelves.read == 4 + bool(cursor)


async def test_the_number_of_cached_lists_is_bounded(
    shelves: Counting, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_cache, "MAX_CACHE_BYTES", 2 * MIN_ENTRY)
    monkeypatch.setattr("shop.web.cache.lru.size_of", lambda _: 0)
    catalogue = CatalogueService(shelves)
    alice = SignedInUser(cast.alice, "alice")
    await make_product("벼루")
    for sort in ("newest", "likes", "price_asc", "likes"):
        await names(catalogue, alice, Filters(sort=sort))
    assert shelves.read == 3
    await names(catalogue, alice)
    assert shelves.read == 4


async def test_a_deleted_category_is_refused(catalogue: CatalogueService, cast: Cast) -> None:
    alice = SignedInUser(cast.alice, "alice")
    await Category.insert(Category(slug="ink", name="먹", name_en="Ink"))
    await names(catalogue, alice, Filters(category="ink"))
    await Category.delete().where(Category.slug == "ink")
    with pytest.raises(InvalidInput):
        await names(catalogue, alice, Filters(category="ink"))


async def change_price(product: int) -> str:
    await edit_product(product, price=123_456)
    return "123,456"


async def sell_out(product: int) -> str:
    await Stock.update({Stock.quantity: 0}).where(Stock.product == product)
    return "품절"


async def rename_category(_: int) -> str:
    await Category.update({Category.name: "새 이름"}).where(Category.id > 0)
    return "새 이름"


async def add_product(_: int) -> str:
    await make_product("화선지")
    return "화선지"


@pytest.mark.parametrize("change", [change_price, sell_out, rename_category, add_product])
async def test_a_change_is_seen_at_once(pair: list[httpx.AsyncClient], change: Any) -> None:
    product = await make_product("벼루", price=7_000)
    before = [(await one.get("/")).text for one in pair]
    seen = await change(product)
    after = [(await one.get("/")).text for one in pair]
    assert [text for text in before if seen in text] == []
    assert [text for text in after if seen not in text] == []


async def test_uncommitted_writes_are_not_seen(
    pair: list[httpx.AsyncClient],
) -> None:
    product = await make_product("벼루", price=7_000)
    connection = await DB.get_new_connection()
    change = connection.transaction()
    await change.start()
    await connection.execute("UPDATE products SET price = 9000 WHERE id = $1", product)
    assert "7,000" in (await pair[0].get("/")).text
    await change.commit()
    await connection.close()
    assert "9,000" in (await pair[0].get("/")).text


async def test_each_sees_their_own_likes(pair: list[httpx.AsyncClient]) -> None:
    alice, bob = pair
    inkstone, brush = await make_product("벼루"), await make_product("붓")

    async def liked() -> list[list[bool]]:
        texts = [(await one.get("/")).text for one in (alice, bob, alice, bob)]
        buttons = [
            [
                re.search(rf'id="like-{product}"[^>]* aria-pressed="true"', text) is not None
                for product in (inkstone, brush)
            ]
            for text in texts
        ]
        assert buttons[:2] == buttons[2:]
        return buttons[:2]

    assert await liked() == [[False, False], [False, False]]
    await alice.post(f"/api/v1/products/{inkstone}/likes")
    assert await liked() == [[True, False], [False, False]]
    await bob.post(f"/api/v1/products/{brush}/likes")
    await alice.delete(f"/api/v1/products/{inkstone}/likes")
    assert await liked() == [[False, False], [False, True]]


@pytest.mark.parametrize("first", ["ko", "en"])
async def test_each_reads_their_own_language(pair: list[httpx.AsyncClient], first: str) -> None:
    await make_product("벼루", name_en="Inkstone")
    names = {"ko": "벼루", "en": "Inkstone"}
    for language in [first, *(names.keys() - {first})]:
        page = await pair[0].get("/", headers={"accept-language": language})
        assert names[language] in page.text
