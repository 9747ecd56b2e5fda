"""A form that was open undoes nothing that others have changed meanwhile."""

import asyncio
from typing import Any

import httpx
import pytest

from shop.products.tables import Category, Product
from shop.users.tables import User
from tests.cast import Cast, make_category, make_product

TABLES = "/admin/api/tables/"
# A column that the form shows, what another member of staff sets meanwhile, and one more change.
ELSEWHERE = [
    ("products", "price", 41_000, {"description": "새 글"}),
    ("products", "active", False, {"description": "새 글"}),
    ("products", "name", "만년필", {"price": 5}),
    ("products", "picture", None, {"price": 5}),
    ("categories", "position", 7, {"name": "서재"}),
    ("categories", "name_en", "Study", {"position": 3}),
    ("users", "active", False, {"last_name": "김"}),
    ("users", "admin", True, {"last_name": "김"}),
    ("users", "superuser", True, {"email": "a@shop.test"}),
]
SAME = [
    ("products", "price", 410, 420),
    ("products", "description", "그의 글", "나의 글"),
    ("categories", "slug", "study", "room"),
    ("users", "first_name", "하나", "둘"),
    ("users", "email", "a@shop.test", "b@shop.test"),
]
CLASSES: dict[str, Any] = {"products": Product, "categories": Category, "users": User}


async def row_id(table: str, cast: Cast) -> int:
    if table == "products":
        return await make_product(price=39_000, description="두 줄\r\n글 ")
    return cast.alice if table == "users" else await make_category()


async def change(table: str, row: int, **values: Any) -> None:
    await CLASSES[table].update(values).where(CLASSES[table].id == row)


async def column_of(table: str, row: int, name: str) -> Any:
    found = await CLASSES[table].select().where(CLASSES[table].id == row).first()
    return found[name]


async def opened(staff: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """All the fields of a row's form, as the page sends them back."""
    shown = (await staff.get(address, params={"__readable": "true"})).json()
    fields = {key: value for key, value in shown.items() if not key.endswith("_readable")}
    del fields["id"]
    texts = {key: value for key, value in fields.items() if isinstance(value, str)}
    return {**fields, **{key: value.replace("\r\n", "\n") for key, value in texts.items()}}


@pytest.mark.parametrize(("table", "column", "theirs", "mine"), ELSEWHERE)
async def test_changes_by_others_are_not_overwritten(
    staff: httpx.AsyncClient,
    cast: Cast,
    table: str,
    column: str,
    theirs: object,
    mine: dict[str, Any],
) -> None:
    row = await row_id(table, cast)
    address = f"{TABLES}{table}/{row}/"
    form = await opened(staff, address)
    await change(table, row, **{column: theirs})
    answer = await staff.patch(address, json={**form, **mine})
    assert answer.status_code == 200
    assert await column_of(table, row, column) == theirs
    [(name, value)] = mine.items()
    assert await column_of(table, row, name) == value


@pytest.mark.parametrize(("table", "column", "theirs", "mine"), SAME)
async def test_a_conflict_shows_the_current_value(
    staff: httpx.AsyncClient, cast: Cast, table: str, column: str, theirs: object, mine: object
) -> None:
    row = await row_id(table, cast)
    address = f"{TABLES}{table}/{row}/"
    form = await opened(staff, address)
    await change(table, row, **{column: theirs})
    for language, words in [("en", "Someone else has changed this"), ("ko", "바꾸었습니다")]:
        answer = await staff.patch(
            address, json={**form, column: mine}, headers={"Accept-Language": language}
        )
        assert answer.status_code == 422
        [wrong] = answer.json()["detail"]
        assert wrong["loc"] == ["body", column]
        assert str(theirs) in wrong["msg"]
        assert words in wrong["msg"]
    assert await column_of(table, row, column) == theirs


async def test_one_form_is_saved_again_and_again(staff: httpx.AsyncClient) -> None:
    """The page continues with the key that it was opened with."""
    product = await make_product(price=39_000)
    address = f"{TABLES}products/{product}/"
    form = await opened(staff, address)
    for price in (40_000, 41_000, 39_000):
        answer = await staff.patch(address, json={**form, "price": price})
        assert answer.status_code == 200
        assert await column_of("products", product, "price") == price


async def test_changes_by_others_between_two_saves_are_not_overwritten(
    staff: httpx.AsyncClient,
) -> None:
    product = await make_product(price=39_000)
    address = f"{TABLES}products/{product}/"
    form = {**await opened(staff, address), "price": 40_000}
    await staff.patch(address, json=form)
    await change("products", product, price=50_000)
    assert (await staff.patch(address, json={**form, "name": "만년필"})).status_code == 200
    assert await column_of("products", product, "price") == 50_000
    assert (await staff.patch(address, json={**form, "price": 1})).status_code == 422


async def test_two_tabs_of_one_member_of_staff(staff: httpx.AsyncClient) -> None:
    product = await make_product(price=39_000)
    address = f"{TABLES}products/{product}/"
    first, second = [await opened(staff, address) for _ in range(2)]
    assert (await staff.patch(address, json={**first, "price": 40_000})).status_code == 200
    assert (await staff.patch(address, json={**second, "name_en": "Pen"})).status_code == 200
    assert await column_of("products", product, "price") == 40_000


async def test_the_same_change_by_two_is_no_conflict(
    staff: httpx.AsyncClient, clerk: httpx.AsyncClient
) -> None:
    product = await make_product(price=39_000)
    address = f"{TABLES}products/{product}/"
    forms = [(client, await opened(client, address)) for client in (staff, clerk)]
    for client, form in forms:
        answer = await client.patch(address, json={**form, "price": 40_000})
        assert answer.status_code == 200


async def test_a_row_is_not_written_with_the_form_of_another_one(
    staff: httpx.AsyncClient,
) -> None:
    first, second = await make_product(price=1_000), await make_product(price=2_000)
    form = await opened(staff, f"{TABLES}products/{first}/")
    answer = await staff.patch(f"{TABLES}products/{second}/", json={**form, "price": 3})
    assert answer.status_code == 428
    assert await column_of("products", second, "price") == 2_000


@pytest.mark.parametrize("key", ["", "nonsense", "e30=", 7, None, "0123456789abcdef"])
@pytest.mark.parametrize("table", sorted(CLASSES))
async def test_a_change_without_the_opened_values_is_refused(
    staff: httpx.AsyncClient, cast: Cast, table: str, key: object
) -> None:
    row = await row_id(table, cast)
    answer = await staff.patch(f"{TABLES}{table}/{row}/", json={"name": "x", "form_key": key})
    assert answer.status_code == 428
    assert answer.json()["type"] == "/problems/form-not-opened"


async def test_a_sent_form_belongs_to_its_user(
    staff: httpx.AsyncClient, clerk: httpx.AsyncClient
) -> None:
    product = await make_product(price=39_000)
    address = f"{TABLES}products/{product}/"
    form = await opened(staff, address)
    assert (await staff.patch(address, json={**form, "price": 40_000})).status_code == 200
    assert (await clerk.patch(address, json={**form, "price": 1})).status_code == 422
    assert await column_of("products", product, "price") == 40_000


@pytest.mark.committed
async def test_of_two_changes_at_the_same_time_one_is_refused(
    staff: httpx.AsyncClient, clerk: httpx.AsyncClient
) -> None:
    product = await make_product(price=39_000)
    address = f"{TABLES}products/{product}/"
    forms = [(client, await opened(client, address)) for client in (staff, clerk)]
    answers = await asyncio.gather(
        *(
            client.patch(address, json={**form, "price": 40_000 + number})
            for number, (client, form) in enumerate(forms)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]
