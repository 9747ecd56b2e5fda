"""What tests of several rooms need: an order as a client asks for it, every page of a list, and a
look at all books."""

from collections.abc import AsyncIterator
from typing import Any

import httpx

from shop.piccolo_app import APP_CONFIG
from shop.users.tables import User

Bought = tuple[int, int]
"""A product's id and how many of it."""


async def buy(
    client: httpx.AsyncClient, *items: Bought, key: str | None = None, **more: Any
) -> httpx.Response:
    wanted = [{"product_id": id_, "quantity": quantity} for id_, quantity in items]
    headers = {"Idempotency-Key": key} if key is not None else {}
    return await client.post("/api/v1/orders", json={"items": wanted, **more}, headers=headers)


async def bought(client: httpx.AsyncClient, *items: Bought, **more: Any) -> dict[str, Any]:
    """The order, which must be placed."""
    answer = await buy(client, *items, **more)
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


async def pages(
    client: httpx.AsyncClient, url: str, limit: int, **query: Any
) -> AsyncIterator[list[dict[str, Any]]]:
    """Every page of a list, one after the other, by its cursors."""
    cursor, passed = "", set()
    while cursor is not None:
        assert cursor not in passed, "the list runs in a ring"
        passed.add(cursor)
        answer = await client.get(url, params={**query, "limit": limit, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        yield page["items"]
        cursor = page["next_cursor"]


async def books() -> dict[str, list[Any]]:
    """Every row of every table: two that are equal mean that nothing was left behind."""
    tables = [table._meta.tablename for table in APP_CONFIG.table_classes]
    return {name: await User.raw(f"SELECT * FROM {name} ORDER BY 1") for name in tables}


def code_of(answer: httpx.Response) -> str:
    """`out-of-stock` of `/problems/out-of-stock`, from an answer that must be a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["type"]).removeprefix("/problems/")
