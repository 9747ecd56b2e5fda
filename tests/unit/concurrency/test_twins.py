"""The same request twice at once: one of them happens."""

import re
from collections import Counter

import pytest
from litestar import Litestar

from shop.database import DB
from shop.likes.tables import Like, LikeCounter
from shop.orders.tables import IdempotencyKey, Order
from tests.cast import (
    Cast,
    Receiver,
    all_at_once,
    balance_of,
    make_product,
    make_user,
    sign_in,
    stock_of,
)
from tests.unit.buying import buy, code_of
from tests.unit.conftest import header_client

pytestmark = pytest.mark.committed


async def test_ten_with_one_key_make_one_order(
    app: Litestar, cast: Cast, receiver: Receiver
) -> None:
    product = await make_product(price=1_000, stock=10)
    async with header_client(app, cast.alice) as alice:
        answers = await all_at_once(*(buy(alice, (product, 1), key="one") for _ in range(10)))
    placed = [answer for answer in answers if answer.status_code == 201]
    refused = [code_of(answer) for answer in answers if answer.status_code != 201]
    assert set(refused) <= {"request-in-progress"}
    assert len({answer.json()["id"] for answer in placed}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in placed) == 1
    assert await Order.count() == await IdempotencyKey.count() == 1
    assert (await stock_of(product), await balance_of(cast.alice)) == (9, 99_000)
    assert [message.deliveries for message in receiver.messages] == [1]


async def test_two_requests_for_one_key_are_one_order_and_one_refusal(
    app: Litestar, cast: Cast
) -> None:
    one, two = await make_product(), await make_product()
    async with header_client(app, cast.alice) as alice:
        answers = await all_at_once(
            buy(alice, (one, 1), key="one"), buy(alice, (two, 1), key="one")
        )
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert await Order.count() == 1


async def test_ten_refusals_with_one_key_leave_it_free(app: Litestar, cast: Cast) -> None:
    product = await make_product(stock=0)
    async with header_client(app, cast.alice) as alice:
        answers = await all_at_once(*(buy(alice, (product, 1), key="one") for _ in range(10)))
    assert {code_of(answer) for answer in answers} <= {"out-of-stock", "request-in-progress"}
    assert await IdempotencyKey.count() == 0


async def test_the_same_key_of_ten_users_makes_ten_orders(app: Litestar, cast: Cast) -> None:
    product = await make_product(stock=20)
    buyers = [await make_user(f"buyer{number}", 5_000) for number in range(10)]

    async def order(buyer: int) -> int:
        async with header_client(app, buyer) as client:
            return (await buy(client, (product, 1), key="one")).status_code

    assert await all_at_once(*map(order, buyers)) == [201] * 10
    assert await Order.count() == 10


async def test_one_checkout_form_sent_five_times_at_once_makes_one_order(
    app: Litestar, cast: Cast
) -> None:
    product = await make_product(price=1_000, stock=10)
    async with sign_in(app, "alice") as browser:
        page = await browser.get(f"/checkout?product_id={product}&quantity=1&key=k")
        [key] = re.findall(r'name="idempotency_key" value="(\w+)"', page.text)
        form = {
            "product_id": product,
            "quantity": 1,
            "unit_price": 1_000,
            "idempotency_key": key,
            "source": "direct",
        }
        answers = await all_at_once(*(browser.post("/checkout", data=form) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await Order.count() == 1
    assert await balance_of(cast.alice) == 99_000


async def test_concurrent_likes_are_counted_exactly(app: Litestar, cast: Cast) -> None:
    """Ten users like and take back two products, over and over; the last word is any of theirs."""
    products = [await make_product(), await make_product()]
    users = [await make_user(f"fan{number}") for number in range(10)]

    async def press(user: int, number: int) -> int:
        url = f"/api/v1/products/{products[number % 2]}/likes"
        async with header_client(app, user) as client:
            method = client.post if (number // 2 + user) % 3 else client.delete
            return (await method(url)).status_code

    presses = [press(user, number) for number in range(12) for user in users]
    assert Counter(await all_at_once(*presses)) == {200: 120}
    for product in products:
        counter = await LikeCounter.select().where(LikeCounter.product == product).first()
        assert counter["like_count"] == await Like.count().where(Like.product == product)


async def test_concurrent_likes_do_not_wait_for_stock_locks(app: Litestar, cast: Cast) -> None:
    """Holds the lock on the product's stock row, as an unfinished order does."""
    product = await make_product()
    buyer = await DB.get_new_connection()
    try:
        async with buyer.transaction():
            await buyer.execute(f"UPDATE stocks SET quantity = 1 WHERE product = {product}")
            async with header_client(app, cast.alice) as alice:
                answer = await alice.post(f"/api/v1/products/{product}/likes")
    finally:
        await buyer.close()
    assert answer.status_code == 200


async def test_tabs_of_one_cart_that_pay_at_once_make_one_order(app: Litestar, cast: Cast) -> None:
    product, other = await make_product(stock=20), await make_product(stock=20)
    async with sign_in(app, "alice") as browser:
        for wanted in (product, other):
            await browser.put(f"/api/v1/cart/items/{wanted}", json={"quantity": 2})
        form = {
            "product_id": [product, other],
            "quantity": [2, 2],
            "unit_price": [1_000, 1_000],
            "source": "cart",
        }
        tabs = [form | {"idempotency_key": f"tab{number}"} for number in range(6)]
        answers = await all_at_once(*(browser.post("/checkout", data=tab) for tab in tabs))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 5
    assert await Order.count() == await IdempotencyKey.count() == 1
    assert await balance_of(cast.alice) == 96_000
    assert [await stock_of(product), await stock_of(other)] == [18, 18]
    order = next(answer.headers["location"] for answer in answers if answer.status_code == 303)
    refused = [answer.text for answer in answers if answer.status_code == 409]
    assert [text for text in refused if f'href="{order}"' not in text] == []


async def test_a_cart_is_emptied_while_its_checkout_pays(app: Litestar, cast: Cast) -> None:
    """In either sequence: an order of the cart's items, or a refusal and no order."""
    product = await make_product(stock=20)
    async with sign_in(app, "alice") as browser:
        for number in range(5):
            await browser.put(f"/api/v1/cart/items/{product}", json={"quantity": 1})
            form = {
                "product_id": product,
                "quantity": 1,
                "unit_price": 1_000,
                "source": "cart",
                "idempotency_key": f"try{number}",
            }
            before = await Order.count()
            paid, _ = await all_at_once(
                browser.post("/checkout", data=form),
                browser.delete(f"/api/v1/cart/items/{product}"),
            )
            assert await Order.count() - before == (paid.status_code == 303)
            assert (await browser.get("/api/v1/cart")).json()["items"] == []
