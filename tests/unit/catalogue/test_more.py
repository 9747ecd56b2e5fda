"""The URL of a list that grew by "more" requests all rows that it shows."""

import re
from html import unescape
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.cast import make_category, make_product

HTMX = {"HX-Request": "true"}
SHOP = "http://shop.test"


async def after_more(client: httpx.AsyncClient, address: str, path: str = "/") -> str | None:
    """The address of a browser at `address` after "more", where it is changed."""
    await make_product()
    await make_product()
    first = (await client.get("/api/v1/products?limit=1")).json()["next_cursor"]
    answer = await client.get(
        path,
        params={"cursor": first, "limit": "24"},
        headers={**HTMX, "HX-Current-URL": SHOP + address},
    )
    assert answer.status_code == 200, answer.text
    return answer.headers.get("hx-replace-url")


@pytest.mark.parametrize(
    ("address", "then"),
    [
        ("/", "/?limit=48"),
        ("/?limit=48", "/?limit=72"),
        ("/?limit=76", "/?limit=100"),
        ("/?limit=48#product-7", "/?limit=72"),
        ("/?sort=likes&utm_source=x", "/?sort=likes&limit=48"),
        ("/?q=%EC%97%B0%ED%95%84&limit=24", "/?q=%EC%97%B0%ED%95%84&limit=48"),
        ("/?cursor=abc", "/?cursor=abc&limit=48"),
        ("/?limit=77", None),
        ("/?limit=x", None),
        ("/?limit=-1", None),
        ("/?limit=%C2%B2", None),
        ("/?limit=" + "9" * 5_000, None),
        ("/?q=" + "a" * 3_000, None),
    ],
)
async def test_more_in_a_list(guest: httpx.AsyncClient, address: str, then: str | None) -> None:
    assert await after_more(guest, address) == then


async def test_as_many_are_shown_at_that_address(guest: httpx.AsyncClient) -> None:
    for _ in range(49):
        await make_product()
    page = (await guest.get("/?limit=48")).text
    assert page.count('class="card"') == 48
    assert 'id="more"' in page


@pytest.mark.parametrize(("limit", "then"), [(5, "5"), (24, "24"), (25, None), (48, None)])
async def test_a_list_that_grew_goes_on_by_pages_of_the_usual_size(
    guest: httpx.AsyncClient, limit: int, then: str | None
) -> None:
    for _ in range(50):
        await make_product()
    page = (await guest.get(f"/?sort=likes&limit={limit}")).text
    [link] = re.findall(r'<a class="button" href="/\?([^"]+)" rel="next"', page)
    assert dict(parse_qsl(unescape(link))).get("limit") == then


@pytest.mark.parametrize("place", ["limit=72", "limit=5", "limit=72&cursor={cursor}"])
async def test_links_to_other_lists_lead_to_their_first_pages(
    guest: httpx.AsyncClient, place: str
) -> None:
    await make_category("tea", "차", "Tea")
    for _ in range(2):
        await make_product(category="tea")
    cursor = (await guest.get("/api/v1/products?category=tea&limit=1")).json()["next_cursor"]
    page = (await guest.get(f"/?category=tea&{place.format(cursor=cursor)}")).text
    menus = page.partition('class="chips"')[2].partition("<h2")[0]
    links = [unescape(link) for link in re.findall(r'(?:href|data-hx-get)="([^"]+)"', menus)]
    assert "/?category=tea&sort=likes" in links
    assert [link for link in links if "limit=" in link or "cursor=" in link] == []


async def test_my_likes_have_a_second_page(alice: httpx.AsyncClient) -> None:
    for _ in range(30):
        product = await make_product()
        await alice.post(f"/api/v1/products/{product}/likes")
    page = (await alice.get("/likes?limit=24")).text
    cursor = page.split("cursor=", 1)[1].split('"', 1)[0].split("&")[0]
    headers = {**HTMX, "HX-Current-URL": f"{SHOP}/likes"}
    more = await alice.get(f"/likes?cursor={cursor}", headers=headers)
    assert more.headers["hx-replace-url"] == "/likes?limit=48"
    assert (await alice.get("/likes?limit=48")).text.count('class="card"') == 30


async def test_without_htmx_the_url_is_that_of_the_link(guest: httpx.AsyncClient) -> None:
    assert "hx-replace-url" not in (await guest.get("/?limit=48")).headers
