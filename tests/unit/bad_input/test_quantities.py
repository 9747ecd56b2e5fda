"""Malformed quantities, prices and totals."""

from typing import Any

import httpx
import pytest

from shop.orders.tables import Order
from tests.cast import make_product
from tests.unit.bad_input.refusals import DIGITS, refused, refused_field
from tests.unit.web.helpers import HTMX

BAD_QUANTITIES = [0, -1, 100, 10**20, -(10**20), "x", "", 1.5, None, [], {}, [1]]


@pytest.mark.parametrize("bad", BAD_QUANTITIES, ids=repr)
async def test_a_wrong_quantity_is_not_put_into_the_cart(
    alice: httpx.AsyncClient, bad: object
) -> None:
    url = f"/api/v1/cart/items/{await make_product()}"
    await refused_field(alice, "PUT", url, json={"quantity": bad})


@pytest.mark.parametrize("bad", [True, False, "1", "1_0", 1.0], ids=repr)
async def test_an_odd_quantity_causes_no_500(alice: httpx.AsyncClient, bad: object) -> None:
    url = f"/api/v1/cart/items/{await make_product()}"
    assert (await alice.put(url, json={"quantity": bad})).status_code in (200, 400)


@pytest.mark.parametrize("bad", BAD_QUANTITIES, ids=repr)
async def test_a_wrong_quantity_is_not_ordered(alice: httpx.AsyncClient, bad: object) -> None:
    item = {"product_id": await make_product(), "quantity": bad}
    await refused_field(alice, "POST", "/api/v1/orders", json={"items": [item]})


async def test_the_same_product_is_summed_before_validation(alice: httpx.AsyncClient) -> None:
    item = {"product_id": await make_product(stock=200, price=1), "quantity": 50}
    await refused_field(alice, "POST", "/api/v1/orders", json={"items": [item, item]})


@pytest.mark.parametrize("lines", [0, 51])
async def test_an_order_without_or_with_too_many_lines_is_refused(
    alice: httpx.AsyncClient, lines: int
) -> None:
    items = [{"product_id": number + 1, "quantity": 1} for number in range(lines)]
    await refused_field(alice, "POST", "/api/v1/orders", json={"items": items})


@pytest.mark.parametrize(
    "total", [0, -1, 999, 10**20, 10**30, 10**4_000], ids=lambda t: len(str(t))
)
async def test_an_order_with_a_wrong_total_is_refused(alice: httpx.AsyncClient, total: int) -> None:
    item = {"product_id": await make_product(price=1_000), "quantity": 1}
    body = {"items": [item], "expected_total": total}
    answer = await refused(alice, "POST", "/api/v1/orders", json=body)
    assert answer.status_code in (400, 409)


FORM_QUANTITIES = ["-1", "100", str(10**20), DIGITS, "x", "1.5", "", "null", "1,0", "\x00"]


@pytest.mark.parametrize("bad", ["0", *FORM_QUANTITIES], ids=lambda bad: bad[:12])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_form_puts_no_wrong_quantity_into_the_cart(
    alice: httpx.AsyncClient, bad: str, headers: dict[str, str]
) -> None:
    form = {"product_id": str(await make_product()), "quantity": bad}
    await refused_field(alice, "POST", "/cart/items", data=form, headers=headers)


@pytest.mark.parametrize("bad", FORM_QUANTITIES, ids=lambda bad: bad[:12])
async def test_a_form_changes_the_cart_to_no_wrong_quantity(
    alice: httpx.AsyncClient, bad: str
) -> None:
    url = f"/cart/items/{await make_product()}"
    await refused_field(alice, "POST", url, data={"quantity": bad})


BAD_CHECKOUTS: dict[str, dict[str, Any]] = {
    **{f"quantity {bad[:12]!r}": {"quantity": bad} for bad in ["0", *FORM_QUANTITIES]},
    "word for a product": {"product_id": "x"},
    "enormous product": {"product_id": DIGITS},
    "unknown product": {"product_id": "987654321"},
    "word for a price": {"unit_price": "x"},
    "another price": {"unit_price": "999"},
    "negative price": {"unit_price": "-1000"},
    "enormous price": {"unit_price": "9" * 20},
    "no price": {"unit_price": []},
    "two prices": {"unit_price": ["1000", "1000"]},
    "two quantities": {"quantity": ["1", "1"]},
    "no product": {"product_id": [], "quantity": [], "unit_price": []},
    "no key": {"idempotency_key": ""},
    "long key": {"idempotency_key": "k" * 256},
    "Korean key": {"idempotency_key": "열쇠"},
    "key with a blank": {"idempotency_key": "a b"},
    "51 lines": {name: ["1"] * 51 for name in ("product_id", "quantity", "unit_price")},
}


@pytest.mark.parametrize("change", BAD_CHECKOUTS.values(), ids=BAD_CHECKOUTS.keys())
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_wrong_checkout_pays_nothing(
    alice: httpx.AsyncClient, change: dict[str, Any], headers: dict[str, str]
) -> None:
    product = await make_product(price=1_000)
    good = {"product_id": str(product), "quantity": "1", "unit_price": "1000"}
    form = {**good, "idempotency_key": "key", **change}
    await refused(alice, "POST", "/checkout", data=form, headers=headers)
    assert await Order.count() == 0


@pytest.mark.parametrize("bad", ["0", *FORM_QUANTITIES], ids=lambda bad: bad[:12])
async def test_no_checkout_page_for_a_wrong_quantity(alice: httpx.AsyncClient, bad: str) -> None:
    params = {"product_id": str(await make_product(price=10**9)), "quantity": bad}
    await refused_field(alice, "GET", "/checkout", params=params)
