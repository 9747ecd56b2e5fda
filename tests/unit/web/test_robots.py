"""What search engines, previews and home screens read: heads of pages, robots.txt, the manifest."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Litestar

from shop.settings import Settings, SettingsError, load_settings
from shop.web.links import origin_of
from tests.cast import SignedIn, edit_product, make_product
from tests.unit.web.helpers import SHOP, Page
from tests.unit.web.test_pages import NASTY

OPEN = ["/", "/?category=desk", "/?sort=likes", "/products/{product}", "/login", "/signup", "/docs"]
NOT_TO_BE_FOUND = ["/?q=연필", "/?q=연필&category=desk", "/nowhere", "/products/987654321"]
HERS = ["/likes", "/cart", "/checkout?key=k", "/orders", "/points", "/account"]


@pytest.fixture
async def product() -> int:
    return await make_product("벼루", name_en="Inkstone", description="돌로 만든", price=12_000)


async def head_of(client: httpx.AsyncClient, path: str, **headers: str) -> Page:
    return Page((await client.get(path, headers=headers)).text)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("path", OPEN)
async def test_an_indexed_page_has_a_description(
    guest: httpx.AsyncClient, product: int, path: str, language: str
) -> None:
    page = await head_of(guest, path.format(product=product), **{"Accept-Language": language})
    assert page.meta("robots") is None
    assert 10 <= len(page.meta("description") or "") <= 160 or "{product}" in path
    assert page.meta("og:description") == page.meta("description")
    assert page.meta("og:title")
    assert page.meta("og:site_name") == {"ko": "포인트몰", "en": "Pointmall"}[language]
    assert page.meta("og:locale") == {"ko": "ko_KR", "en": "en_US"}[language]
    assert page.meta("og:locale:alternate") == {"en": "ko_KR", "ko": "en_US"}[language]
    [canonical] = page.links("canonical")
    assert page.meta("og:url") == canonical["href"]
    assert (page.meta("og:image") or "").startswith(SHOP + "/")
    assert (await guest.get(page.meta("og:image") or "")).status_code == 200


async def test_no_two_pages_have_one_title(guest: httpx.AsyncClient, product: int) -> None:
    paths = ["/", "/?category=desk", f"/products/{product}", "/login", "/signup", "/docs"]
    titles = [(await head_of(guest, path)).meta("og:title") for path in paths]
    assert len(set(titles)) == len(paths)


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/?sort=likes&limit=3", "/"),
        ("/?category=desk&sort=price_asc", "/?category=desk"),
        ("/login?next=/orders", "/login"),
        ("/?lang=en", "/?lang=en"),
        ("/?lang=en&category=desk", "/?category=desk&lang=en"),
        ("/?lang=xx", "/"),
    ],
)
async def test_a_page_has_one_address(guest: httpx.AsyncClient, path: str, canonical: str) -> None:
    [link] = (await head_of(guest, path)).links("canonical")
    assert link["href"] == SHOP + canonical


@pytest.mark.parametrize("path", OPEN)
async def test_a_page_names_itself_in_each_language(
    guest: httpx.AsyncClient, product: int, path: str
) -> None:
    page = await head_of(guest, path.format(product=product))
    links = {link["hreflang"]: link["href"] or "" for link in page.links("alternate")}
    assert links.keys() == {"ko", "en", "x-default"}
    for language in ("ko", "en"):
        query = parse_qs(urlsplit(links[language]).query)
        assert query.pop("lang") == [language]
        assert query == parse_qs(urlsplit(links["x-default"]).query)
        there = await guest.get(links[language])
        assert f'<html lang="{language}">' in there.text
        found = {link["hreflang"]: link["href"] for link in Page(there.text).links("alternate")}
        assert found == links, "each must name the other, or both are ignored"


@pytest.mark.parametrize("path", NOT_TO_BE_FOUND)
async def test_searches_and_refusals_are_not_indexed(
    guest: httpx.AsyncClient, product: int, path: str
) -> None:
    page = await head_of(guest, path)
    assert page.meta("robots") == "noindex"
    assert page.links("canonical") == page.links("alternate") == []


@pytest.mark.parametrize("path", HERS)
async def test_private_pages_are_not_indexed(
    guest: httpx.AsyncClient, browser: SignedIn, path: str
) -> None:
    if path != "/cart":
        assert (await guest.get(path)).status_code == 303
    page = await head_of(browser, path)
    assert page.links("canonical") == []
    assert page.meta("og:title") is None


async def test_a_guests_cart_is_not_indexed(guest: httpx.AsyncClient) -> None:
    page = await head_of(guest, "/cart")
    assert page.links("canonical") == []
    assert page.meta("og:title") is None


async def test_a_product_has_structured_data(guest: httpx.AsyncClient, product: int) -> None:
    await make_product()
    path = f"/products/{product}"
    page = await head_of(guest, path, **{"Accept-Language": "en"})
    [data] = page.data
    thing, trail = data["@graph"]
    assert data["@context"] == "https://schema.org"
    assert thing["name"] == "Inkstone"
    assert thing["sku"] == str(product)
    assert thing["offers"] == {
        "@type": "Offer",
        "url": SHOP + path,
        "price": 12_000,
        "priceCurrency": "XXX",
        "availability": "https://schema.org/InStock",
    }
    places = trail["itemListElement"]
    assert [place["position"] for place in places] == [1, 2, 3]
    assert [place["item"] for place in places] == [
        f"{SHOP}/",
        f"{SHOP}/?category=desk",
        SHOP + path,
    ]
    assert page.meta("og:type") == "product"


@pytest.mark.parametrize(
    ("picture", "shown"),
    [("lamp.jpg", "/media/lamp.jpg"), ("lamp.svg", "icon-512"), (None, "icon-512")],
)
async def test_a_preview_shows_the_picture_if_it_can(
    guest: httpx.AsyncClient, product: int, picture: str | None, shown: str
) -> None:
    await edit_product(product, picture=picture)
    page = await head_of(guest, f"/products/{product}")
    assert shown in (page.meta("og:image") or "")
    [data] = page.data
    image = data["@graph"][0].get("image")
    assert image == (f"{SHOP}/media/{picture}" if picture else None)


async def test_a_sold_out_product_is_marked_in_structured_data(guest: httpx.AsyncClient) -> None:
    page = await head_of(guest, f"/products/{await make_product(stock=0)}")
    [offer] = [thing["offers"] for thing in page.data[0]["@graph"] if "offers" in thing]
    assert offer["availability"] == "https://schema.org/OutOfStock"


@pytest.mark.parametrize("text", [NASTY[:120], "</script>", "<!--<script>", "\\\"'&\u2028\n"])
async def test_no_name_breaks_out_of_the_data(guest: httpx.AsyncClient, text: str) -> None:
    product = await make_product(text, name_en=text, description=text)
    answer = await guest.get(f"/products/{product}")
    page = Page(answer.text)
    [data] = page.data
    assert data["@graph"][0]["name"] == text
    assert data["@graph"][0]["description"] == text
    assert page.inline == []
    block = answer.text.split('application/ld+json">')[1].split("</script>")[0]
    assert "<" not in block


async def test_the_catalogue_states_the_shops_name(guest: httpx.AsyncClient) -> None:
    [data] = (await head_of(guest, "/")).data
    assert (data["@type"], data["name"], data["url"]) == ("WebSite", "포인트몰", f"{SHOP}/")


# Where the shop is.


def request_to(host: str | None, scheme: str = "http", **settings: Any) -> Any:
    found = SimpleNamespace(public_url=None, https=False)
    vars(found).update(settings)
    return SimpleNamespace(
        headers={} if host is None else {"host": host},
        scope={"scheme": scheme},
        app=SimpleNamespace(state=SimpleNamespace(settings=found)),
    )


@pytest.mark.parametrize("host", ["shop.test", "shop.test:8000", "127.0.0.1", "[::1]:8000"])
def test_urls_use_the_requested_host(host: str) -> None:
    assert origin_of(request_to(host)) == f"http://{host}"
    assert origin_of(request_to(host, "https")) == f"https://{host}"
    assert origin_of(request_to(host, https=True)) == f"https://{host}"


@pytest.mark.parametrize(
    "host", [None, "", "a/b", 'x"><script>', "a b", "user@shop.test", "shop.test:", "a\r\nb", "가"]
)
def test_an_invalid_host_is_not_repeated(host: str | None) -> None:
    assert origin_of(request_to(host)) == ""


def test_the_setting_wins_over_the_requested_host() -> None:
    request = request_to("evil.test", public_url="https://shop.example")
    assert origin_of(request) == "https://shop.example"


def test_the_setting_is_an_origin(tmp_path: Path) -> None:
    environment = {"SHOP_PUBLIC_URL": "https://shop.example/", "SHOP_DATA_DIR": str(tmp_path)}
    assert load_settings(environment).public_url == "https://shop.example"
    for wrong in ("shop.example", "https://shop.example/shop", "https://a@b", "https://x?y"):
        with pytest.raises(SettingsError, match="SHOP_PUBLIC_URL"):
            load_settings({"SHOP_PUBLIC_URL": wrong})


async def test_no_other_host_gets_into_a_page(
    app: Litestar, guest: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Settings = app.state.settings
    known = dataclasses.replace(settings, public_url="https://shop.example")
    monkeypatch.setattr(app.state, "settings", known)
    for path in ("/", "/robots.txt", "/sitemap.xml", "/sitemaps/shelves"):
        answer = await guest.get(path, headers={"Host": "other.test"})
        assert answer.status_code == 200
        assert "other.test" not in answer.text
        assert "https://shop.example/" in answer.text


# Files that robots and home screens know by name.


async def test_robots_txt_names_the_sitemap(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    lines = answer.text.splitlines()
    assert f"Sitemap: {SHOP}/sitemap.xml" in lines
    assert {"User-agent: *", "Disallow: /admin", "Disallow: /api/"} <= {*lines}


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_shop_can_be_put_on_a_home_screen(
    guest: httpx.AsyncClient, language: str
) -> None:
    page = await head_of(guest, "/", **{"Accept-Language": language})
    [link] = page.links("manifest")
    answer = await guest.get(link["href"] or "")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["lang"] == language
    assert manifest["name"] == {"ko": "포인트몰", "en": "Pointmall"}[language]
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        *(("any", "any"), ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"))
    }
    for icon in manifest["icons"]:
        found = await guest.get(icon["src"])
        assert found.status_code == 200
        assert found.headers["content-type"].partition(";")[0] == icon["type"]


async def test_every_icon_of_a_page_is_there(guest: httpx.AsyncClient) -> None:
    page = await head_of(guest, "/")
    icons = [*page.links("icon"), *page.links("apple-touch-icon")]
    assert len(icons) == 3
    for icon in icons:
        assert "immutable" in (await guest.get(icon["href"] or "")).headers["cache-control"]
