"""In Piccolo Admin each member of staff changes only what they have a right for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, get_args

import httpx
import pytest

from shop.admin.gate.rights import FORMS, TABLES
from shop.admin.gate.rules import REASONS, WRITES
from shop.admin.gate.words import CHOICES, COLUMNS
from shop.orders.tables import Order
from shop.points.tables import PointEntry
from shop.products.delivery import Delivery
from shop.products.tables import StockEntry
from shop.staff.rights import RIGHTS, Right
from shop.staff.rights_repository import RightsRepository
from tests.cast import Cast, balance_of, make_category, make_product, make_user
from tests.unit.admin.conftest import Enter

API = "/admin/api"
Join = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def join(enter: Enter, cast: Cast) -> AsyncIterator[Join]:
    """Makes a member of staff with these rights. Returns their client."""
    async with AsyncExitStack() as stack:

        async def make(*rights: str) -> httpx.AsyncClient:
            user_id = await make_user("member", admin=True)
            await RightsRepository().set(user_id, rights)
            return await stack.enter_async_context(enter(user_id))

        yield make


def test_each_table_and_form_has_a_right() -> None:
    assert TABLES.keys() == REASONS.keys()
    assert set(TABLES.values()) | set(FORMS.values()) <= set(RIGHTS)


async def test_each_form_is_named(staff: httpx.AsyncClient) -> None:
    assert {form["slug"] for form in (await staff.get(f"{API}/forms/")).json()} == FORMS.keys()


@pytest.mark.parametrize("path", ["/admin/", f"{API}/tables/", f"{API}/tables/users/"])
async def test_without_a_right_nothing_is_seen(join: Join, path: str) -> None:
    assert (await (await join()).get(path)).status_code == 403


FIELDS: dict[str, dict[str, Any]] = {
    "receive-stock": {"product_id": 1, "amount": 1, "reason": "x"},
    "grant-points": {"username": "alice", "amount": 1, "reason": "x"},
    "correct-points": {"username": "alice", "amount": 1, "reason": "x"},
}


@pytest.mark.parametrize("form", sorted(FORMS))
async def test_a_form_needs_its_right(join: Join, cast: Cast, form: str) -> None:
    client = await join(*(set(RIGHTS) - {FORMS[form]}))
    url = f"{API}/forms/{form}/"
    assert (await client.get(url)).status_code == 403
    assert (await client.get(f"{url}schema/")).status_code == 403
    body = {**FIELDS.get(form, {}), "form_key": "k" * 20}
    # As a browser whose page was open before: `post` would ask for the form first.
    answer = await httpx.AsyncClient.request(client, "POST", url, json=body)
    assert answer.status_code == 403
    assert await balance_of(cast.alice) == 100_000
    listed = (await client.get(f"{API}/forms/")).json()
    grouped = (await client.get(f"{API}/forms/grouped/")).json()["grouped"]
    assert form not in {entry["slug"] for entry in listed}
    assert form not in {entry["slug"] for group in grouped.values() for entry in group}
    assert all(grouped.values())


async def test_with_its_right_a_form_is_sent(join: Join, cast: Cast) -> None:
    client = await join("points")
    answer = await client.post(f"{API}/forms/grant-points/", json=FIELDS["grant-points"])
    assert answer.status_code == 200, answer.text
    assert await balance_of(cast.alice) == 100_001


@pytest.mark.parametrize("table", ["categories", "products"])
async def test_a_table_is_read_only_without_its_right(join: Join, table: str) -> None:
    client = await join("orders")
    rows = {"products": await make_product(price=1_000), "categories": await make_category()}
    url = f"{API}/tables/{table}/"
    at_row = f"{url}{rows[table]}/"
    assert (await client.get(url)).status_code == 200
    row = (await client.get(at_row)).json()
    schema = (await client.get(f"{url}schema/")).json()
    assert "form_key" not in row
    assert "form_key" not in schema["properties"]
    for method, at in (("PATCH", at_row), ("POST", url)):
        answer = await client.request(method, at, json={"name": "x", "form_key": "k" * 20})
        assert answer.status_code == 405
        assert "read-only for you" in answer.json()["detail"]
        assert answer.headers["allow"] == "GET"
    assert (await client.get(at_row)).json() == row


async def test_pictures_need_the_right_for_products(join: Join) -> None:
    client = await join("orders")
    answer = await client.post(f"{API}/media/", files={"file": ("x.png", b"x")})
    assert answer.status_code == 403


async def test_a_right_that_is_taken_away_while_a_form_is_open(join: Join) -> None:
    client = await join("catalogue")
    product = await make_product(price=1_000)
    url = f"{API}/tables/products/{product}/"
    key = (await client.get(url)).json()["form_key"]
    member = (await Order.raw("SELECT id FROM users WHERE username = 'member'"))[0]["id"]
    await RightsRepository().set(member, ["orders"])
    assert (await client.patch(url, json={"price": 1, "form_key": key})).status_code == 405
    assert (await client.get(url)).json()["price"] == 1_000


async def test_the_page_knows_what_its_reader_cannot_write(join: Join) -> None:
    page = (await (await join("catalogue")).get("/admin/")).text
    named = page.split('data-read-only="')[1].split('"')[0].split()
    assert set(named) == TABLES.keys() - {"categories", "products"}
    assert set(WRITES) - set(named) == {"categories", "products"}


@pytest.mark.parametrize(
    ("language", "title", "choice", "link"),
    [("ko", "상태", "처리 완료", "직원 화면"), ("en", "Status", "Fulfilled", "Staff pages")],
)
async def test_columns_choices_and_links_are_in_the_readers_language(
    staff: httpx.AsyncClient, language: str, title: str, choice: str, link: str
) -> None:
    staff.headers["Accept-Language"] = language
    schema = (await staff.get(f"{API}/tables/orders/schema/")).json()["properties"]["status"]
    assert schema["title"] == title
    assert schema["extra"]["choices"]["fulfilled"]["display_name"] == choice
    assert (await staff.get(f"{API}/links/")).json()[link] == "/staff/"


async def test_every_column_has_a_title(staff: httpx.AsyncClient) -> None:
    for table in TABLES:
        found = (await staff.get(f"{API}/tables/{table}/schema/")).json()["properties"]
        assert found.keys() - {"form_key", "password"} <= COLUMNS.keys(), table


async def test_every_value_of_a_choice_has_a_name(staff: httpx.AsyncClient) -> None:
    assert set(get_args(Delivery)) <= CHOICES["delivery"].keys()
    for table, column in ((Order, "status"), (StockEntry, "kind"), (PointEntry, "kind")):
        checks = [
            str(check._meta.params["condition"])
            for check in table._meta.constraints
            if column in check._meta.name
        ]
        values = {word for check in checks for word in check.split("'")[1::2]}
        assert values
        assert values <= CHOICES[column].keys()


async def test_people_are_named(staff: httpx.AsyncClient, cast: Cast) -> None:
    await Order.raw(
        "UPDATE users SET last_name = '김', first_name = '하나' WHERE id = {}", cast.alice
    )
    url = f"{API}/tables/point_entries/?__readable=true"
    rows = (await staff.get(url)).json()["rows"]
    assert "alice 김하나" in {row["user_readable"] for row in rows}


def test_rights_are_those_of_staff() -> None:
    assert set(RIGHTS) == set(get_args(Right))
