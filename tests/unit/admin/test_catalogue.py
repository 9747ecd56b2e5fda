"""Adding and editing products and categories."""

from typing import Any

import httpx
import pytest

from shop.likes.repository import LikeRepository
from shop.likes.tables import LikeCounter
from shop.products.tables import Category, Product, ProductTerms
from tests.cast import Cast, make_category, make_product, stock_of

PRODUCTS = "/admin/api/tables/products/"
CATEGORIES = "/admin/api/tables/categories/"


async def new_product(**columns: Any) -> dict[str, Any]:
    return {"name": "새 상품", "price": 1200, "category": await make_category(), **columns}


async def test_a_new_product_is_listed_with_no_stock(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    answer = await staff.post(PRODUCTS, json=await new_product(name="  새 상품 "))
    assert answer.status_code == 201
    [row] = answer.json()
    product = (await guest.get(f"/api/v1/products/{row['id']}")).json()
    assert (product["name"], product["price"]) == ("새 상품", 1200)
    assert (product["stock"], product["like_count"]) == (0, 0)
    assert await stock_of(row["id"]) == 0
    assert await LikeCounter.exists().where(LikeCounter.product == row["id"])


async def test_a_product_can_be_added_before_it_is_shown(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    [row] = (await staff.post(PRODUCTS, json=await new_product(active=False))).json()
    assert (await guest.get(f"/api/v1/products/{row['id']}")).status_code == 404


async def test_a_product_is_saved_with_its_stock_row_and_counter_or_not_at_all(
    staff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: LikeRepository, product_id: int) -> None:
        raise RuntimeError

    monkeypatch.setattr(LikeRepository, "open_counter", fail)
    answer = await staff.post(PRODUCTS, json=await new_product())
    assert answer.status_code == 500
    assert not await Product.exists()


WRONG = [
    ({"name": "  "}, "name"),
    ({"name": None}, "name"),
    ({"name": "\u3164"}, "name"),
    ({"name": "연필\u202e"}, "name"),
    ({"name_en": "Pencil\ufffe"}, "name_en"),
    ({"price": 0}, "price"),
    ({"price": -5}, "price"),
    ({"price": 1_000_000_001}, "price"),
    ({"price": 10**30}, "price"),
    ({"price": ""}, "price"),
    ({"category": ""}, "category"),
    ({"category": None}, "category"),
    ({"category": 999_999}, "category"),
    ({"category": 10**30}, "category"),
    ({"on_sale_from": "0001-01-01T00:00:00Z"}, "on_sale_from"),
    ({"on_sale_until": "9999-12-31T23:59:59.999999Z"}, "on_sale_until"),
    ({"on_sale_until": "2026-12-01T00:00:00"}, "on_sale_until"),
    ({"picture": "../../secret"}, "picture"),
    ({"picture": "not-uploaded.png"}, "picture"),
]


@pytest.mark.parametrize(("columns", "field"), WRONG)
async def test_invalid_products_are_refused(
    staff: httpx.AsyncClient, columns: dict[str, Any], field: str
) -> None:
    added = await staff.post(PRODUCTS, json=await new_product(**columns))
    product = await make_product(name="연필")
    edited = await staff.patch(f"{PRODUCTS}{product}/", json=columns)
    for answer in (added, edited):
        assert answer.status_code == 422
        assert [wrong["loc"][-1] for wrong in answer.json()["detail"]] == [field]
    assert await Product.count() == 1


async def test_an_edit_changes_only_the_fields_sent(staff: httpx.AsyncClient) -> None:
    product = await make_product(stock=4, price=1_000)
    created = (await Product.select().first())["created_at"]
    change = {"price": 900, "created_at": "2020-01-01T00:00:00Z", "description_en": " Fine. "}
    answer = await staff.patch(f"{PRODUCTS}{product}/", json=change)
    assert answer.status_code == 200
    row = await Product.select().first()
    assert (row["price"], row["description_en"], row["created_at"]) == (900, "Fine.", created)
    assert await stock_of(product) == 4


async def found(guest: httpx.AsyncClient, words: str) -> list[int]:
    answer = await guest.get("/api/v1/products", params={"q": words})
    return [item["id"] for item in answer.json()["items"]]


async def test_a_new_product_is_found_at_once(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    columns = await new_product(name="무선 충전기", name_en="Wireless Charger")
    [row] = (await staff.post(PRODUCTS, json=columns)).json()
    for words in ("선충", "ㅊㅈㄱ", "wireless"):
        assert await found(guest, words) == [row["id"]]


async def test_a_new_name_is_found_instead_of_the_old_one(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await make_product("연필", name_en="Pencil", description="")
    assert (await staff.patch(f"{PRODUCTS}{product}/", json={"name": "만년필"})).status_code == 200
    for words, is_found in [("만년", True), ("ㅁㄴㅍ", True), ("pencil", True), ("연필", False)]:
        assert await found(guest, words) == [product] * is_found
    assert (await staff.patch(f"{PRODUCTS}{product}/", json={"name_en": ""})).status_code == 200
    assert await found(guest, "pencil") == []
    assert await found(guest, "만년필") == [product]


async def test_a_new_description_is_found_and_a_new_price_keeps_the_terms(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await make_product("연필", description="")
    change: dict[str, object] = {"description": "흑연 심"}
    assert (await staff.patch(f"{PRODUCTS}{product}/", json=change)).status_code == 200
    assert await found(guest, "흑연") == [product]
    written = await ProductTerms.raw("SELECT ctid, * FROM product_terms")
    assert (await staff.patch(f"{PRODUCTS}{product}/", json={"price": 900})).status_code == 200
    assert await ProductTerms.raw("SELECT ctid, * FROM product_terms") == written


async def most_liked(guest: httpx.AsyncClient, category: str) -> list[int]:
    asked = {"sort": "likes", "category": category}
    answer = await guest.get("/api/v1/products", params=asked)
    return [item["id"] for item in answer.json()["items"]]


async def test_a_product_takes_its_likes_along_to_another_category(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await make_product(likes=3)
    books = await make_category("books", "책")
    assert await most_liked(guest, "desk") == [product]
    answer = await staff.patch(f"{PRODUCTS}{product}/", json={"category": books})
    assert answer.status_code == 200
    assert (await most_liked(guest, "desk"), await most_liked(guest, "books")) == ([], [product])


async def test_a_withdrawn_product_is_not_among_the_most_liked(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await make_product(likes=3)
    for active, shown in [(False, []), (True, [product])]:
        answer = await staff.patch(f"{PRODUCTS}{product}/", json={"active": active})
        assert answer.status_code == 200
        assert await most_liked(guest, "") == await most_liked(guest, "desk") == shown


async def test_an_edit_of_an_unknown_product_changes_nothing(staff: httpx.AsyncClient) -> None:
    product = await make_product()
    opened = (await staff.get(f"{PRODUCTS}{product}/")).json()["form_key"]
    for key in ("", opened):
        answer = await staff.patch(f"{PRODUCTS}999/", json={"name": "만년필", "form_key": key})
        assert answer.status_code == 428
    assert await ProductTerms.count() == 1


async def test_an_edit_without_fields_is_refused(staff: httpx.AsyncClient) -> None:
    product = await make_product()
    assert (await staff.patch(f"{PRODUCTS}{product}/", json={})).status_code == 422


async def test_a_new_category_is_in_the_menu(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    answer = await staff.post(CATEGORIES, json={"slug": "tea", "name": "차", "position": 2})
    assert answer.status_code == 201
    assert "차" in (await guest.get("/")).text


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"slug": "Tea Time"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"slug": "desk"}, "slug"),
        ({"name": " "}, "name"),
        ({"name": "차\u202e"}, "name"),
        ({"position": 2**40}, "position"),
        ({"position": -1}, "position"),
    ],
)
async def test_invalid_categories_are_refused(
    staff: httpx.AsyncClient, cast: Cast, columns: dict[str, Any], field: str
) -> None:
    tea = {"slug": "tea", "name": "차", "position": 1}
    added = await staff.post(CATEGORIES, json={**tea, **columns})
    category = await make_category("books", "책")
    edited = await staff.patch(f"{CATEGORIES}{category}/", json=columns)
    for answer in (added, edited):
        assert answer.status_code == 422
        assert [wrong["loc"][-1] for wrong in answer.json()["detail"]] == [field]
    assert await Category.count() == 2


async def test_a_category_keeps_its_own_slug(staff: httpx.AsyncClient) -> None:
    category = await make_category("books", "책")
    answer = await staff.patch(f"{CATEGORIES}{category}/", json={"slug": "books", "name": "서적"})
    assert answer.status_code == 200
