"""The catalogue in a browser, and how many queries a list sends."""

import html
import re
from typing import Any

import httpx
import pytest

from shop.database import DB
from tests.cast import SignedIn, edit_product, make_product
from tests.unit.buying import bought

HTMX = {"HX-Request": "true"}


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    real = DB.run_querystring

    async def run_querystring(querystring: Any, in_pool: bool = True) -> Any:
        asked.append(str(querystring))
        return await real(querystring, in_pool)

    monkeypatch.setattr(DB, "run_querystring", run_querystring)
    return asked


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/?sort=likes&category=desk&q=연필",
        "/likes",
        "/cart",
        "/orders",
        "/points",
        "/checkout?key=k",
        "/api/v1/products",
        "/api/v1/likes",
        "/api/v1/cart",
        "/api/v1/orders",
        "/api/v1/points/entries",
    ],
)
async def test_a_list_sends_as_many_queries_for_many_rows_as_for_one(
    alice: httpx.AsyncClient, queries: list[str], url: str
) -> None:
    counted = []
    for rows in (1, 12):
        for _ in range(rows):
            product = await make_product(price=1)
            await alice.post(f"/api/v1/products/{product}/likes")
            await alice.put(f"/api/v1/cart/items/{product}", json={"quantity": 1})
            await bought(alice, (product, 1))
        queries.clear()
        assert (await alice.get(url)).status_code == 200
        counted.append(len(queries))
    # In names and in texts a search scans further along a list that starts with matches.
    further = 2 if "q=" in url else 0
    assert counted[0] <= counted[1] <= counted[0] + further
    assert counted[1] <= 8 + further


@pytest.mark.parametrize("url", ["/", "/api/v1/products?sort=likes", "/api/v1/orders", "/points"])
async def test_no_list_counts_or_skips_rows(
    alice: httpx.AsyncClient, queries: list[str], url: str
) -> None:
    await alice.get(url)
    assert queries
    assert not [sql for sql in queries if "COUNT(" in sql.upper() or "OFFSET" in sql.upper()]


async def test_the_page_shows_what_the_json_shows(guest: httpx.AsyncClient) -> None:
    product = await make_product("벼루", price=12_345)
    page = await guest.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert f'href="/products/{product}"' in page.text
    assert "12,345" in page.text


async def test_more_by_htmx_is_only_the_next_cards(guest: httpx.AsyncClient) -> None:
    products = [await make_product(f"상품{number:02}") for number in range(5)]
    cursor = (await guest.get("/api/v1/products?limit=3")).json()["next_cursor"]
    answer = await guest.get("/", params={"cursor": cursor, "limit": 3}, headers=HTMX)
    assert "<html" not in answer.text
    assert [f"/products/{id_}" in answer.text for id_ in products] == [True] * 2 + [False] * 3


async def test_a_search_by_htmx_returns_the_list_its_title_and_its_count(
    guest: httpx.AsyncClient,
) -> None:
    await make_product("벼루")
    answer = await guest.get("/", params={"q": "벼루"}, headers={**HTMX, "Accept-Language": "en"})
    assert "<html" not in answer.text
    assert "<title>Results for “벼루” · Pointmall</title>" in answer.text
    assert '<div id="shelf">' in answer.text
    assert "1 product</p>" in answer.text


@pytest.mark.parametrize(
    ("page", "asked", "header", "address"),
    [
        ("/", "/?q=a", "hx-push-url", "/?q=a"),
        ("/?q=a", "/?q=ab", "hx-replace-url", "/?q=ab"),
        ("/?q=a&category=desk", "/?q=", "hx-push-url", "/"),
        ("/?q=a", "/?q=a&sort=likes", "hx-push-url", "/?sort=likes&q=a"),
        ("/", "/?category=desk", "hx-push-url", "/?category=desk"),
        ("[nonsense", "/?sort=likes", "hx-push-url", "/?sort=likes"),
    ],
)
async def test_the_url_follows_the_search(
    guest: httpx.AsyncClient, page: str, asked: str, header: str, address: str
) -> None:
    """Each letter of a search replaces the last one's address; all else is one to come back to."""
    await make_product()
    answer = await guest.get(asked, headers={**HTMX, "HX-Current-URL": f"http://shop.test{page}"})
    told = {name: value for name, value in answer.headers.items() if name.endswith("-url")}
    assert told == {header: address}


