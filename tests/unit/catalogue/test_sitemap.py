"""The sitemap: every product on sale once, by ranges of ids that never move."""

from xml.etree import ElementTree as ET

import httpx
import pytest

from shop.catalogue import sitemap
from shop.database import DB
from tests.cast import edit_product, make_product

SHOP = "http://shop.test"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


async def places_of(guest: httpx.AsyncClient, path: str, kind: str) -> list[str]:
    answer = await guest.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    root = ET.fromstring(answer.content)
    assert root.tag == NAMESPACE + kind
    return [found.text or "" for found in root.iter(f"{NAMESPACE}loc")]


async def pages_of(guest: httpx.AsyncClient) -> list[str]:
    """Every page that the index leads to."""
    maps = await places_of(guest, "/sitemap.xml", "sitemapindex")
    return [page for place in maps for page in await places_of(guest, place, "urlset")]


async def test_it_lists_the_home_page_categories_and_products(guest: httpx.AsyncClient) -> None:
    products = [await make_product() for _ in range(3)]
    assert await pages_of(guest) == [
        f"{SHOP}/",
        f"{SHOP}/?category=desk",
        *(f"{SHOP}/products/{product}" for product in products),
    ]


async def test_every_listed_page_is_indexable(guest: httpx.AsyncClient) -> None:
    await make_product()
    for page in await pages_of(guest):
        answer = await guest.get(page)
        assert answer.status_code == 200
        assert f'<link rel="canonical" href="{page}">' in answer.text


async def test_withdrawn_products_are_not_listed(guest: httpx.AsyncClient) -> None:
    kept, gone = await make_product(), await make_product()
    await edit_product(gone, active=False)
    pages = await pages_of(guest)
    assert f"{SHOP}/products/{kept}" in pages
    assert f"{SHOP}/products/{gone}" not in pages


async def test_an_empty_shop_lists_its_categories(guest: httpx.AsyncClient) -> None:
    assert await pages_of(guest) == [f"{SHOP}/", f"{SHOP}/?category=desk"]


@pytest.mark.parametrize(("size", "at_once"), [(1, 1), (3, 2), (4, 4), (100, 3)])
async def test_products_come_in_ranges_and_each_of_them_once(
    guest: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, size: int, at_once: int
) -> None:
    monkeypatch.setattr(sitemap, "RANGE", size)
    monkeypatch.setattr(sitemap, "AT_ONCE", at_once)
    products = [await make_product() for _ in range(10)]
    maps = await places_of(guest, "/sitemap.xml", "sitemapindex")
    lengths = [len(await places_of(guest, place, "urlset")) for place in maps[1:]]
    assert [length for length in lengths if not (0 < length <= size)] == []
    assert (await pages_of(guest))[2:] == [f"{SHOP}/products/{product}" for product in products]


async def test_no_query_reads_more_than_a_range(
    guest: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a range of any size takes the same memory."""
    monkeypatch.setattr(sitemap, "AT_ONCE", 2)
    number = (await make_product() - 1) // sitemap.RANGE
    for _ in range(4):
        await make_product()
    read: list[int] = []
    real = DB.run_querystring

    async def run_querystring(querystring: object, in_pool: bool = True) -> list[object]:
        rows: list[object] = await real(querystring, in_pool)
        read.append(len(rows))
        return rows

    monkeypatch.setattr(DB, "run_querystring", run_querystring)
    assert len(await places_of(guest, f"/sitemaps/products/{number}", "urlset")) == 5
    assert max(read) == 2


@pytest.mark.parametrize("number", [-1, 7, 184467440737095, 2**63, 10**30])
async def test_a_range_without_products_is_not_found(guest: httpx.AsyncClient, number: int) -> None:
    assert (await guest.get(f"/sitemaps/products/{number}")).status_code == 404
