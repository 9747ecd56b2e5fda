"""Five orders placed together, killed at each suspension of their batch: all of them or none."""

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from shop.audit.service import Audit
from shop.identity import SignedInUser
from shop.orders.request import OrderRequest
from shop.orders.service import OrderService, PlacementResult
from shop.orders.tables import Order
from shop.products.errors import OutOfStock
from shop.products.service import Item
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import Cast, make_product, make_user, stock_of
from tests.unit.proofs.stepping import Steps, batches_ended, batches_stepped, kill

pytestmark = [pytest.mark.committed, pytest.mark.slow]

FEWEST = 8
"""Fewer suspensions than this, and the test no longer reaches the batch."""
PRICE, STOCK = 1_000, 4


@dataclass
class Scene:
    """Five shoppers with points for one item each, and a product of which four are left."""

    orders: OrderService
    shoppers: list[SignedInUser]
    product: int

    async def all_order(self) -> list[PlacementResult | BaseException]:
        return await asyncio.gather(
            *(
                self.orders.place(OrderRequest(shopper.id, [Item(self.product, 1)], key="key"))
                for shopper in self.shoppers
            ),
            return_exceptions=True,
        )

    async def buyers(self) -> list[int]:
        ids = [shopper.id for shopper in self.shoppers]
        rows = await Order.select(Order.user).where(Order.user.is_in(ids)).order_by(Order.id)
        return [row["user"] for row in rows]


@pytest.fixture
async def shop(settings: Settings) -> Any:
    made = Shop(settings)
    yield made
    await made.external.close()


async def new_scene(shop: Shop, number: int) -> Scene:
    names = [f"shopper{number}-{place}" for place in range(5)]
    shoppers = [SignedInUser(await make_user(name, PRICE), name) for name in names]
    return Scene(shop.orders, shoppers, await make_product(price=PRICE, stock=STOCK))


async def test_a_batch_is_whole_or_nothing(shop: Shop, cast: Cast, database_url: str) -> None:
    for at in itertools.count(1):
        scene, steps = await new_scene(shop, at), Steps(at, kill)
        with batches_stepped(steps):
            steps.request = asyncio.create_task(scene.all_order())
            await asyncio.gather(steps.request, return_exceptions=True)
            await batches_ended()
        if steps.count < at:
            break
        assert len(await scene.buyers()) in (0, STOCK)
        assert await stock_of(scene.product) == STOCK - len(await scene.buyers())
        await check_that_each_learns_its_own(scene)
        assert [found.problems for found in await Audit(database_url).run() if found.problems] == []
    assert at > FEWEST


async def check_that_each_learns_its_own(scene: Scene) -> None:
    """Each request again with its key: an earlier order, a new one, or a refusal."""
    already = await scene.buyers()
    answers = dict(zip(scene.shoppers, await scene.all_order(), strict=True))
    buyers = await scene.buyers()
    assert sorted(buyers) == sorted(set(buyers))
    assert len(buyers) == STOCK
    for shopper, answer in answers.items():
        if shopper.id in buyers:
            assert isinstance(answer, PlacementResult), answer
            assert answer.order.user_id == shopper.id
            assert answer.replayed == (shopper.id in already)
        else:
            assert isinstance(answer, OutOfStock)
