"""Helpers of several test modules: placing orders, paging through lists, reading all tables."""

from collections.abc import AsyncIterator
from typing import Any

import httpx

from shop.piccolo_app import APP_CONFIG
from shop.users.tables import User

Bought = tuple[int, int]
"""Product id and quantity."""


async def buy(
    client: httpx.AsyncClient, *items: Bought, key: str | None = None, **more: Any
) -> httpx.Response:
    items_json = [{"product_id": id_, "quantity": quantity} for id_, quantity in items]
    headers = {"Idempotency-Key": key} if key is not None else {}
    return await client.post("/api/v1/orders", json={"items": items_json, **more}, headers=headers)


async def bought(client: httpx.AsyncClient, *items: Bought, **more: Any) -> dict[str, Any]:
    """Places an order, which must succeed, and returns it."""
    answer = await buy(client, *items, **more)
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


async def pages(
    client: httpx.AsyncClient, url: str, limit: int, **query: Any
) -> AsyncIterator[list[dict[str, Any]]]:
    """Yields each page of a list, following its cursors."""
    cursor, seen = "", set()
    while cursor is not None:
        assert cursor not in seen, "a cursor came twice"
        seen.add(cursor)
        answer = await client.get(url, params={**query, "limit": limit, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        yield page["items"]
        cursor = page["next_cursor"]


async def books() -> dict[str, list[Any]]:
    """All rows of all tables, to check that nothing was written."""
    tables = [table._meta.tablename for table in APP_CONFIG.table_classes]
    return {name: await User.raw(f"SELECT * FROM {name} ORDER BY 1") for name in tables}


def code_of(answer: httpx.Response) -> str:
    """The code of a problem document, such as `out-of-stock`."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["type"]).removeprefix("/problems/")
