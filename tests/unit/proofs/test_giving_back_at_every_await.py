"""A cancellation of items, and a return that is taken in, disturbed at each suspension and at each
statement. After each disturbance all of it has happened or nothing; the same again gives back once.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg
import httpx
import pytest
from litestar import Litestar

from shop.audit.service import Audit
from shop.orders.refund_repository import Returned
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import Cast, balance_of, make_product, make_user, stock_of
from tests.unit.buying import bought, code_of
from tests.unit.conftest import header_client
from tests.unit.proofs.stepping import SteppedApp, kill
from tests.unit.proofs.test_every_await import Interruption, interrupted

pytestmark = [pytest.mark.committed, pytest.mark.slow]

PRICE = 1_000
FEWEST = 8
"""Fewer suspensions or statements than this, and the test no longer reaches the refund."""


@dataclass
class Scene:
    """A shopper with an order of two codes of a product with a limit, and of two pencils. One of
    each is given back."""

    app: Litestar
    shop: Shop
    url: str
    user: int
    order: int
    products: list[int]
    request: int | None = None
    """The request for a return, if it is one."""

    async def give_back(self) -> bool:
        """Whether it succeeded or had succeeded before."""
        if self.request is not None:
            came = [Returned(product, 1, 1) for product in self.products]
            await self.shop.returns.take_in(self.order, self.request, came)
            return True
        async with header_client(self.app, self.user) as client:
            answer = await self.cancel_by(client)
        return answer.status_code == 200 or code_of(answer) == "order-changed"

    async def cancel_by(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(
            f"/api/v1/orders/{self.order}/cancel-items",
            json={"items": self.items, "expected_refunded": 0},
        )

    @property
    def items(self) -> list[dict[str, int]]:
        return [{"product_id": product, "quantity": 1} for product in self.products]

    async def check(self, *expected: int) -> None:
        """So many times it was given back."""
        for finding in await Audit(self.url).run():
            assert not finding.problems, finding.problems
        times = await balance_of(self.user) // (2 * PRICE)
        assert times in expected
        assert [await stock_of(product) for product in self.products] == [times] * 2


@dataclass
class Stage:
    app: Litestar
    shop: Shop
    url: str
    kind: Literal["cancel", "return"]

    async def scene(self, number: int) -> Scene:
        user = await make_user(f"shopper{number}", 4 * PRICE)
        goods: dict[str, Any] = {"delivery": "code", "person_limit": 2}
        products = [
            await make_product(f"교환권 {number}", price=PRICE, stock=2, **goods),
            await make_product(f"연필 {number}", price=PRICE, stock=2),
        ]
        async with header_client(self.app, user) as client:
            order = (await bought(client, *((product, 2) for product in products)))["id"]
            scene = Scene(self.app, self.shop, self.url, user, order, products)
            if self.kind == "return":
                await self.shop.steps.fulfil(order)
                asked = await client.post(
                    f"/api/v1/orders/{order}/return-request", json={"items": scene.items}
                )
                scene.request = asked.json()["id"]
        return scene


@pytest.fixture(params=["cancel", "return"])
def stage(
    request: pytest.FixtureRequest,
    app: Litestar,
    cast: Cast,
    settings: Settings,
    database_url: str,
) -> Stage:
    return Stage(app, Shop(settings), database_url, request.param)


@pytest.fixture
async def bystander(database_url: str) -> AsyncIterator[Any]:
    """A connection that has no part in it: it ends others."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("stage", ["cancel"], indirect=True)
async def test_killed_at_each_suspension(stage: Stage) -> None:
    for at in itertools.count(1):
        scene = await stage.scene(at)
        stepped = SteppedApp(stage.app, at, kill)
        async with stepped.client(scene.user) as client:
            work = asyncio.create_task(scene.cancel_by(client))
            await asyncio.gather(work, return_exceptions=True)
        if not stepped.came_in_between:
            break
        await scene.check(0, 1)
        assert await scene.give_back()
        await scene.check(1)
    assert at > FEWEST


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_the_database_ends_the_connection_at_each_statement(
    stage: Stage, bystander: Any, after: bool
) -> None:
    for at in itertools.count(1):
        scene = await stage.scene(at)
        interruption = Interruption(at, bystander, after=after)
        with interrupted(interruption):
            await asyncio.gather(scene.give_back(), return_exceptions=True)
        if interruption.statements < at:
            break
        await scene.check(0, 1)
        assert await scene.give_back()
        await scene.check(1)
    assert at > FEWEST


async def test_the_same_again_at_once(stage: Stage) -> None:
    scene = await stage.scene(1)
    await asyncio.gather(*(scene.give_back() for _ in range(6)))
    await scene.check(1)
