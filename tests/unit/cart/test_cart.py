"""The cart in JSON, compared with current stock and prices."""

from typing import Any

import httpx
import pytest

from shop.products.tables import Stock
from tests.cast import edit_product, make_product
from tests.unit.buying import code_of

CART = "/api/v1/cart"


async def put(client: httpx.AsyncClient, product: int, quantity: Any = 1) -> httpx.Response:
    return await client.put(f"{CART}/items/{product}", json={"quantity": quantity})


async def test_a_cart_is_empty_at_first(alice: httpx.AsyncClient) -> None:
    assert (await alice.get(CART)).json() == {"items": [], "total": 0, "count": 0}


async def test_an_added_item_is_in_the_cart(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=1_000, stock=10)
    cart = {
        "items": [
            {
                "product_id": product,
                "name": "연필",
                "image_url": None,
                "quantity": 3,
                "unit_price": 1_000,
                "subtotal": 3_000,
                "stock": 10,
                "price_seen": 1_000,
                "sold": True,
                "available": True,
                "on_sale": True,
                "left": None,
            }
        ],
        "total": 3_000,
        "count": 3,
    }
    answer = await put(alice, product, 3)
    assert (answer.status_code, answer.json()) == (200, cart)
    assert (await alice.get(CART)).json() == cart


async def test_a_quantity_is_set_not_added(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    await put(alice, product, 5)
    assert (await put(alice, product, 2)).json()["count"] == 2


async def test_removing_an_item_is_idempotent(alice: httpx.AsyncClient) -> None:
    one, two = await make_product(), await make_product()
    await put(alice, one)
    await put(alice, two)
    for _ in range(2):
        answer = await alice.delete(f"{CART}/items/{one}")
        assert answer.status_code == 200
        assert [item["product_id"] for item in answer.json()["items"]] == [two]


async def test_items_keep_the_order_in_which_they_came(alice: httpx.AsyncClient) -> None:
    products = [await make_product() for _ in range(3)]
    for product in (products[1], products[0], products[2], products[1]):
        cart = (await put(alice, product)).json()
    assert [item["product_id"] for item in cart["items"]] == [
        products[1],
        products[0],
        products[2],
    ]


async def test_each_user_has_their_own_cart(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    product = await make_product()
    await put(alice, product, 4)
    await put(bob, product, 1)
    await bob.delete(f"{CART}/items/{product}")
    assert (await alice.get(CART)).json()["count"] == 4


@pytest.mark.parametrize("quantity", [0, -1, 100, 2**31, 2**63, 1.5, "x", None, True])
async def test_a_quantity_is_1_to_99(alice: httpx.AsyncClient, quantity: object) -> None:
    answer = await put(alice, await make_product(), quantity)
    assert (answer.status_code, code_of(answer)) == (400, "invalid-input")
    assert answer.json()["errors"][0]["field"].endswith("quantity")


async def test_fifty_products_are_the_most(alice: httpx.AsyncClient) -> None:
    products = [await make_product() for _ in range(51)]
    for product in products[:50]:
        assert (await put(alice, product)).status_code == 200
    answer = await put(alice, products[50])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "items")
    assert (await put(alice, products[0], 2)).status_code == 200


@pytest.mark.parametrize("product", [0, -1, 999_999, 2**63, 10**30])
async def test_no_such_product_is_404(alice: httpx.AsyncClient, product: int) -> None:
    assert code_of(await put(alice, product)) == "product-not-found"


async def test_a_withdrawn_product_cannot_be_put_in(alice: httpx.AsyncClient) -> None:
    assert code_of(await put(alice, await make_product(active=False))) == "product-not-found"


@pytest.mark.parametrize("product", [-1, 999_999, 2**63, 10**30])
async def test_removing_an_absent_item_is_204(alice: httpx.AsyncClient, product: int) -> None:
    assert (await alice.delete(f"{CART}/items/{product}")).status_code == 200


async def test_a_guest_is_401_before_validation(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    for answer in (
        await guest.get(CART),
        await guest.put(f"{CART}/items/{product}", content=b"{"),
        await put(guest, 999_999, 0),
        await guest.delete(f"{CART}/items/{product}"),
    ):
        assert (answer.status_code, code_of(answer)) == (401, "not-signed-in")


async def test_a_changed_price_is_shown(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=1_000)
    await put(alice, product, 2)
    await edit_product(product, price=1_500)
    cart = (await alice.get(CART)).json()
    [item] = cart["items"]
    assert (item["price_seen"], item["unit_price"], item["subtotal"]) == (1_000, 1_500, 3_000)
    assert cart["total"] == 3_000


@pytest.mark.parametrize("left", [0, 2])
async def test_too_little_stock_is_shown(alice: httpx.AsyncClient, left: int) -> None:
    product = await make_product(stock=9)
    await put(alice, product, 3)
    await Stock.update({Stock.quantity: left}).where(Stock.product == product)
    cart = (await alice.get(CART)).json()
    [item] = cart["items"]
    assert (item["available"], item["stock"]) == (False, left)
    assert (item["subtotal"], cart["total"]) == (0, 0)


async def test_a_withdrawn_item_is_shown_and_not_in_the_total(
    alice: httpx.AsyncClient,
) -> None:
    gone, there = await make_product(price=1_000), await make_product(price=2_000)
    await put(alice, gone)
    await put(alice, there)
    await edit_product(gone, active=False)
    cart = (await alice.get(CART)).json()
    assert [item["available"] for item in cart["items"]] == [False, True]
    assert cart["total"] == 2_000
