"""Each action in Piccolo Admin is recorded in the staff log once, in the same transaction."""

from typing import Any

import httpx
import pytest

from shop.staff_log.entry import Entry, Filter
from shop.staff_log.repository import StaffLogRepository
from tests.cast import Cast, make_category, make_product
from tests.unit.admin.test_forms import FORMS
from tests.unit.buying import bought


async def log() -> list[Entry]:
    return await StaffLogRepository().latest(10, Filter())


async def test_forms(staff: httpx.AsyncClient, alice: httpx.AsyncClient, cast: Cast) -> None:
    product = await make_product(stock=12)
    sent: list[tuple[str, dict[str, Any]]] = [
        ("receive-stock", {"product_id": product, "amount": 5, "reason": "delivery"}),
        ("correct-stock", {"product_id": product, "amount": -1, "reason": "broken"}),
        ("grant-points", {"username": "bob", "amount": 700, "reason": "birthday"}),
        ("fulfil-an-order", {"order_id": (await bought(alice, (product, 1)))["id"]}),
        ("cancel-an-order", {"order_id": (await bought(alice, (product, 1)))["id"]}),
    ]
    for form, fields in sent:
        response = await staff.post(f"{FORMS}/{form}/", json=fields)
        assert response.status_code == 200, response.text
    entries = (await log())[::-1]
    assert {entry.actor for entry in entries} == {"admin"}
    assert [(entry.action, entry.changes, entry.reason) for entry in entries] == [
        ("stock.receive", [("stock", 10, 15)], "delivery"),
        ("stock.correct", [("stock", 15, 14)], "broken"),
        ("points.grant", [("balance", 0, 700)], "birthday"),
        ("order.fulfil", [("status", "paid", "fulfilled")], ""),
        ("order.cancel", [("status", "paid", "cancelled")], ""),
    ]


async def test_rows(staff: httpx.AsyncClient, cast: Cast) -> None:
    goods = {"name": "새 상품", "price": 1200, "category": await make_category()}
    added = await staff.post("/admin/api/tables/products/", json=goods)
    product = added.json()[0]["id"]
    path = f"/admin/api/tables/products/{product}/"
    assert (await staff.patch(path, json={"price": 900})).status_code == 200
    edited, new = await log()
    assert (new.action, new.subject) == ("row.add", f"product:{product}")
    assert (edited.action, edited.changes) == ("row.edit", [("price", 1200, 900)])


@pytest.mark.parametrize("amount", [-100, 10**20])
async def test_a_refused_change_is_not_logged(
    staff: httpx.AsyncClient, cast: Cast, amount: int
) -> None:
    refused = await staff.post(
        f"{FORMS}/grant-points/", json={"username": "bob", "amount": amount, "reason": "x"}
    )
    assert refused.status_code >= 400
    assert await log() == []