async def test_the_link_to_the_next_page_keeps_the_filters(guest: httpx.AsyncClient) -> None:
    for _ in range(3):
        await make_product()
    page = (await guest.get("/?q=연필&sort=price_asc&category=desk&limit=2")).text
    assert "sort=price_asc" in page
    assert "cursor=" in page


async def test_a_later_page_leads_back_to_the_first(guest: httpx.AsyncClient) -> None:
    """As without JavaScript: a page after the first, with a link to the first."""
    guest.headers["Accept-Language"] = "en"
    for _ in range(3):
        await make_product()
    first = (await guest.get("/?sort=price_asc&limit=2")).text
    assert "What will you get with your points today?" in first
    assert "Back to the first page" not in first
    [more] = re.findall(r'href="([^"]*)" rel="next"', first)
    later = (await guest.get(html.unescape(more))).text
    assert "What will you get with your points today?" not in later
    assert "<h1>All products</h1>" in later
    [back] = re.findall(r'<a href="([^"]*)">Back to the first page', later)
    assert html.unescape(back) == "/?sort=price_asc&limit=2"


async def test_a_later_part_of_my_own_lists_leads_back_to_the_first(
    alice: httpx.AsyncClient,
) -> None:
    alice.headers["Accept-Language"] = "en"
    for _ in range(2):
        product = await make_product(price=1)
        await alice.post(f"/api/v1/products/{product}/likes")
        await bought(alice, (product, 1))
    for path, api in (("likes", "likes"), ("orders", "orders"), ("points", "points/entries")):
        cursor = (await alice.get(f"/api/v1/{api}?limit=1")).json()["next_cursor"]
        link = f'<a href="/{path}">Back to the first page</a>'
        assert link in (await alice.get(f"/{path}?cursor={cursor}")).text
        assert link not in (await alice.get(f"/{path}")).text


async def test_the_page_of_a_product_shows_it(browser_of_alice: SignedIn) -> None:
    product, other = await make_product("벼루", description="돌로 만든"), await make_product("먹")
    page = (await browser_of_alice.get(f"/products/{product}")).text
    assert "벼루" in page
    assert "돌로 만든" in page
    assert f'href="/products/{other}"' in page


async def test_a_page_of_no_product_is_a_404_page(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/products/999999")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_text_by_staff_is_escaped(guest: httpx.AsyncClient) -> None:
    product = await make_product("<script>alert(1)</script>", description="<b onclick=x>&</b>")
    for url in ("/", f"/products/{product}"):
        page = (await guest.get(url)).text
        assert "<script>alert" not in page
        assert "<b onclick" not in page


async def test_searched_text_is_escaped(guest: httpx.AsyncClient) -> None:
    page = (await guest.get("/", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page


async def test_a_withdrawn_product_leads_to_others_of_its_category(
    browser_of_alice: SignedIn,
) -> None:
    gone, sold = await make_product("잉크"), await make_product("만년필")
    await edit_product(gone, active=False)
    answer = await browser_of_alice.get(f"/products/{gone}")
    assert answer.status_code == 404
    assert "더 이상 판매하지 않는 상품입니다" in answer.text
    assert f'href="/products/{sold}"' in answer.text
    assert "잉크" not in answer.text


async def test_an_error_page_shows_points_and_cart(browser_of_alice: SignedIn) -> None:
    await browser_of_alice.post("/cart/items", data={"product_id": await make_product()})
    shown = (await browser_of_alice.get("/nowhere")).text
    assert '<data class="price " value="100000">' in shown
    assert '<span class="count">1</span>' in shown
