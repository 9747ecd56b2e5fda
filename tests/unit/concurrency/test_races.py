"""Committed data, real connections, all at once: what must hold when it matters."""

import httpx
import pytest
from litestar import Litestar

from shop.database import DB
from shop.likes.tables import Like, LikeCounter
from shop.orders.tables import Order
from shop.points.tables import PointEntry
from tests.cast import (
    Cast,
    all_at_once,
    balance_of,
    edit_product,
    make_options,
    make_product,
    make_user,
    stock_of,
)
from tests.unit.conftest import header_client

pytestmark = pytest.mark.committed


async def order(app: Litestar, user_id: int, *items: tuple[int, int]) -> httpx.Response:
    body = {"items": [{"product_id": id_, "quantity": quantity} for id_, quantity in items]}
    async with header_client(app, user_id) as client:
        return await client.post("/api/v1/orders", json=body)


def statuses(answers: list[httpx.Response]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


async def test_twenty_buyers_for_the_last_item(app: Litestar, cast: Cast) -> None:
    product = await make_product(stock=1)
    buyers = [await make_user(f"buyer{number}", 5_000) for number in range(20)]
    answers = await all_at_once(*(order(app, buyer, (product, 1)) for buyer in buyers))
    assert statuses(answers) == [201] + [409] * 19
    assert await stock_of(product) == 0
    assert await Order.count() == 1


async def test_ten_buyers_for_the_last_of_each_option_while_staff_change_them(
    app: Litestar, cast: Cast
) -> None:
    lead = await make_product(stock=1)
    [option] = await make_options(lead, "S", "M", stock=1)
    buyers = [await make_user(f"buyer{number}", 5_000) for number in range(20)]
    asked = [order(app, buyer, ((lead, option)[n % 2], 1)) for n, buyer in enumerate(buyers)]
    edits = [edit_product(id_, picture=f"{id_}.svg") for id_ in (lead, option, lead)]
    answers = await all_at_once(*asked, *edits)
    assert statuses(answers[:20]) == [201] * 2 + [409] * 18
    assert answers[20:] == [None] * 3
    assert (await stock_of(lead), await stock_of(option)) == (0, 0)


async def test_one_buyer_with_points_for_one_of_two_orders(app: Litestar, cast: Cast) -> None:
    first, second = await make_product(price=60_000), await make_product(price=60_000)
    answers = await all_at_once(
        order(app, cast.alice, (first, 1)), order(app, cast.alice, (second, 1))
    )
    assert statuses(answers) == [201, 409]
    assert await balance_of(cast.alice) == 40_000
    assert await stock_of(first) + await stock_of(second) == 19
    assert await PointEntry.count().where(PointEntry.kind == "spend") == 1


async def test_the_same_like_ten_times_at_once(app: Litestar, cast: Cast) -> None:
    product = await make_product()
    async with header_client(app, cast.alice) as alice:
        url = f"/api/v1/products/{product}/likes"
        answers = await all_at_once(*(alice.post(url) for _ in range(10)))
    assert statuses(answers) == [200] * 10
    assert await Like.count() == 1
    counter = await LikeCounter.select().where(LikeCounter.product == product).first()
    assert counter["like_count"] == 1


async def test_a_product_is_withdrawn_while_it_is_being_liked(cast: Cast) -> None:
    """A like that is not committed holds the product's row, by its foreign key: of a loved product
    there is always one. What a withdrawal changes must not need that row for itself alone."""
    product = await make_product()
    assert DB.pool is not None
    async with DB.pool.acquire() as other, other.transaction():
        like = 'INSERT INTO likes ("user", product) VALUES ($1, $2)'
        await other.execute(like, cast.alice, product)
        await edit_product(product, active=False)
    counter = await LikeCounter.objects().get(LikeCounter.product == product)
    assert counter is not None
    assert not counter.listed


async def test_the_same_two_products_in_opposite_order(app: Litestar, cast: Cast) -> None:
    one, two = await make_product(stock=100), await make_product(stock=100)
    buyers = [await make_user(f"buyer{number}", 50_000) for number in range(10)]
    asked = []
    for number, buyer in enumerate(buyers):
        items = [(one, 1), (two, 1)]
        asked.append(order(app, buyer, *(items if number % 2 else reversed(items))))
    assert statuses(await all_at_once(*asked)) == [201] * 10
    assert (await stock_of(one), await stock_of(two)) == (90, 90)
