"""A superuser gives the shop its own name, words and colours, and says who may come in."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar
from markupsafe import escape

from shop import site
from shop.content.repository import ContentRepository
from shop.points.tables import PointBalance
from shop.site import DEFAULT, Site
from shop.site_settings.repository import SiteRepository
from shop.site_settings.service import SiteService
from tests.cast import Cast, SignedIn, make_category, make_product, sign_in
from tests.unit.staff.test_grant_many import send

PATH = "/staff/settings"
SITE = SiteService(SiteRepository(), ContentRepository())


async def change(client: SignedIn, **fields: Any) -> httpx.Response:
    return await send(client, PATH, **fields)


async def test_every_page_shows_the_name_and_the_words(chief: SignedIn, guest: Any) -> None:
    assert (
        await change(
            chief,
            name_ko="한빛 복지몰",
            name_en="Hanbit & Co",
            points_ko="씨앗",
            symbol="씨",
            point_en="seed",
            points_en="seeds",
        )
    ).status_code == 200
    korean = (await guest.get("/?lang=ko")).text
    english = (await guest.get("/?lang=en")).text
    assert "한빛 복지몰" in korean
    assert "포인트" not in korean
    assert "Hanbit &amp; Co" in english
    assert "points" not in english.lower().replace("data-", "")
    manifest = (await guest.get("/manifest.webmanifest?lang=ko")).json()
    assert manifest["name"] == "한빛 복지몰"
    refused = await guest.get("/api/v1/likes", headers={"accept-language": "ko"})
    assert refused.status_code == 401


async def test_a_page_cached_for_guests_shows_the_change(chief: SignedIn, guest: Any) -> None:
    before = (await guest.get("/?lang=en")).text
    assert "Pointmall" in before
    await change(chief, name_en="Another Mall")
    after = (await guest.get("/?lang=en")).text
    assert "Another Mall" in after
    assert "Pointmall" not in after


async def test_another_process_shows_it_after_it_has_read_the_settings_again(
    chief: SignedIn, guest: Any
) -> None:
    await SiteRepository().save(Site(name_en="Elsewhere"))
    assert "Elsewhere" not in (await guest.get("/?lang=en")).text
    await SITE.refresh()
    assert "Elsewhere" in (await guest.get("/?lang=en")).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_ko", "가" * 500),
        ("name_ko", ""),
        ("name_en", "   "),
        ("name_en", "\u200b\u2060"),
        ("name_en", "\u3164"),
        ("name_en", "\u2800"),
        ("name_ko", "\u202eabc"),
        ("points_en", "a\u2066b"),
        ("points_en", "a\x07b"),
        ("symbol", "123456789"),
        ("accent_light", "#ffff00"),
        ("accent_light", "red"),
        ("accent_light", "#12345"),
        ("accent_dark", "#000000"),
        ("time_zone", "Asia/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("welcome_points", "-1"),
        ("welcome_points", "9" * 18),
        ("welcome_points", "many"),
        ("sign_up", "maybe"),
        ("open_to", "nobody"),
    ],
)
async def test_invalid_settings_are_refused_and_stay_in_the_form(
    chief: SignedIn, field: str, value: str
) -> None:
    page = await change(
        chief, **{"name_en": "Kept As Typed", "accent_light": "#123456", field: value}
    )
    assert page.status_code == 400
    assert field == "name_en" or "Kept As Typed" in page.text
    assert await SITE.get() == DEFAULT
    assert site.current() == DEFAULT


async def test_a_colour_that_is_hard_to_read_comes_with_the_nearest_that_is_not(
    chief: SignedIn,
) -> None:
    page = await change(chief, accent_light="#ffff00")
    assert "#6e6e00" in page.text
    assert (await change(chief, accent_light="#6e6e00")).status_code == 200


async def test_colours_are_a_stylesheet_that_never_changes(chief: SignedIn, guest: Any) -> None:
    await change(chief, accent_light="#005f3c")
    page = (await guest.get("/")).text
    address = page.split('href="/theme/')[1].split('"')[0]
    answer = await guest.get(f"/theme/{address}")
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert "--accent: #005f3c" in answer.text
    assert "style=" not in page


@pytest.mark.parametrize("name", ["1-xyz-000000.css", "9-005f3c-ffffff.css", "1-005f3c.css", "x"])
async def test_other_stylesheets_do_not_exist(guest: Any, name: str) -> None:
    assert (await guest.get(f"/theme/{name}")).status_code == 404


async def test_members_only_shows_guests_the_sign_in_page_and_nothing_else(
    chief: SignedIn, guest: Any, app: Litestar, cast: Cast
) -> None:
    product = f"/products/{await make_product()}"
    assert (await guest.get(product)).status_code == 200
    await change(chief, open_to="members")
    for path in ("/", product, "/likes", "/sitemap.xml", "/docs", "/media/x.jpg"):
        answer = await guest.get(path)
        assert answer.status_code in {303, 401}, path
        assert "x-robots-tag" in answer.headers
    for path in ("/api/v1/products", f"/api/v1{product}"):
        assert (await guest.get(path)).status_code == 401, path
    assert (await guest.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"
    for path in ("/login", "/signup", "/healthz"):
        assert (await guest.get(path)).status_code == 200, path
    async with sign_in(app, "alice") as alice:
        assert (await alice.get("/")).status_code == 200
        assert (await alice.get(product)).status_code == 200
        assert (await alice.get("/sitemap.xml")).headers["cache-control"].startswith("private")
    answer = await guest.get("/api/v1/products", headers={"x-user-id": str(cast.alice)})
    assert answer.status_code == 200


@pytest.mark.parametrize("mode", ["invitation", "off"])
async def test_sign_up_can_be_closed(chief: SignedIn, guest: Any, mode: str) -> None:
    assert 'href="/signup' in (await guest.get("/")).text
    await change(chief, sign_up=mode)
    assert 'href="/signup' not in (await guest.get("/")).text
    assert 'href="/signup' not in (await guest.get("/login")).text
    assert (await guest.get("/signup")).status_code == 403
    form = {"username": "newcomer", "password": "correct horse battery"}
    assert (await guest.post("/signup", data=form)).status_code == 403


async def test_new_accounts_get_the_chosen_welcome_points(chief: SignedIn, guest: Any) -> None:
    await change(chief, welcome_points="1,234")
    form = {"username": "newcomer", "password": "correct horse battery"}
    assert (await guest.post("/signup", data=form)).status_code == 303
    balances = await PointBalance.select(PointBalance.balance).order_by(PointBalance.user)
    assert balances[-1]["balance"] == 1234


async def test_times_are_shown_in_the_chosen_zone(chief: SignedIn) -> None:
    assert (await change(chief, time_zone="America/New_York")).status_code == 200
    assert site.current().time_zone == "America/New_York"
    assert (await chief.get("/staff/log")).status_code == 200
    assert (await chief.get("/staff/reports")).status_code == 200


async def test_every_page_leads_to_the_categories(guest: httpx.AsyncClient) -> None:
    await make_category("tea", "차", "Tea")
    await SITE.refresh()
    for path in ("/login", "/cart", "/nowhere"):
        page = (await guest.get(f"{path}?lang=en", headers={"Accept": "text/html"})).text
        assert '<a href="/?category=tea">Tea</a>' in page, path
    product = await make_product(category="tea")
    page = (await guest.get(f"/products/{product}?lang=ko")).text
    assert '<li><a href="/?category=tea">차</a></li>' in page


@pytest.mark.parametrize(("language", "name"), [("ko", "한빛 & 몰"), ("en", "Hanbit & Co")])
async def test_title_manifest_and_admin_share_the_name(
    chief: SignedIn, guest: Any, language: str, name: str
) -> None:
    await chief.get("/admin/")  # which is built once, at its first use
    await change(chief, name_ko="한빛 & 몰", name_en="Hanbit & Co", time_zone="Europe/Paris")
    query = f"?lang={language}"
    title = f"<title>.*{escape(name)}.*</title>"
    assert re.search(title, (await guest.get(f"/{query}")).text)
    assert (await guest.get(f"/manifest.webmanifest{query}")).json()["name"] == name
    page = (await chief.get(f"/admin/{query}")).text
    assert re.search(title, page)
    assert 'data-time-zone="Europe/Paris"' in page
    assert (await chief.get(f"/admin/public/meta/{query}")).json()["site_name"] == name


FACE = re.compile(r"(?:First|Second) Mall|/theme/[^\"]+\.css")


@pytest.mark.committed
async def test_no_page_shows_a_half_changed_face_while_many_are_cached(
    chief: SignedIn, guest: httpx.AsyncClient
) -> None:
    paths = ["/?lang=en", *[f"/products/{await make_product()}?lang=en" for _ in range(40)]]

    async def faces() -> list[frozenset[str]]:
        pages = await asyncio.gather(*map(guest.get, paths))
        return [frozenset(FACE.findall(page.text)) for page in pages]

    await change(chief, name_en="First Mall", accent_light="#123456")
    [first] = {*await faces(), *await faces()}
    changing = asyncio.create_task(change(chief, name_en="Second Mall", accent_light="#5a1a5a"))
    during = [face for _ in range(5) for face in await faces()]
    await changing
    [second] = set(await faces())
    assert len(first) == len(second) == 2
    assert first.isdisjoint(second)
    assert set(during) <= {first, second}
