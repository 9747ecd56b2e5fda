"""What the tables of the admin show, and what they refuse to write."""

from datetime import UTC, datetime

import httpx
import pytest

from shop.admin.gate.rules import REASONS, WRITES
from shop.products.tables import Category, Product
from shop.users.tables import User
from tests.cast import Cast, hashed_password, make_product, make_user, stock_of
from tests.unit.web.helpers import JSON

TABLES = "/admin/api/tables"
READ_ONLY = sorted(REASONS.keys() - WRITES.keys())
ENDPOINTS = ["", "1/", "schema/", "ids/", "count/", "references/", "new/"]


async def test_these_tables_and_no_others(staff: httpx.AsyncClient) -> None:
    assert sorted((await staff.get(f"{TABLES}/")).json()) == sorted(REASONS)


@pytest.mark.parametrize("table", READ_ONLY)
@pytest.mark.parametrize(
    ("method", "row"),
    [("POST", ""), ("PUT", "1/"), ("PATCH", "1/"), ("DELETE", "1/"), ("DELETE", "")],
)
async def test_a_record_is_read_only(
    staff: httpx.AsyncClient, table: str, method: str, row: str
) -> None:
    answer = await staff.request(method, f"{TABLES}/{table}/{row}", json={"quantity": 5})
    assert answer.status_code == 405
    assert answer.json()["detail"].endswith(".")
    assert answer.headers["allow"] == "GET"


async def test_stock_is_not_overwritten(staff: httpx.AsyncClient) -> None:
    product = await make_product(stock=3)
    answer = await staff.patch(f"{TABLES}/stocks/{product}/", json={"quantity": 99})
    assert "Receive stock" in answer.json()["detail"]
    assert await stock_of(product) == 3


@pytest.mark.parametrize("table", sorted(WRITES))
@pytest.mark.parametrize(("method", "row"), [("DELETE", "1/"), ("PUT", "1/"), ("DELETE", "")])
async def test_nothing_is_deleted_or_replaced(
    staff: httpx.AsyncClient, table: str, method: str, row: str
) -> None:
    answer = await staff.request(method, f"{TABLES}/{table}/{row}", json={})
    assert answer.status_code == 405
    assert await User.count() == 3
    assert await Category.count() == 1


async def test_all_other_writes_are_refused(staff: httpx.AsyncClient) -> None:
    for method, path in [("POST", "nowhere/"), ("PUT", "tables/"), ("DELETE", "media/")]:
        answer = await staff.request(method, f"/admin/api/{path}", json={})
        assert answer.status_code == 405
    answer = await staff.post("/admin/api/change-password/", json={})
    assert answer.status_code == 405
    assert "account" in answer.json()["detail"]


async def test_the_password_is_in_no_response(staff: httpx.AsyncClient, cast: Cast) -> None:
    secret = hashed_password().split("$")[-1]
    queries = ["", "?__readable=true", "?__visible_fields=id,username", "?__page_size=1000"]
    paths = [*ENDPOINTS, f"{cast.alice}/", f"{cast.alice}/?__readable=true"]
    for path in [*paths, *queries]:
        answer = await staff.get(f"{TABLES}/users/{path}")
        assert answer.status_code in {200, 404}
        assert secret not in answer.text
        assert "pbkdf2" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "__order=password",
        "__order=-password",
        "__order=id,-password",
        "__order[]=password",
        "__order[][]=password",
        "__visible_fields=password",
        "__visible_fields=id&__visible_fields=password",
        "password=pbkdf2",
        "password__match=starts&password=pbkdf2",
        "password__operator=not_null",
        "__order=nonsense",
        "__visible_fields=id.password",
    ],
)
async def test_the_password_cannot_be_filtered_or_sorted_by(
    staff: httpx.AsyncClient, query: str
) -> None:
    for path in ("", "count/"):
        answer = await staff.get(f"{TABLES}/users/{path}?{query}")
        assert answer.status_code == 400


