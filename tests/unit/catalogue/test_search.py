"""What a search finds: any part of a name, initials, a half-typed word; in texts, words."""

import re
from dataclasses import dataclass

import httpx
import pytest

from shop.catalogue.stages import MAX_CATEGORIES
from shop.demo.seed import fill
from shop.likes.tables import LikeCounter
from shop.products.tables import Category, Product
from shop.settings import load_settings
from tests.cast import Cast, edit_product, make_category, make_product
from tests.unit.buying import pages

PRODUCTS = "/api/v1/products"


async def found(client: httpx.AsyncClient, words: str, limit: int = 100, **query: str) -> list[int]:
    walk = pages(client, PRODUCTS, limit, q=words, **query)
    return [item["id"] async for page in walk for item in page]


async def charger(name: str = "무선 충전기") -> int:
    return await make_product(name, name_en="Wireless Charger", description="책상 위에 둡니다")


@pytest.mark.parametrize(
    "words",
    [
        *(
            "무선",
            "선",
            "충전",
            "무선 충전기",
            "무선충전기",
            "선충",
            "충전기 무선",
            "  무선-충전기 ",
        ),
        *("Wireless", "wireless", "CHARGER", "ireles", "Ｗireless", "ess cha", "무선 charger"),
        *("ㅁㅅ", "ㅊㅈㄱ", "ㅁㅅㅊㅈㄱ", "ㅅㅊ", "ㅁ", "무ㅅ", "무선ㅊ", "ㅁ선", "ㅁㅅ 충전"),
        *("뭇", "무서", "무선추", "무선충저", "무선ㅊㅜ", "충전ㄱ", "책상", "무선 책상"),
    ],
)
@pytest.mark.parametrize("name", ["무선 충전기", "무선충전기"])
async def test_these_words_find_a_wireless_charger(
    guest: httpx.AsyncClient, words: str, name: str
) -> None:
    product = await charger(name)
    await make_category("ink", "종이", "Paper")
    await make_product("벼루", name_en="Inkstone", description="돌", category="ink")
    assert await found(guest, words) == [product]


@pytest.mark.parametrize(
    "words",
    [
        "선무",
        "무전기",
        "무기",
        "ㅅㅁ",
        "ㅁㅊ",
        "선ㅈ",
        "충정",
        "기w",
        "rw",
        "상 위에서",
        "무선 선풍기",
    ],
)
async def test_these_words_do_not(guest: httpx.AsyncClient, words: str) -> None:
    await charger()
    assert await found(guest, words) == []


async def test_neighbours_must_be_neighbours(guest: httpx.AsyncClient) -> None:
    """The first name has all pairs of 가나다, but not in sequence."""
    await make_product("가나 나다")
    product = await make_product("가나다")
    assert await found(guest, "가나다") == [product]


@dataclass
class Coffee:
    """By rank, the newest first within each."""

    names: list[int]
    categories: list[int]
    texts: list[int]

    @property
    def all(self) -> list[int]:
        return [*self.names, *self.categories, *self.texts]


@pytest.fixture
async def coffee(cast: Cast) -> Coffee:
    """Products that have to do with coffee by their name, their category, or their description;
    some by two of them, and one by none."""
    await make_category("coffee-tea", "커피·차", "Coffee & tea")
    found = Coffee([], [], [])
    for number in range(3):
        name = await make_product(f"드립 커피 {number}", description="커피")
        both = await make_product(f"원두커피 {number}", category="coffee-tea", description="커피")
        category = await make_product(f"녹차 {number}", category="coffee-tea", description="커피맛")
        text = await make_product(f"찻잔 {number}", description="커피와 차를 마실 때")
        await make_product(f"벼루 {number}")
        found = Coffee(
            [both, name, *found.names], [category, *found.categories], [text, *found.texts]
        )
    return found


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
async def test_names_come_first_then_categories_then_descriptions(
    guest: httpx.AsyncClient, coffee: Coffee, limit: int
) -> None:
    assert await found(guest, "커피", limit) == coffee.all
    assert await found(guest, "커피", limit, category="coffee-tea") == [
        *coffee.names[::2],
        *coffee.categories,
    ]


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "likes"])
async def test_in_another_order_all_of_them_are_in_that_order(
    guest: httpx.AsyncClient, coffee: Coffee, limit: int, sort: str
) -> None:
    for number, product in enumerate(sorted(coffee.all, key=lambda id_: id_ * 7 % 17)):
        await edit_product(product, price=100 + number)
        await LikeCounter.update({LikeCounter.like_count: number}).where(
            LikeCounter.product == product
        )
    expected = sorted(coffee.all, key=lambda id_: id_ * 7 % 17, reverse=sort != "price_asc")
    assert await found(guest, "커피", limit, sort=sort) == expected


