"""The order path, disturbed at each of its suspensions and at each of its statements in turn. After
each disturbance the order is complete and the external system has got it once, or nothing has
changed; and the same request again, with its key, makes it one order."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from asyncpg.pool import PoolConnectionProxy
from litestar import Litestar

from shop.audit.service import Audit
from shop.database.transaction import Transaction
from shop.orders.key_repository import Claim, KeyRepository, UserKey
from shop.orders.tables import Order
from tests.cast import Cast, Receiver, balance_of, make_product, make_user, stock_of
from tests.unit.buying import buy, code_of
from tests.unit.conftest import header_client
from tests.unit.proofs.delivery import deliver_all
from tests.unit.proofs.stepping import Disturbance, SteppedApp, batches_ended, kill

pytestmark = pytest.mark.committed

PRICE = 1_000
KEY = "one"
FEWEST = 6
"""Fewer suspensions or statements than this, and the test no longer reaches the order path."""


@dataclass
class Scene:
    """A shopper with points for one item, and a product of which one is left."""

    app: Litestar
    receiver: Receiver
    url: str
    user: int
    product: int

    async def orders(self) -> list[int]:
        rows = await Order.select(Order.id).where(Order.user == self.user).order_by(Order.id)
        return [row["id"] for row in rows]

    async def ask(self) -> httpx.Response:
        async with header_client(self.app, self.user) as client:
            return await buy(client, (self.product, 1), key=KEY)

    async def check_books(self) -> None:
        for finding in await Audit(self.url).run():
            assert not finding.problems, finding.problems

    async def check_all_or_nothing(self) -> None:
        """At once after the disturbance, and before anything was tried again."""
        await self.check_books()
        placed = len(await self.orders())
        assert placed in (0, 1)
        assert await balance_of(self.user) == (0 if placed else PRICE)
        assert await stock_of(self.product) == (0 if placed else 1)

    async def check_one_order(self) -> None:
        """The same request again: one order, of which one message was sent."""
        before = await self.orders()
        answer = await self.ask()
        assert answer.status_code == 201, answer.text
        assert await self.orders() == [answer.json()["id"]]
        assert before in ([], [answer.json()["id"]])
        await deliver_all(self.app)
        assert self.accepted() == [answer.json()["id"]]
        await self.check_books()

    def accepted(self) -> list[int]:
        """This shopper's orders as the external system has accepted them."""
        return [
            message.data["id"]
            for message in self.receiver.messages
            if message.data["user_id"] == self.user
        ]


@dataclass
class Stage:
    """Sets one scene after the other."""

    app: Litestar
    receiver: Receiver
    url: str
    numbers: Iterator[int]
    goods: dict[str, Any]

    async def scene(self) -> Scene:
        user = await make_user(f"shopper{next(self.numbers)}", PRICE)
        number = next(self.numbers)
        product = await make_product(f"상품 {number}", price=PRICE, stock=1, **self.goods)
        return Scene(self.app, self.receiver, self.url, user, product)


@pytest.fixture(
    params=[
        {},
        pytest.param({"delivery": "code", "person_limit": 1}, marks=pytest.mark.slow),
    ],
    ids=["items", "codes with a limit"],
)
def stage(
    request: pytest.FixtureRequest,
    app: Litestar,
    cast: Cast,
    receiver: Receiver,
    database_url: str,
) -> Stage:
    return Stage(app, receiver, database_url, itertools.count(1), request.param)


@pytest.fixture
async def bystander(database_url: str) -> AsyncIterator[Any]:
    """A connection that has no part in it: it looks, and it ends others."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def undisturbed(_: asyncio.Task[Any]) -> None:
    """Nothing comes in between."""


async def outcome(scene: Scene, stepped: SteppedApp) -> httpx.Response | BaseException:
    async with stepped.client(scene.user) as client:
        request = asyncio.create_task(buy(client, (scene.product, 1), key=KEY))
        [result] = await asyncio.gather(request, return_exceptions=True)
    await batches_ended()
    return result


async def test_an_order_has_suspensions_to_disturb(stage: Stage) -> None:
    scene = await stage.scene()
    stepped = SteppedApp(stage.app, 0, undisturbed)
    answer = await outcome(scene, stepped)
    assert isinstance(answer, httpx.Response)
    assert answer.status_code == 201
    assert stepped.steps.count >= FEWEST


async def test_cancelled_at_each_suspension(stage: Stage) -> None:
    def cancel(request: asyncio.Task[Any]) -> None:
        request.cancel()

    for at in itertools.count(1):
        scene = await stage.scene()
        stepped = SteppedApp(stage.app, at, cancel)
        result = await outcome(scene, stepped)
        if not stepped.came_in_between:
            break
        assert isinstance(result, asyncio.CancelledError)
        await scene.check_all_or_nothing()
        await scene.check_one_order()
    assert at > FEWEST


async def test_killed_at_each_suspension(stage: Stage) -> None:
    for at in itertools.count(1):
        scene = await stage.scene()
        stepped = SteppedApp(stage.app, at, kill)
        await outcome(scene, stepped)
        if not stepped.came_in_between:
            break
        await scene.check_all_or_nothing()
        await scene.check_one_order()
    assert at > FEWEST


async def test_another_buyer_of_the_last_item_at_each_suspension(
    stage: Stage, bystander: Any
) -> None:
    for at in itertools.count(1):
        scene = await stage.scene()
        rival = await make_user(f"rival{at}", PRICE)
        rivals: list[asyncio.Task[httpx.Response]] = []
        waits = partial(waits_for_lock, bystander)
        stepped = SteppedApp(stage.app, at, beside(rivals, scene, rival, waits))
        result = await outcome(scene, stepped)
        if not stepped.came_in_between:
            break
        assert isinstance(result, httpx.Response)
        other = await rivals[0]
        assert sorted([result.status_code, other.status_code]) == [201, 409]
        assert code_of(max(result, other, key=lambda answer: answer.status_code)) == "out-of-stock"
        assert await stock_of(scene.product) == 0
        await scene.check_books()
    assert at > FEWEST


async def test_the_same_request_again_at_each_suspension(
    stage: Stage, key_in_progress: asyncio.Event
) -> None:
    """The same request a second time, while the first one is held up. It waits for the first."""
    for at in itertools.count(1):
        scene = await stage.scene()
        twins: list[asyncio.Task[httpx.Response]] = []
        key_in_progress.clear()
        stepped = SteppedApp(
            stage.app, at, beside(twins, scene, scene.user, is_set(key_in_progress))
        )
        result = await outcome(scene, stepped)
        if not stepped.came_in_between:
            break
        assert isinstance(result, httpx.Response)
        twin = await twins[0]
        assert (result.status_code, twin.status_code) == (201, 201)
        assert result.json()["id"] == twin.json()["id"]
        replays = [answer.headers.get("idempotency-replayed") for answer in (result, twin)]
        assert sorted(replays, key=str) == [None, "true"]
        await scene.check_one_order()
    assert at > FEWEST


@pytest.fixture
def key_in_progress(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a request finds that another one is placing an order with its key."""
    found, claim = asyncio.Event(), KeyRepository.claim

    async def noted(self: KeyRepository, keys: Sequence[UserKey]) -> dict[UserKey, Claim]:
        claims = await claim(self, keys)
        if "in-progress" in claims.values():
            found.set()
        return claims

    monkeypatch.setattr(KeyRepository, "claim", noted)
    return found