async def test_passwords_are_not_reached_through_other_tables(staff: httpx.AsyncClient) -> None:
    for column in ("user.password", "actor.password"):
        for parameter in ("__order", "__visible_fields"):
            answer = await staff.get(f"{TABLES}/point_entries/?{parameter}={column}")
            assert answer.status_code == 400


async def test_messages_are_shown_without_their_lease(staff: httpx.AsyncClient) -> None:
    from uuid import uuid4

    from piccolo.columns.defaults.timestamptz import TimestamptzNow

    from shop.external.tables import OutboxMessage

    lease = uuid4()
    message = OutboxMessage(
        message_id="msg_1", type="order.created", subject="order:1", payload='{"a": 1}',
        lease_token=lease, leased_until=TimestamptzNow().python(),
    )  # fmt: skip
    [row] = await OutboxMessage.insert(message).returning(OutboxMessage.id)
    for path in ("", f"{row['id']}/"):
        text = (await staff.get(f"{TABLES}/outbox_messages/{path}")).text
        assert "msg_1" in text
        assert r"{\"a\": 1}" in text
        assert str(lease) not in text
    answer = await staff.get(f"{TABLES}/outbox_messages/?lease_token={lease}")
    assert answer.status_code == 400


async def test_links_lead_only_to_tables_that_are_shown(staff: httpx.AsyncClient) -> None:
    for table in ("users", "products", "orders"):
        answer = await staff.get(f"{TABLES}/{table}/references/")
        names = {entry["tableName"] for entry in answer.json()["references"]}
        assert names
        assert names <= REASONS.keys()


@pytest.mark.parametrize("table", sorted(REASONS))
async def test_every_table_is_listed_and_counted(staff: httpx.AsyncClient, table: str) -> None:
    await make_product()
    for path in ("", "?__readable=true", "count/", "schema/", "ids/?search=a&limit=5"):
        assert (await staff.get(f"{TABLES}/{table}/{path}")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "products/99999999999999999999/",
        "products/abc/",
        "products/?id=99999999999999999999",
        "products/?__page_size=-1",
        "products/?__page=99999999999999999999999",
        "products/ids/?search=%00&limit=5",
        "products/?name=%00",
        "users/?__operator=x&id__operator=nonsense",
    ],
)
async def test_nonsense_is_refused_with_a_4xx(staff: httpx.AsyncClient, path: str) -> None:
    assert 400 <= (await staff.get(f"{TABLES}/{path}")).status_code < 500


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"1", b"[" * 100_000, b'{"a":"\\ud800"}']
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "tables/products/"),
        ("PATCH", "tables/products/1/"),
        ("POST", "forms/receive-stock/"),
    ],
)
async def test_only_json_objects_are_accepted(
    staff: httpx.AsyncClient, method: str, path: str, body: bytes
) -> None:
    answer = await staff.request(method, f"/admin/api/{path}", content=body, headers=JSON)
    assert answer.status_code == 400


async def test_a_large_body_is_refused(staff: httpx.AsyncClient) -> None:
    async def endless() -> object:
        while True:
            yield b" " * 100_000

    for content in (b" " * 2_000_000, endless()):
        answer = await staff.post("/admin/api/forms/receive-stock/", content=content, headers=JSON)
        assert answer.status_code == 413


async def test_only_a_superuser_edits_accounts(
    clerk: httpx.AsyncClient, staff: httpx.AsyncClient, cast: Cast
) -> None:
    change = {"first_name": "Alice", "active": False}
    refused = await clerk.patch(f"{TABLES}/users/{cast.alice}/", json=change)
    assert refused.status_code in {403, 405}
    taken = await staff.patch(f"{TABLES}/users/{cast.alice}/", json=change)
    assert taken.status_code == 200
    assert "pbkdf2" not in taken.text
    alice = await User.objects().get(User.id == cast.alice)
    assert alice is not None
    assert (alice.first_name, alice.active, alice.password) == ("Alice", False, hashed_password())


