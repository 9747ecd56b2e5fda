"""A superuser gives the shop a logo; files that are not suitable pictures are refused in words."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from shop import site
from shop.pictures.tables import StoredPicture
from shop.settings import Settings
from shop.site_settings.repository import SiteRepository
from tests.cast import SignedIn, make_product
from tests.unit.staff.test_grant_many import keys_of, send

PAGE = "/staff/settings"


def drawn(width: int, height: int, kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    image = Image.new("RGBA", (width, height), (20, 40, 160, 255))
    (image.convert("RGB") if kind == "JPEG" else image).save(content, kind)
    return content.getvalue()


async def upload(client: SignedIn, content: bytes, name: str = "logo.png") -> httpx.Response:
    keys = keys_of((await client.get(PAGE)).text)
    files: Any = {"logo": (name, content)}
    response = await client.post(f"{PAGE}/logo?lang=en", data=keys, files=files)
    return await client.get(response.headers["location"]) if response.is_redirect else response


async def test_every_page_shows_the_logo(chief: SignedIn, guest: httpx.AsyncClient) -> None:
    assert (await upload(chief, drawn(800, 200))).status_code == 200
    name = (await SiteRepository().get()).logo
    assert name.endswith("-logo-448x112.png")
    page = (await guest.get("/?lang=en")).text
    assert f'<img src="/theme/logo/{name}" width="448"' in page
    assert 'alt="Pointmall"' in page
    shown = await guest.get(f"/theme/logo/{name}")
    assert shown.headers["content-type"] == "image/png"
    favicon = await guest.get("/favicon.ico", follow_redirects=True)
    assert favicon.headers["content-type"] == "image/png"
    manifest = (await guest.get("/manifest.webmanifest")).json()
    for icon in manifest["icons"]:
        image = Image.open(io.BytesIO((await guest.get(icon["src"])).content))
        assert icon["sizes"] == f"{image.width}x{image.height}"


@pytest.mark.parametrize("path", ["/", "/points", "/account", "/?sort=affordable"])
async def test_a_shop_with_a_logo_shows_no_other_mark(
    chief: SignedIn, browser_of_alice: SignedIn, path: str
) -> None:
    await make_product()  # without a picture
    assert "#icon-mark" in (await browser_of_alice.get(path)).text
    await upload(chief, drawn(300, 300))
    assert "#icon-mark" not in (await browser_of_alice.get(path)).text


async def test_a_square_logo_stands_before_the_name(
    chief: SignedIn, guest: httpx.AsyncClient
) -> None:
    await upload(chief, drawn(300, 300, "JPEG"), "logo.jpg")
    page = (await guest.get("/?lang=en")).text
    assert 'height="112" alt="">Pointmall</a>' in page


async def test_guests_of_a_shop_for_members_see_it_and_no_other_picture(
    chief: SignedIn, guest: httpx.AsyncClient
) -> None:
    await upload(chief, drawn(90, 90))
    await send(chief, PAGE, open_to="members")
    name = site.current().logo
    assert (await guest.get(f"/theme/logo/{name}")).status_code == 200
    assert (await guest.get(f"/media/{name}")).status_code == 303
    assert (await guest.get("/theme/logo/stoneware-mug.svg")).status_code == 404


async def test_other_settings_leave_the_logo_and_removing_it_frees_its_files(
    chief: SignedIn, settings: Settings
) -> None:
    await upload(chief, drawn(90, 90))
    name = (await SiteRepository().get()).logo
    await send(chief, PAGE, name_en="Another Mall")
    assert (await SiteRepository().get()).logo == name
    row = await StoredPicture.select().where(StoredPicture.name == name).first()
    assert row
    assert row["unused_since"] is None
    removed = await chief.post(f"{PAGE}/logo/remove", data=keys_of((await chief.get(PAGE)).text))
    assert removed.status_code == 303
    assert site.current().logo == ""
    assert site.current().name_en == "Another Mall"
    row = await StoredPicture.select().where(StoredPicture.name == name).first()
    assert row
    assert row["unused_since"] is not None


@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (b"<svg/>", "logo.svg", 400, "SVG files can contain scripts"),
        (b"not a picture", "logo.png", 400, "Please choose a picture"),
        (drawn(20, 20)[:60], "logo.png", 400, ""),
        (drawn(1, 1), "logo.png", 400, "at least 16 pixels"),
        (drawn(50_000, 1), "logo.png", 400, "at least 16 pixels"),
        (drawn(1, 5_000), "logo.png", 400, "at least 16 pixels"),
        (b"", "", 400, "Please choose a picture"),
        (b"x" * (8 * 2**20 + 1), "logo.png", 400, "up to 8 MB"),
        (b"x" * (30 * 2**20), "logo.png", 413, "larger than the shop accepts"),
    ],
)
async def test_a_file_that_is_not_a_picture_is_refused_as_a_logo(
    chief: SignedIn, content: bytes, name: str, status: int, words: str
) -> None:
    refused = await upload(chief, content, name)
    assert refused.status_code == status
    assert words in refused.text
    assert (await SiteRepository().get()).logo == ""


async def test_staff_who_are_no_superusers_change_no_logo(clerk: SignedIn) -> None:
    form: Any = {"form_key": "k" * 20}
    assert (await clerk.post(f"{PAGE}/logo/remove", data=form)).status_code == 404
