"""Staff add, order, describe and remove the pictures of a product."""

import re
from typing import Any

import httpx
import pytest

from shop.pictures.tables import StoredPicture
from shop.products.picture_repository import ProductPictureRepository
from shop.settings import Settings
from tests.cast import SignedIn, make_options, make_product
from tests.unit.staff.conftest import actions_of
from tests.unit.staff.products import png

KEYS = ("form_key", "seen")
COLOURS = ("red", "green", "blue", "white", "black", "orange", "purple", "pink", "brown")


@pytest.fixture
async def mug(chief: SignedIn) -> int:
    chief.headers["Accept-Language"] = "en"
    return await make_product("머그")


async def names(product: int) -> list[str]:
    return [shown.picture for shown in await ProductPictureRepository().of(product)]


async def send(
    client: SignedIn, product: int, *colours: str, opened: str | None = None, **changed: Any
) -> httpx.Response:
    """Opens the form and sends it with these new pictures; `changed` are lists of its fields."""
    path = f"/staff/products/{product}/pictures"
    page = opened or (await client.get(path)).text
    fields = {name: values_of(page, name) for name in (*KEYS, "picture", "place", "alt")}
    fields["alt_en"] = values_of(page, "alt_en")
    files = [("files", (f"{n}.png", png(colour), "image/png")) for n, colour in enumerate(colours)]
    data = {**fields, **changed}
    return await client.post(
        path, data=data, files=files or [("files", ("", b"", ""))], follow_redirects=True
    )


def values_of(page: str, field: str) -> list[str]:
    tags = [tag for tag in page.split("<input")[1:] if f'name="{field}"' in tag.split(">")[0]]
    return [tag.split('value="')[1].split('"')[0] for tag in tags]


async def test_the_first_upload_is_the_first_picture(
    chief: SignedIn, mug: int, settings: Settings, guest: httpx.AsyncClient
) -> None:
    assert "Saved." in (await send(chief, mug, "red", "green")).text
    red, green = await names(mug)
    assert (settings.data_dir / "media" / green).is_file()
    assert (await guest.get(f"/api/v1/products/{mug}")).json()["image_url"] == f"/media/{red}"
    assert await actions_of(f"product:{mug}") == [("product.pictures", "")]
    page = (await guest.get(f"/products/{mug}?lang=en")).text
    assert f'href="/media/{green}"' in page
    assert "Pencil, picture 2" in page
    assert (await guest.get("/")).text.count(green) == 0


async def test_places_texts_and_removal(
    chief: SignedIn, mug: int, guest: httpx.AsyncClient
) -> None:
    await send(chief, mug, "red", "green", "blue")
    red, green, blue = await names(mug)
    await send(
        chief, mug, place=["3", "2", "1"], alt=["", "초록", "파랑"], alt_en=["", "Green", ""]
    )
    assert await names(mug) == [blue, green, red]
    assert 'alt="Green"' in (await guest.get(f"/products/{mug}?lang=en")).text
    assert 'alt="초록"' in (await guest.get(f"/products/{mug}?lang=ko")).text
    await send(chief, mug, remove=[blue])
    assert await names(mug) == [green, red]
    unused = await StoredPicture.select().where(StoredPicture.unused_since.is_not_null())
    assert [row["name"] for row in unused] == [blue]
    await send(chief, mug, remove=[green, red])
    assert await names(mug) == []


async def test_an_option_has_its_leads_pictures_until_it_has_its_own(
    chief: SignedIn, mug: int, guest: httpx.AsyncClient
) -> None:
    [large] = await make_options(mug, "S", "L")

    async def shown() -> list[str]:
        page = (await guest.get(f"/products/{large}?lang=en")).text
        return re.findall(r'class="pictures__zoom" href="/media/([^"]+)"', page)

    await send(chief, mug, "red", "green")
    assert await shown() == await names(mug)
    await send(chief, mug, place=["2", "1"])
    assert await shown() == await names(mug)
    await send(chief, large, "blue")
    own = await shown()
    assert len(own) == 2
    await send(chief, mug, "black")
    assert await shown() == own == await names(large)
    await send(chief, large, remove=own)
    assert await shown() == await names(mug)
    assert len(await names(mug)) == 3


async def test_the_same_picture_again_stays_once(chief: SignedIn, mug: int) -> None:
    await send(chief, mug, "red", "red")
    await send(chief, mug, "red", "green")
    assert len(await names(mug)) == 2


async def test_up_to_eight(chief: SignedIn, mug: int) -> None:
    answer = await send(chief, mug, *COLOURS)
    assert (answer.status_code, "can have 8 pictures" in answer.text) == (400, True)
    await send(chief, mug, *COLOURS[:8])
    assert len(await names(mug)) == 8
    assert 'type="file"' not in (await chief.get(f"/staff/products/{mug}/pictures")).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"place": ["0", "1"]}, "from 1 to 8"),
        ({"place": ["x", "1"]}, "from 1 to 8"),
        ({"alt": ["", "x" * 201]}, "200 characters"),
        ({"place": ["1"]}, "not valid"),
        ({"picture": ["other.jpg", "stoneware-mug.svg"]}, "changed meanwhile"),
    ],
)
async def test_an_invalid_change_is_refused(
    chief: SignedIn, mug: int, changed: dict[str, Any], said: str
) -> None:
    await send(chief, mug, "red", "green")
    before = await names(mug)
    answer = await send(chief, mug, **changed)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert await names(mug) == before


async def test_a_file_that_is_no_picture_is_refused(chief: SignedIn, mug: int) -> None:
    path = f"/staff/products/{mug}/pictures"
    key = values_of((await chief.get(path)).text, "form_key")
    files = [("files", ("x.png", b"no picture", "image/png"))]
    answer = await chief.post(path, data={"form_key": key}, files=files)
    assert answer.status_code == 400
    assert "Please choose a picture" in answer.text
    assert await names(mug) == []


async def test_an_old_form_changes_nothing(chief: SignedIn, mug: int) -> None:
    old = (await chief.get(f"/staff/products/{mug}/pictures")).text
    await send(chief, mug, "red")
    answer = await send(chief, mug, "green", opened=old, form_key=["x" * 24])
    assert (answer.status_code, "changed meanwhile" in answer.text) == (400, True)
    assert len(await names(mug)) == 1


async def test_only_staff_of_the_catalogue(alice: httpx.AsyncClient, mug: int) -> None:
    assert (await alice.get(f"/staff/products/{mug}/pictures")).status_code == 404


async def test_texts_that_another_user_has_saved_meanwhile_are_not_lost(
    chief: SignedIn, mug: int
) -> None:
    await send(chief, mug, "red", "green")
    opened = (await chief.get(f"/staff/products/{mug}/pictures")).text
    await send(chief, mug, alt=["", "초록"])
    refused = await send(chief, mug, opened=opened, place=["2", "1"])
    assert (refused.status_code, "have changed meanwhile" in refused.text) == (400, True)
    assert 'value="초록"' in refused.text