def is_set(event: asyncio.Event) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return event.is_set()

    return check


def beside(
    started: list[asyncio.Task[httpx.Response]],
    scene: Scene,
    user: int,
    waits: Callable[[], Awaitable[bool]],
) -> Disturbance:
    """Another order of the same product, which runs until it is done or waits for the first."""

    async def compete(_: asyncio.Task[Any]) -> None:
        async with header_client(scene.app, user) as client:
            other = asyncio.create_task(buy(client, (scene.product, 1), key=KEY))
            started.append(other)
            while not other.done() and not await waits():  # noqa: ASYNC110
                await asyncio.sleep(0)

    return compete


async def waits_for_lock(bystander: Any) -> bool:
    return bool(await bystander.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))


class Interruption:
    """Ends the server's side of every connection of the shop at its statement number `at`. With
    `after`, only after the statement was executed: then its response is lost."""

    def __init__(self, at: int, bystander: Any, *, after: bool) -> None:
        self._at, self._bystander, self._after = at, bystander, after
        self.statements = 0

    async def around(self, statement: Any) -> Any:
        self.statements += 1
        if self.statements != self._at:
            return await statement()
        if self._after:
            await statement()
        await self._bystander.fetch(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'pointmall'"
        )
        if self._after:
            raise asyncpg.ConnectionDoesNotExistError("the answer was lost")
        return await statement()


SEAMS = ((PoolConnectionProxy, "fetch"), (Transaction, "begin"), (Transaction, "commit"))
"""Where every statement of the shop comes by, the BEGIN and COMMIT of its transactions too."""


@contextmanager
def interrupted(interruption: Interruption) -> Iterator[None]:
    def wrapped(original: Any) -> Any:
        async def run(*args: Any, **kwargs: Any) -> Any:
            return await interruption.around(lambda: original(*args, **kwargs))

        return run

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in SEAMS:
            patch.setattr(owner, name, wrapped(getattr(owner, name)))
        yield


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_the_database_ends_the_connection_at_each_statement(
    stage: Stage, bystander: Any, after: bool
) -> None:
    for at in itertools.count(1):
        scene = await stage.scene()
        interruption = Interruption(at, bystander, after=after)
        with interrupted(interruption):
            answer = await scene.ask()
        if interruption.statements < at:
            break
        await scene.check_all_or_nothing()
        placed = await scene.orders()
        # The connection that broke off may have been one that nothing depended on any more.
        if answer.status_code == 201:
            assert placed == [answer.json()["id"]]
        else:
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
            # "You were not charged" is shown only if it is certain.
            assert code_of(answer) == "outcome-unknown" or not placed
        await scene.check_one_order()
    assert at > FEWEST


async def test_a_lost_response_to_commit_is_not_reported_as_a_refusal(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Transaction.commit

    async def committed_but_cut_off(self: Transaction) -> None:
        await commit(self)
        raise asyncpg.ConnectionDoesNotExistError("the answer was lost")

    scene = await stage.scene()
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", committed_but_cut_off)
        answer = await scene.ask()
    assert (answer.status_code, code_of(answer)) == (503, "outcome-unknown")
    assert len(await scene.orders()) == 1
    await scene.check_one_order()


async def test_a_connection_that_breaks_off_after_the_commit_takes_nothing_back(
    stage: Stage, bystander: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the COMMIT and the return of its connection to the pool."""
    commit = Transaction.commit

    async def commit_and_end(self: Transaction) -> None:
        server = self.connection.get_server_pid()
        await commit(self)
        await bystander.fetch("SELECT pg_terminate_backend($1, 5000)", server)

    scene = await stage.scene()
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", commit_and_end)
        answer = await scene.ask()
    assert answer.status_code == 201, answer.text
    await scene.check_one_order()
