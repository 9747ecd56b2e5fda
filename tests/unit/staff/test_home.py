"""Staff arrange rows of the home page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from shop import site
from shop.content.repository import ContentRepository
from shop.likes.tables import Like, LikeCounter
from shop.pictures.tables import StoredPicture
from shop.staff.best_of_week import BestOfWeek
from shop.staff.days import ClosedDays
from tests.cast import Cast, SignedIn, edit_product, make_category, make_options, make_product
from tests.unit.staff.conftest import actions_of
from tests.unit.staff.test_days import order_on
from tests.unit.staff.test_grant_many import keys_of, send
from tests.unit.staff.test_logo import drawn

PAGE = "/staff/home"
WEEK = timedelta(days=7)


def rows_of(page: str) -> dict[str, list[int]]:
    """The products of each row, by its title."""
    found = re.findall(r'<section class="feature".*?</section>', page, re.DOTALL)
    return {
        re.findall(r"<h2[^>]*>(.*?)</h2>", row)[0]: [
            int(id_) for id_ in re.findall(r'href="/products/(\d+)"', row)
        ]
        for row in found
    }


async def home(client: httpx.AsyncClient, query: str = "") -> dict[str, list[int]]:
    return rows_of((await client.get(f"/?lang=en{query}")).text)


async def test_rows_are_shown_in_their_order(chief: SignedIn, guest: httpx.AsyncClient) -> None:
    await make_category("tea", "차", "Tea")
    cheap = await make_product("잔", price=500)
    dear = await make_product("주전자", price=9_000, category="tea")
    gone = await make_product("구판", price=100)
    await edit_product(gone, active=False)
    await LikeCounter.update({LikeCounter.like_count: 9}).where(LikeCounter.product == cheap)
    form = {
        "kind_1": "hero", "title_ko_1": "가을 잔치", "value_1": "/pages/fall",
        "kind_2": "under", "value_2": "1000",
        "kind_4": "category", "value_4": "tea", "title_en_4": "For tea",
        "kind_5": "liked",
        "kind_6": "products", "value_6": f"{dear},{gone} {cheap}",
        "kind_7": "affordable",
        "kind_8": "new",
    }  # fmt: skip
    assert (await send(chief, PAGE, **form)).status_code == 200
    assert await home(guest) == {
        "For 1,000 points or less": [cheap],
        "For tea": [dear],
        "Most liked": [cheap, dear],
        "Chosen for you": [dear, cheap],
        "New": [dear, cheap],
    }
    page = (await guest.get("/?lang=ko")).text
    assert '<a href="/pages/fall">가을 잔치</a>' in page
    assert "1,000포인트 이하" in page
    assert await home(guest, "&q=잔") == {}
    assert [action for action, _ in await actions_of("home")] == ["home.change"]


async def test_what_the_reader_can_afford(chief: SignedIn, browser_of_alice: SignedIn) -> None:
    me = (await browser_of_alice.get("/api/v1/users/me")).json()
    exact = await make_product("딱", price=me["balance"])
    await make_product("비쌈", price=me["balance"] + 1)
    cheap = await make_product("쌈", price=1)
    await send(chief, PAGE, kind_1="affordable")
    assert await home(browser_of_alice) == {"What your points can buy": [exact, cheap]}


async def test_a_row_marks_sold_out_products(chief: SignedIn, guest: httpx.AsyncClient) -> None:
    await make_product("품절", stock=0)
    await send(chief, PAGE, kind_1="new")
    [row] = re.findall(
        r'<ul class="feature__products".*?</ul>', (await guest.get("/?lang=en")).text, re.DOTALL
    )
    assert "Sold out" in row


async def test_an_empty_form_takes_all_rows_away(chief: SignedIn, guest: httpx.AsyncClient) -> None:
    await make_product()
    await send(chief, PAGE, kind_1="new")
    assert len(site.current().home) == 1
    await send(chief, PAGE, kind_1="")
    assert site.current().home == ()
    assert await home(guest) == {}


@pytest.mark.parametrize(
    "row",
    [
        {"kind_1": "unknown"},
        {"kind_1": "hero"},
        {"kind_1": "hero", "title_ko_1": "가", "value_1": "https://elsewhere.test/"},
        {"kind_1": "hero", "title_ko_1": "가", "value_1": "//elsewhere.test/"},
        {"kind_1": "under"},
        {"kind_1": "under", "value_1": "-1"},
        {"kind_1": "under", "value_1": "9" * 30},
        {"kind_1": "category", "value_1": "Te a"},
        {"kind_1": "products", "value_1": "1, x"},
        {"kind_1": "products", "value_1": "9" * 19},
        {"kind_1": "products", "value_1": "1,2,3,4,5,6,7,8,9"},
        {"kind_1": "new", "value_1": "5"},
        {"kind_1": "new", "title_en_1": "x" * 81},
    ],
    ids=str,
)
async def test_a_row_that_cannot_be_shown_is_refused(chief: SignedIn, row: dict[str, Any]) -> None:
    assert (await send(chief, PAGE, **row)).status_code == 400
    assert await ContentRepository().home() == ()


async def test_the_row_of_an_unknown_category_is_left_out(
    chief: SignedIn, guest: httpx.AsyncClient
) -> None:
    await make_product()
    await send(chief, PAGE, kind_1="category", value_1="gone", kind_2="new")
    assert [*await home(guest)] == ["New"]


async def test_the_best_of_the_week(chief: SignedIn, guest: httpx.AsyncClient, cast: Cast) -> None:
    ordered, liked, both, old = [await make_product(name) for name in "가나다라"]
    shirt = await make_product("셔츠")
    [large] = await make_options(shirt, "S", "L")
    today = datetime.now(ZoneInfo("Asia/Seoul")).date()
    for product, days in ((ordered, 6), (both, 1), (old, 7), (large, 0)):
        await order_on(today - timedelta(days=days), cast, product)
    for user, product in ((cast.alice, liked), (cast.bob, liked), (cast.bob, both)):
        await Like.insert(Like(user=user, product=product))
    await Like.insert(Like(user=cast.bob, product=old, created_at=datetime.now(UTC) - WEEK))
    await send(chief, PAGE, kind_1="best")
    assert await home(guest) == {}
    for _ in range(2):
        await ClosedDays().sweep()
        await BestOfWeek().sweep()
        assert await home(guest) == {"Best of the week": [both, shirt, ordered, liked]}
    await edit_product(shirt, active=False)
    await Like.delete().where(Like.product == liked)
    assert await home(guest) == {"Best of the week": [both, ordered, liked]}
    await BestOfWeek().sweep()
    assert await home(guest) == {"Best of the week": [both, ordered]}


async def arrange(client: SignedIn, files: dict[str, Any], **fields: str) -> httpx.Response:
    keys = keys_of((await client.get(PAGE)).text)
    answer = await client.post(f"{PAGE}?lang=en", data={**keys, **fields}, files=files)
    return await client.get(answer.headers["location"]) if answer.is_redirect else answer


async def unused_since(name: str) -> Any:
    row = await StoredPicture.select().where(StoredPicture.name == name).first()
    assert row
    return row["unused_since"]


async def test_a_hero_has_a_picture_until_it_is_removed(
    chief: SignedIn, guest: httpx.AsyncClient
) -> None:
    hero = {"kind_1": "hero", "title_ko_1": "가을 잔치", "alt_ko_1": "빨간 찻잔"}
    saved = await arrange(chief, {"file_1": ("a.png", drawn(900, 500))}, **hero)
    assert saved.status_code == 200
    [row] = site.current().home
    assert row.picture.endswith("-900x500.jpg")
    page = (await guest.get("/?lang=en")).text
    assert f'<img src="/media/{row.picture}"' in page
    assert 'alt="빨간 찻잔"' in page
    assert (await guest.get(f"/media/{row.picture}")).status_code == 200
    await arrange(chief, {}, **hero, picture_1=row.picture, title_en_1="Fall")
    assert site.current().home[0].picture == row.picture
    assert await unused_since(row.picture) is None
    await arrange(chief, {}, **hero, picture_1=row.picture, remove_1="yes")
    assert site.current().home[0].picture == ""
    assert await unused_since(row.picture) is not None


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (
            b"<svg/>",
            "a.svg",
            400,
            {"en": "SVG files can contain scripts", "ko": "SVG에는"},
        ),
        (b"x", "a.png", 400, {"en": "Please choose a picture", "ko": "사진 파일을"}),
        (b"x" * (30 << 20), "a.png", 400, {"en": "up to 8 MB", "ko": "8MB"}),
    ],
    ids=["svg", "no picture", "30 MB"],
)
async def test_a_file_that_is_no_picture_is_refused_and_the_rest_is_kept(
    chief: SignedIn, language: str, content: bytes, name: str, status: int, words: dict[str, str]
) -> None:
    fields = {"kind_2": "hero", "title_ko_2": "가을", "lang": language}
    keys = keys_of((await chief.get(PAGE)).text)
    files = {"file_2": (name, content)}
    url = f"{PAGE}?lang={language}"
    refused = await chief.post(url, data={**keys, **fields}, files=files)
    assert refused.status_code == status
    assert words[language] in refused.text
    assert ('value="가을"' in refused.text) == (status == 400)
    assert await ContentRepository().home() == ()


async def test_only_a_hero_has_a_picture(chief: SignedIn) -> None:
    file = {"file_1": ("a.png", drawn(90, 90))}
    refused = await arrange(chief, file, kind_1="new")
    assert "Only a sentence in large type can have a picture." in refused.text
    gone = {"kind_1": "hero", "title_ko_1": "가", "picture_1": f"{'0' * 32}-9x9.jpg"}
    assert (await arrange(chief, {}, **gone)).status_code == 400
    assert await ContentRepository().home() == ()
