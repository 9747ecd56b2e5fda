"""주문 생성 및 결제 in JSON: what an order is, and each refusal in the contract's order."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.cart.tables import CartItem
from shop.order_number import order_number
from shop.products.tables import Product
from tests.cast import Cast, balance_of, make_product, stock_of
from tests.unit.buying import books, bought, buy, code_of
from tests.unit.conftest import header_client

ORDERS = "/api/v1/orders"


async def change(product: int, **columns: Any) -> None:
    await Product.update(columns).where(Product.id == product)


async def test_an_order_is_as_the_contract_shows_it(alice: httpx.AsyncClient) -> None:
    pencil, brush = await make_product(price=1_000), await make_product("붓", price=2_500)
    answer = await buy(alice, (brush, 2), (pencil, 1))
    order = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/orders/{order['id']}"
    assert abs(datetime.now(UTC) - datetime.fromisoformat(order.pop("created_at"))).days < 1
    number = order_number(order["id"])
    assert re.fullmatch(rf"{number}-\d{{4}}-\d{{4}}", order.pop("desk_code"))
    assert order == {
        "id": order["id"],
        "number": number,
        "status": "paid",
        "total": 6_000,
        "items": [
            {"product_id": brush, "name": "붓", "quantity": 2, "unit_price": 2_500},
            {"product_id": pencil, "name": "연필", "quantity": 1, "unit_price": 1_000},
        ],
        "delivery": "sent",
        "recipient": None,
        "shipments": [],
    }


async def test_the_location_is_the_same_order(alice: httpx.AsyncClient) -> None:
    answer = await buy(alice, (await make_product(), 1))
    assert (await alice.get(answer.headers["location"])).json() == answer.json()


async def test_stock_and_points_are_taken(alice: httpx.AsyncClient, cast: Cast) -> None:
    product = await make_product(price=1_000, stock=10)
    await bought(alice, (product, 3))
    assert (await stock_of(product), await balance_of(cast.alice)) == (7, 97_000)


async def test_the_same_product_twice_is_summed(alice: httpx.AsyncClient) -> None:
    product = await make_product(stock=5)
    order = await bought(alice, (product, 2), (product, 3))
    assert [item["quantity"] for item in order["items"]] == [5]
    assert await stock_of(product) == 0


async def test_the_same_product_twice_is_short_of_their_sum(alice: httpx.AsyncClient) -> None:
    product = await make_product(stock=4)
    answer = await buy(alice, (product, 2), (product, 3))
    assert answer.json()["items"] == [{"product_id": product, "requested": 5, "available": 4}]


async def test_names_are_in_the_clients_language(alice: httpx.AsyncClient) -> None:
    alice.headers["Accept-Language"] = "en"
    order = await bought(alice, (await make_product(), 1))
    assert order["items"][0]["name"] == "Pencil"


async def test_a_line_keeps_the_name_and_price_it_was_sold_at(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=1_000)
    order = await bought(alice, (product, 1))
    await change(product, name="색연필", price=9_000)
    later = (await alice.get(f"{ORDERS}/{order['id']}")).json()
    assert later["items"] == order["items"]


async def test_the_last_points_can_be_spent(alice: httpx.AsyncClient, cast: Cast) -> None:
    await bought(alice, (await make_product(price=100_000), 1))
    assert await balance_of(cast.alice) == 0


# 401


@pytest.mark.parametrize("body", [b"", b"{", b'{"items": []}', b'{"items": "x"}', b"[]"])
async def test_a_guest_is_401_before_validation(guest: httpx.AsyncClient, body: bytes) -> None:
    answer = await guest.post(ORDERS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (401, "not-signed-in")


@pytest.mark.parametrize("user_id", ["0", "-1", "x", "", "1.0", "9" * 19, "9" * 400, "٣"])
async def test_a_header_with_an_unknown_user_is_401(
    app: Litestar, cast: Cast, user_id: str
) -> None:
    async with header_client(app, cast.alice) as client:
        headers = {b"x-user-id": user_id.encode()}
        answer = await client.get(ORDERS, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, code_of(answer)) == (401, "not-signed-in")


# 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"items": null}',
        b'{"items": [1]}',
        b'{"items": [{"product_id": 1}]}',
        b'{"items": [{"quantity": 1}]}',
        b'{"items": [{"product_id": "x", "quantity": 1}]}',
        b'{"items": [{"product_id": 1, "quantity": 1.5}]}',
        b'{"items": [{"product_id": 1, "quantity": true}]}',
        b'{"items": [{"product_id": 1, "quantity": 1}], "expected_total": "much"}',
        b"\xff\xfe",
        b'{"items": ' + b"[" * 5_000,
    ],
)
async def test_a_malformed_order_is_400(alice: httpx.AsyncClient, body: bytes) -> None:
    answer = await alice.post(ORDERS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (400, "invalid-input")
    assert answer.json()["errors"]


@pytest.mark.parametrize("quantity", [0, -1, 100, 2**31, 2**63, 10**30])
async def test_a_quantity_out_of_range_is_400(alice: httpx.AsyncClient, quantity: int) -> None:
    product = await make_product(stock=200)
    answer = await buy(alice, (product, quantity))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "quantity"


async def test_ninety_nine_of_a_product_is_the_most_also_in_two_lines(
    alice: httpx.AsyncClient,
) -> None:
    product = await make_product(price=1, stock=200)
    assert (await buy(alice, (product, 50), (product, 50))).status_code == 400
    assert (await buy(alice, (product, 50), (product, 49))).status_code == 201


async def test_a_negative_line_does_not_make_another_cheaper(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    assert (await buy(alice, (product, 2), (product, -1))).status_code == 400


async def test_an_order_has_one_to_fifty_lines(alice: httpx.AsyncClient) -> None:
    products = [await make_product(price=1) for _ in range(51)]
    lines = [(product, 1) for product in products]
    assert (await buy(alice)).status_code == 400
    too_many = await buy(alice, *lines)
    assert too_many.status_code == 400
    assert too_many.json()["errors"][0]["field"] == "items"
    assert len((await bought(alice, *lines[:50]))["items"]) == 50


# 404


async def test_an_unknown_product_is_404_and_named(alice: httpx.AsyncClient) -> None:
    answer = await buy(alice, (await make_product(), 1), (999_999, 1))
    assert (answer.status_code, code_of(answer)) == (404, "product-not-found")
    assert "999999" in answer.json()["detail"]


@pytest.mark.parametrize("product", [0, -1, 2**63 - 1, 2**63, 2**64, 10**30])
async def test_a_product_id_out_of_range_is_404(alice: httpx.AsyncClient, product: int) -> None:
    answer = await buy(alice, (product, 1))
    assert (answer.status_code, code_of(answer)) == (404, "product-not-found")


async def test_a_withdrawn_product_is_404(alice: httpx.AsyncClient) -> None:
    product = await make_product(active=False)
    assert code_of(await buy(alice, (product, 1))) == "product-not-found"


# 409


@pytest.mark.parametrize("expected", [0, 1_999, 2_001, -2_000, 2**63, 10**30])
async def test_another_total_than_expected_is_409(alice: httpx.AsyncClient, expected: int) -> None:
    answer = await buy(alice, (await make_product(price=1_000), 2), expected_total=expected)
    assert (answer.status_code, code_of(answer)) == (409, "price-changed")
    assert answer.json()["actual_total"] == 2_000


@pytest.mark.parametrize("expected", [2_000, None])
async def test_the_expected_total_or_none_is_fine(
    alice: httpx.AsyncClient, expected: int | None
) -> None:
    product = await make_product(price=1_000)
    assert (await buy(alice, (product, 2), expected_total=expected)).status_code == 201


async def test_a_price_that_changed_since_the_page_is_409(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=1_000)
    shown = (await alice.get(f"/api/v1/products/{product}")).json()["price"]
    await change(product, price=1_200)
    answer = await buy(alice, (product, 1), expected_total=shown)
    assert code_of(answer) == "price-changed"
    problem = answer.json()
    assert (problem["expected_total"], problem["actual_total"]) == (1_000, 1_200)


async def test_a_product_withdrawn_since_the_page_is_404(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=1_000)
    await alice.get(f"/api/v1/products/{product}")
    await change(product, active=False)
    assert code_of(await buy(alice, (product, 1), expected_total=1_000)) == "product-not-found"


async def test_out_of_stock_names_every_short_product(alice: httpx.AsyncClient) -> None:
    plenty, few, none = [await make_product(stock=stock) for stock in (9, 2, 0)]
    answer = await buy(alice, (none, 1), (plenty, 3), (few, 3))
    assert (answer.status_code, code_of(answer)) == (409, "out-of-stock")
    assert answer.json()["items"] == [
        {"product_id": few, "requested": 3, "available": 2},
        {"product_id": none, "requested": 1, "available": 0},
    ]


async def test_too_few_points_are_refused_with_the_balance(alice: httpx.AsyncClient) -> None:
    answer = await buy(alice, (await make_product(price=60_000), 2))
    assert (answer.status_code, code_of(answer)) == (409, "insufficient-points")
    problem = answer.json()
    assert (problem["required"], problem["balance"]) == (120_000, 100_000)


async def test_the_refusals_come_in_the_contracts_order(alice: httpx.AsyncClient) -> None:
    """Everything is wrong at first; each time, the fault that was refused is corrected."""
    sold_out = await make_product(price=200_000, stock=0)
    wrong: dict[str, Any] = {"expected_total": 1}
    assert (await buy(alice, (999_999, 0), (sold_out, 1), **wrong)).status_code == 400
    assert (await buy(alice, (999_999, 1), (sold_out, 1), **wrong)).status_code == 404
    assert code_of(await buy(alice, (sold_out, 1), **wrong)) == "price-changed"
    assert code_of(await buy(alice, (sold_out, 1))) == "out-of-stock"
    assert code_of(await buy(alice, (await make_product(price=200_000), 1))) == (
        "insufficient-points"
    )


async def test_no_refusal_leaves_anything_behind(alice: httpx.AsyncClient) -> None:
    plenty, few = await make_product(price=90_000, stock=5), await make_product(stock=1)
    before = await books()
    for items, expected in (
        ([(plenty, 0)], None),
        ([(plenty, 1), (999_999, 1)], None),
        ([(plenty, 1)], 1),
        ([(plenty, 1), (few, 2)], None),
        ([(plenty, 2), (few, 1)], None),
    ):
        answer = await buy(alice, *items, expected_total=expected, key="refused")
        assert answer.status_code in (400, 404, 409)
    assert await books() == before


async def test_an_order_in_json_does_not_change_the_cart(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    await alice.put(f"/api/v1/cart/items/{product}", json={"quantity": 1})
    await bought(alice, (product, 1))
    assert await CartItem.count() == 1


async def test_a_refusal_is_in_the_clients_language(alice: httpx.AsyncClient) -> None:
    product = await make_product(stock=1)
    english = await alice.post(
        ORDERS,
        json={"items": [{"product_id": product, "quantity": 2}]},
        headers={"Accept-Language": "en"},
    )
    korean = await buy(alice, (product, 2))
    assert english.json()["title"] == "Not enough in stock"
    assert english.headers["content-language"] == "en"
    assert korean.json()["title"] != english.json()["title"]
    assert korean.headers["content-language"] == "ko"
