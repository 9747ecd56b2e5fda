"""Query parameters of the admin's lists: literal text filters, and no 500."""

from typing import Any

import httpx
import pytest

from shop.external.tables import OutboxMessage
from shop.products.tables import Category
from shop.users.tables import User
from tests.cast import make_product, make_user
from tests.unit.admin.test_forms import make_message

TABLES = "/admin/api/tables"
NAMES = ["100% 면", "10X20", "a_b", "aXb", r"백\슬래시", "50%", r"\%_", "null", "Null 케이블", "펜"]
ASKED = [
    ("%", ["100% 면", "50%", r"\%_"]),
    ("_", ["a_b", r"\%_"]),
    ("\\", [r"백\슬래시", r"\%_"]),
    ("a_b", ["a_b"]),
    ("0%", ["100% 면", "50%"]),
    ("%%", []),
    (r"\%", [r"\%_"]),
    (r"\_", []),
    ("null", ["Null 케이블", "null"]),
    ("펜", ["펜"]),
    ("axB", ["aXb"]),
]


async def names(staff: httpx.AsyncClient, table: str, column: str, **query: str) -> list[str]:
    answer = await staff.get(f"{TABLES}/{table}/", params={"__page_size": "100", **query})
    assert answer.status_code == 200
    count = await staff.get(f"{TABLES}/{table}/count/", params=query)
    rows = answer.json()["rows"]
    assert count.json()["count"] == len(rows)
    return sorted(row[column] for row in rows if row[column] in NAMES)


async def in_products(name: str) -> Any:
    return await make_product(name)


async def in_english(name: str) -> Any:
    return await make_product(name_en=name)


async def in_categories(name: str) -> Any:
    return await Category.insert(Category(slug=f"c{NAMES.index(name)}", name=name))


async def in_users(name: str) -> Any:
    return await make_user(f"user{NAMES.index(name)}", first_name=name)


async def in_messages(name: str) -> Any:
    message = await make_message()
    change = {OutboxMessage.message_id: name, OutboxMessage.subject: name}
    return await OutboxMessage.update(change).where(OutboxMessage.id == message)


PLACES = [
    ("products", "name", in_products),
    ("products", "name_en", in_english),
    ("categories", "name", in_categories),
    ("users", "first_name", in_users),
    ("outbox_messages", "subject", in_messages),
]


@pytest.mark.parametrize(("table", "column", "add"), PLACES)
async def test_a_filter_matches_the_literal_text(
    staff: httpx.AsyncClient, table: str, column: str, add: Any
) -> None:
    for name in NAMES:
        await add(name)
    for asked, found in ASKED:
        assert await names(staff, table, column, **{column: asked}) == sorted(found), asked
    for match, asked, found in [
        ("starts", "%", []),
        ("starts", "50%", ["50%"]),
        ("ends", "_", [r"\%_"]),
        ("exact", "%", []),
        ("exact", "50%", ["50%"]),
        ("exact", r"\%_", [r"\%_"]),
    ]:
        query = {column: asked, f"{column}__match": match}
        assert await names(staff, table, column, **query) == found, asked


@pytest.mark.parametrize(("asked", "found"), ASKED)
async def test_the_picker_matches_the_literal_text(
    staff: httpx.AsyncClient, asked: str, found: list[str]
) -> None:
    for name in NAMES:
        await make_product(name)
    answer = await staff.get(f"{TABLES}/products/ids/", params={"search": asked, "limit": "100"})
    assert sorted(answer.json().values()) == sorted(found)


async def test_users_are_not_found_by_a_wildcard(staff: httpx.AsyncClient) -> None:
    for wildcard in ("%", "_", "a%", "\\"):
        answer = await staff.get(f"{TABLES}/users/", params={"username": wildcard})
        assert answer.json()["rows"] == []
    assert await User.count() == 3


PARAMETERS = [
    *("__range_header_name", "__range_header", "__page", "__page_size", "__order", "__order[]"),
    *("__visible_fields", "__visible_fields[]", "__readable", "__operator", "__match", "__", "x"),
    *("id__operator", "id__match", "name__match", "price__operator", "nonsense__operator"),
    *("id", "id[]", "created_at", "price", "active", "limit", "offset", "search", "lease_token"),
]
NONSENSE = [
    *("", "가", "%0d%0aX: y", "null", "-1", "0", "1.5", "9" * 30, "%00", "\\", "%25", "a" * 400),
    *("true", "[]", "{}", "id,id", "id.id", "category.name", "password", "%ud800", "%ff", "NaN"),
    *("2026-13-45", "Infinity", "1e400", "\u2028", "１"),
]


@pytest.mark.committed
@pytest.mark.parametrize("parameter", PARAMETERS)
async def test_no_parameter_causes_a_500(staff: httpx.AsyncClient, parameter: str) -> None:
    await make_product()
    queries = [f"{parameter}={value}" for value in NONSENSE]
    queries.append(f"{parameter}=1&{parameter}=1")
    failed = []
    for query in queries:
        for path in ("", "count/", "ids/", "1/"):
            answer = await staff.get(f"{TABLES}/products/{path}?{query}")
            failed += [(path, query, answer.status_code)] * (answer.status_code >= 500)
    assert failed == []


@pytest.mark.parametrize(
    "query",
    [
        "__range_header_name=가",
        "__range_header=true&__range_header_name=%EA%B0%80",
        "__range_header=true&__range_header_name=a%0d%0aX-Evil: 1",
        "__page=0",
        "__page_size=0",
        "__page_size=1001",
        "__page=1&__page=2",
        "__nonsense=1",
        "id__operator=nonsense",
        "name__match=nonsense",
        "nonsense=1",
    ],
)
async def test_unreadable_input_is_named(staff: httpx.AsyncClient, query: str) -> None:
    answer = await staff.get(f"{TABLES}/products/?{query}")
    assert answer.status_code == 400
    [error, *_] = answer.json()["errors"]
    assert error["field"] in query
    assert error["message"].endswith(".")


@pytest.mark.parametrize(
    ("table", "query"),
    [
        ("users", "language=kor"),
        ("users", f"username={'a' * 1_000}"),
        ("products", "delivery=by-a-parcel-service"),
        ("stock_entries", f"reason={'a' * 1_000}"),
    ],
)
async def test_a_filter_longer_than_its_column_is_named(
    staff: httpx.AsyncClient, table: str, query: str
) -> None:
    answer = await staff.get(f"{TABLES}/{table}/?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_the_range_header_is_sent_on_request(staff: httpx.AsyncClient) -> None:
    await make_product()
    answer = await staff.get(f"{TABLES}/products/?__range_header=true&__range_header_name=goods")
    assert answer.headers["content-range"] == "goods 0-0/1"