async def test_closing_an_account_signs_it_out(
    staff: httpx.AsyncClient, shopper: httpx.AsyncClient, cast: Cast
) -> None:
    assert (await shopper.get("/account")).status_code == 200
    await staff.patch(f"{TABLES}/users/{cast.alice}/", json={"active": False})
    assert (await shopper.get("/account")).status_code == 303


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "something-new"}, "password"),
        ({"username": "other"}, "username"),
        ({"email": "taken@shop.test"}, "email"),
        ({"created_at": "2020-01-01T00:00:00Z"}, "body"),
        ({}, "body"),
    ],
)
async def test_invalid_account_fields_are_refused(
    staff: httpx.AsyncClient, cast: Cast, change: dict[str, object], field: str
) -> None:
    await make_user("carol", email="taken@shop.test")
    before = await User.select().where(User.id == cast.alice)
    answer = await staff.patch(f"{TABLES}/users/{cast.alice}/", json=change)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]
    assert await User.select().where(User.id == cast.alice) == before


@pytest.mark.parametrize("right", ["active", "admin", "superuser"])
async def test_staff_cannot_remove_their_own_rights(
    staff: httpx.AsyncClient, cast: Cast, right: str
) -> None:
    answer = await staff.patch(f"{TABLES}/users/{cast.admin}/", json={right: False})
    assert answer.status_code == 422
    assert await User.exists().where((User.id == cast.admin) & User.active.eq(True))


async def test_a_withdrawn_product_is_not_listed(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product = await make_product()
    await staff.patch(f"{TABLES}/products/{product}/", json={"active": False})
    assert (await guest.get(f"/api/v1/products/{product}")).status_code == 404
    assert await Product.exists().where(Product.id == product)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", ["tables/products/", "forms/receive-stock/"])
async def test_a_body_needs_a_json_content_type(
    staff: httpx.AsyncClient, content_type: str, path: str
) -> None:
    headers = {"content-type": content_type}
    answer = await staff.post(f"/admin/api/{path}", content=b"{}", headers=headers)
    assert answer.status_code == 415


async def test_a_field_that_comes_twice_is_refused(staff: httpx.AsyncClient) -> None:
    body = '{"product_id": 1, "amount": 1, "amount": 2, "reason": "x"}'
    path = "/admin/api/forms/receive-stock/"
    answer = await staff.post(path, content=body, headers=JSON)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["amount"]


@pytest.mark.parametrize("part", ["", "1/"])
async def test_times_are_in_the_shop_s_time_zone(
    staff: httpx.AsyncClient, cast: Cast, part: str
) -> None:
    at = datetime(2026, 11, 26, 1, 26, 43, 197_732, tzinfo=UTC)
    await User.update({User.last_login: at, User.created_at: at}).where(User.id == cast.alice)
    part = part.replace("1", str(cast.alice))
    answer = (await staff.get(f"{TABLES}/users/{part}")).json()
    [alice] = [row for row in answer.get("rows", [answer]) if row["id"] == cast.alice]
    times = (alice["last_login"], alice["created_at"])
    assert times == ("2026-11-26 10:26:43+09:00", "2026-11-26 10:26:43+09:00")


async def test_a_time_that_a_filter_names_is_a_moment(staff: httpx.AsyncClient, cast: Cast) -> None:
    at = datetime(2026, 11, 26, 1, 26, 43, tzinfo=UTC)
    await User.update({User.last_login: at}).where(User.id == cast.alice)
    for moment, count in [("2026-11-26T01:26:00.000Z", 1), ("2026-11-26T10:26:00+09:00", 1),
                          ("2026-11-26T01:27:00.000Z", 0)]:  # fmt: skip
        query = {"username": "alice", "last_login": moment, "last_login__operator": "gte"}
        answer = await staff.get(f"{TABLES}/users/count/", params=query)
        assert answer.json()["count"] == count
