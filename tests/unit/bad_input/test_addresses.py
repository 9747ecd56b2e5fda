"""Ids of nothing, and addresses of nothing."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.cast import Cast
from tests.unit.bad_input.refusals import DIGITS, refused
from tests.unit.web.helpers import assert_problem, contents

BAD_IDS = ["0", "-1", "abc", "1.5", "1e3", str(2**63), str(10**30), DIGITS, "%00", "%20", "null"]
WITH_AN_ID: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/products/{}", {}),
    ("POST", "/api/v1/products/{}/likes", {}),
    ("DELETE", "/api/v1/products/{}/likes", {}),
    ("PUT", "/api/v1/cart/items/{}", {"json": {"quantity": 1}}),
    ("GET", "/api/v1/orders/{}", {}),
    ("POST", "/api/v1/orders/{}/cancel", {}),
    ("GET", "/products/{}", {}),
    ("POST", "/products/{}/likes", {"data": {"liked": "true"}}),
    ("POST", "/cart/items/{}", {"data": {"quantity": "1"}}),
    ("GET", "/orders/{}", {}),
    ("GET", "/orders/{}/delivery", {}),
    ("POST", "/orders/{}/cancel", {}),
]


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:12])
@pytest.mark.parametrize(("method", "path", "options"), WITH_AN_ID)
async def test_an_id_out_of_range_is_404(
    alice: httpx.AsyncClient, method: str, path: str, options: dict[str, Any], bad: str
) -> None:
    answer = await refused(alice, method, path.format(bad), **options)
    assert answer.status_code == 404


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:12])
async def test_removing_an_absent_item_changes_nothing(alice: httpx.AsyncClient, bad: str) -> None:
    before = await contents()
    answer = await alice.delete(f"/api/v1/cart/items/{bad}")
    assert answer.status_code in (200, 404)
    assert await contents() == before


@pytest.mark.parametrize("bad", [0, -1, 2**63, 2**64, 10**30])
async def test_an_order_of_an_unknown_product_is_404(alice: httpx.AsyncClient, bad: int) -> None:
    body = {"items": [{"product_id": bad, "quantity": 1}]}
    answer = await refused(alice, "POST", "/api/v1/orders", json=body)
    assert_problem(answer, 404, "product-not-found")


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%ff",
        "/..%2f..%2fetc/passwd",
        "/static/%00",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/media/%00",
        "/media/..%2fsecret",
        "/media/" + "a" * 5_000,
        "/products/",
        "/orders/1/nothing",
        "/" + quote("상품"),
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/products",
        "/api/v1/products/1/nothing",
    ],
)
async def test_an_unknown_url_is_404(guest: httpx.AsyncClient, cast: Cast, path: str) -> None:
    answer = await guest.get(path)
    assert answer.status_code == 404
    if path.startswith("/api"):
        assert_problem(answer, 404, "not-found")