@pytest.mark.parametrize(
    "words", ["coffee", "Coffee & tea", "tea", "커피차", "cof", "차 커피", "ㅋㅍ ㅊ", "COFFEE"]
)
async def test_a_category_is_named_by_the_beginnings_of_its_words(
    guest: httpx.AsyncClient, coffee: Coffee, words: str
) -> None:
    assert set(await found(guest, words)) >= {*coffee.names[::2], *coffee.categories}
    assert "벼루" not in (await guest.get("/", params={"q": words})).text


async def test_words_beside_that_of_a_category_are_sought_in_it(
    guest: httpx.AsyncClient, coffee: Coffee
) -> None:
    assert await found(guest, "tea 녹차") == coffee.categories
    assert await found(guest, "tea 커피맛") == coffee.categories
    assert await found(guest, "원두 tea") == coffee.names[::2]
    assert await found(guest, "tea 벼루") == []
    assert await found(guest, "offee") == []


async def test_a_renamed_category_is_found_by_its_new_name(
    guest: httpx.AsyncClient, coffee: Coffee
) -> None:
    await Category.update({Category.name: "마실 것"}).where(Category.slug == "coffee-tea")
    assert set(await found(guest, "마실것")) == {*coffee.names[::2], *coffee.categories}


async def test_a_word_that_many_categories_hold_names_none(guest: httpx.AsyncClient) -> None:
    for number in range(MAX_CATEGORIES + 1):
        await make_product("먹", category=(await named_category(number)))
    assert await found(guest, "선물") == []


async def named_category(number: int) -> str:
    await make_category(f"gifts-{number}", f"선물 {number}", "")
    return f"gifts-{number}"


async def test_withdrawn_products_are_never_found(guest: httpx.AsyncClient, coffee: Coffee) -> None:
    for row in await Product.select(Product.id):
        await edit_product(row["id"], active=False)
    assert await found(guest, "커피") == []


async def test_a_whole_syllable_is_not_taken_for_a_half_typed_one(guest: httpx.AsyncClient) -> None:
    cover = await make_product("커버")
    assert await found(guest, "컵") == [cover]
    cup = await make_product("컵")
    assert await found(guest, "컵") == [cup]


async def test_every_word_must_be_there_anywhere(guest: httpx.AsyncClient) -> None:
    product = await make_product(
        "붓", name_en="Brush", description="염소 털", description_en="Soft"
    )
    await make_product("붓", name_en="Brush", description="말 털", description_en="Hard")
    assert await found(guest, "soft 붓  염소") == [product]


async def test_a_decomposed_word_is_the_same_word(guest: httpx.AsyncClient) -> None:
    """As a Mac writes it."""
    product = await make_product("\ubd93")
    assert await found(guest, "\u1107\u116e\u11ba") == [product]
    product = await make_product("\u1107\u1167\u1105\u116e")
    assert await found(guest, "벼루") == [product]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", '"', "{}", "[", "--", "*", "&", "!", ":"])
async def test_punctuation_does_not_count(guest: httpx.AsyncClient, sign: str) -> None:
    products = [await make_product(f"백{sign}분"), await make_product("백분")]
    await make_product("백x분")
    assert await found(guest, f"백{sign}분") == products[::-1]
    assert await found(guest, f"백분 {sign}") == products[::-1]
    assert await found(guest, f"x{sign}y{sign}{sign}z") == []


@pytest.mark.parametrize(
    "sign", ["$", "<", "|", "^", "🍎", "~", "©", "™", "→", "₩", "ㆍ", "\u200d"]
)
async def test_symbols_that_are_never_typed_do_not_count(
    guest: httpx.AsyncClient, sign: str
) -> None:
    products = [await make_product(f"백{sign}분"), await make_product("백분")]
    await make_product("백x분")
    assert await found(guest, f"백{sign}분") == products[::-1]
    assert await found(guest, f"백분 {sign}") == products[::-1]


async def test_a_plus_stands_for_itself(guest: httpx.AsyncClient) -> None:
    product = await make_product("백+분")
    other = await make_product("백x분")
    for words in ("+", "백+분", "백＋분", "백분"):
        assert await found(guest, words) == [product]
    assert await found(guest, "+없는 것") == []
    assert await found(guest, "백×분") == [other]


@pytest.mark.parametrize(
    "words", ["2-4인용", "2∼4인용", "2〜4인용", "2～4인용", "24인용", "30x40", "30*40"]
)
async def test_signs_are_found_in_names_and_in_descriptions(
    guest: httpx.AsyncClient, words: str
) -> None:
    text = await make_product("돗자리", description="2~4인용, 30×40cm")
    name = await make_product("텐트 2~4인용 30×40cm")
    await make_product("벼루")
    assert await found(guest, words) == [name, text]


@pytest.mark.parametrize("words", ["", "   ", "\x00", "\t\n", "\u200b", "%", "- . -", "…", "🍎 ~"])
async def test_no_word_finds_everything(guest: httpx.AsyncClient, words: str) -> None:
    product = await make_product()
    assert await found(guest, words) == [product]
    assert f"/products/{product}" in (await guest.get("/", params={"q": words})).text


async def test_no_match_is_an_empty_page(guest: httpx.AsyncClient) -> None:
    await make_product()
    answer = await guest.get(PRODUCTS, params={"q": "그런 것 없음"})
    assert answer.json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("words", ["가" * 100, "힣x" * 50, "+" * 100, "ㄱ" * 100, "a b " * 25])
async def test_the_longest_search_has_a_second_page(guest: httpx.AsyncClient, words: str) -> None:
    products = [await make_product(words) for _ in range(3)]
    assert await found(guest, words, limit=1) == products[::-1]


@pytest.mark.parametrize("words", ["무선", "ㅁㅅ", "책상", "뭇"])
@pytest.mark.parametrize("sort", ["newest", "price_asc", "price_desc", "likes"])
async def test_each_reading_has_its_order_and_its_pages(
    guest: httpx.AsyncClient, words: str, sort: str
) -> None:
    products = [await charger() for _ in range(4)]
    for number, product in enumerate(products):
        await edit_product(product, price=100 + number)
    rising = sort == "price_asc"
    assert await found(guest, words, limit=1, sort=sort) == products[:: 1 if rising else -1]


async def test_new_matches_do_not_change_the_strategy(
    guest: httpx.AsyncClient,
) -> None:
    half_typed = [await make_product("커버") for _ in range(2)]
    first = (await guest.get(PRODUCTS, params={"q": "컵", "limit": 1})).json()
    await make_product("컵")
    query = {"q": "컵", "limit": 1, "cursor": first["next_cursor"]}
    second = (await guest.get(PRODUCTS, params=query)).json()
    assert [page["items"][0]["id"] for page in (first, second)] == half_typed[::-1]


@pytest.mark.parametrize("words", ["무선", "ㅁㅅ", "뭇", "없는 것"])
async def test_the_page_finds_what_the_api_finds(guest: httpx.AsyncClient, words: str) -> None:
    await charger()
    await make_product("벼루")
    page = (await guest.get("/", params={"q": words})).text.partition('id="popular"')[0]
    shown = {int(id_) for id_ in re.findall(r'href="/products/(\d+)"', page)}
    assert shown == set(await found(guest, words))


async def test_every_product_of_the_demo_is_found_by_its_initials(
    guest_of_the_demo: httpx.AsyncClient,
) -> None:
    for words, name in [("ㅎㄷ ㅁㄴㅍ", "황동 만년필"), ("ㅁㄹㅁㄱ", "물레 머그")]:
        answer = await guest_of_the_demo.get(PRODUCTS, params={"q": words})
        assert any(item["name"].startswith(name) for item in answer.json()["items"])


@pytest.fixture
async def guest_of_the_demo(app: object) -> httpx.AsyncClient:
    await fill(load_settings())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://shop.test")
