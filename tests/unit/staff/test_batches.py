"""Points to many: shown, confirmed by their sum, granted step by step and once."""

from typing import Any

import pytest

from shop.audit.proofs import PROOFS
from shop.database import transactional
from shop.errors import InvalidInput, NotFound
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.points.tables import PointEntry
from shop.staff import batches as module
from shop.staff.batch import Batch, NewLine
from shop.staff.batch_repository import BatchRepository
from shop.staff.batches import BatchService
from shop.staff.settings_repository import SECOND_PERSON_FROM, SettingsRepository
from shop.staff_log.entry import Filter
from shop.staff_log.repository import StaffLogRepository
from tests.cast import Cast, all_at_once, balance_of, make_user

[PROOF] = [proof for proof in PROOFS if proof.name == "point-batches"]


async def wrong() -> int:
    """How many batches the audit finds wrong."""
    return len(await PointEntry.raw(PROOF.wrong))


@pytest.fixture
def service() -> BatchService:
    return BatchService(PointService(PointRepository()))


async def people(number: int) -> list[int]:
    return [await make_user(f"person{n}") for n in range(number)]


def lines(user_ids: list[int], amount: int = 100) -> list[NewLine]:
    return [NewLine(user_id, amount, "명절 선물") for user_id in user_ids]


async def run(service: BatchService) -> int:
    """All steps; how many there were."""
    steps = 0
    while await service.step():
        steps += 1
    return steps


async def confirmed(service: BatchService, cast: Cast, user_ids: list[int]) -> Batch:
    batch_id = await service.draft(cast.admin, lines(user_ids))
    return await service.confirm(cast.admin, batch_id, 100 * len(user_ids))


async def refused(work: Any) -> str:
    with pytest.raises(InvalidInput) as error:
        await work
    return error.value.errors[0].message


async def test_a_draft_moves_nothing(service: BatchService, cast: Cast) -> None:
    await service.draft(cast.admin, lines([cast.bob]))
    assert not await service.step()
    assert await balance_of(cast.bob) == 0


async def test_each_gets_their_points_once_in_steps(
    service: BatchService, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP", 2)
    chosen = await people(5)
    batch = await confirmed(service, cast, chosen)
    assert await run(service) == 3
    assert [await balance_of(user_id) for user_id in chosen] == [100] * 5
    done = await service.one(batch.id)
    assert (done.status, done.done, done.moved) == ("done", 5, 500)
    assert not await service.step()
    assert await PointEntry.count().where(PointEntry.reference.like(f"batch:{batch.id}:%")) == 5


async def test_another_process_goes_on_where_one_has_stopped(
    service: BatchService, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP", 2)
    chosen = await people(3)
    batch = await confirmed(service, cast, chosen)
    await service.step()
    assert (await service.one(batch.id)).done == 2
    await run(BatchService(PointService(PointRepository())))
    assert [await balance_of(user_id) for user_id in chosen] == [100] * 3


async def test_a_step_that_fails_moves_nothing(
    service: BatchService, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await confirmed(service, cast, [cast.alice, cast.bob])

    async def fails(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(BatchRepository, "save_step", fails)
    with pytest.raises(ConnectionError):
        await service.step()
    monkeypatch.undo()
    assert (await balance_of(cast.bob), (await service.one(batch.id)).done) == (0, 0)
    await run(service)
    assert await balance_of(cast.bob) == 100


@pytest.mark.committed
async def test_two_processes_grant_once(
    service: BatchService, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP", 3)
    chosen = await people(10)
    await confirmed(service, cast, chosen)
    other = BatchService(PointService(PointRepository()))
    for _ in range(4):
        await all_at_once(run(service), run(other))
    assert [await balance_of(user_id) for user_id in chosen] == [100] * 10
    assert await wrong() == 0


@pytest.mark.committed
async def test_two_confirmations_are_one(service: BatchService, cast: Cast) -> None:
    batch_id = await service.draft(cast.admin, lines([cast.bob]))
    confirm = transactional(service.confirm)
    outcomes = await all_at_once(*(confirm(cast.admin, batch_id, 100) for _ in range(2)))
    assert sorted(isinstance(outcome, Exception) for outcome in outcomes) == [False, True]
    await run(service)
    assert await balance_of(cast.bob) == 100


@pytest.mark.parametrize("total", [None, 0, 99, 101, -100])
async def test_the_sum_must_be_typed(service: BatchService, cast: Cast, total: int | None) -> None:
    batch_id = await service.draft(cast.admin, lines([cast.bob]))
    assert "not the sum" in await refused(service.confirm(cast.admin, batch_id, total))


async def test_a_draft_is_confirmed_by_its_author_only(service: BatchService, cast: Cast) -> None:
    batch_id = await service.draft(cast.admin, lines([cast.bob]))
    with pytest.raises(NotFound):
        await service.confirm(cast.alice, batch_id, 100)


async def test_staff_cannot_grant_points_to_themselves(service: BatchService, cast: Cast) -> None:
    batch_id = await service.draft(cast.admin, lines([cast.admin, cast.bob]))
    assert "yourself" in await refused(service.confirm(cast.admin, batch_id, 200))


async def test_a_large_sum_waits_for_a_second_person(service: BatchService, cast: Cast) -> None:
    await SettingsRepository().set(SECOND_PERSON_FROM, 200)
    small = await confirmed(service, cast, [cast.bob])
    assert small.status == "running"
    await run(service)
    large = await confirmed(service, cast, [cast.alice, cast.bob])
    assert large.status == "waiting"
    assert not await service.step()
    assert "Another member" in await refused(service.agree(cast.admin, large.id))
    assert "yourself" in await refused(service.agree(cast.alice, large.id))
    second = await make_user("second", admin=True)
    assert (await service.agree(second, large.id)).status == "running"
    await run(service)
    assert await balance_of(cast.bob) == 200


async def test_a_batch_is_taken_back_as_far_as_the_points_are_there(
    service: BatchService, cast: Cast
) -> None:
    batch = await confirmed(service, cast, [cast.alice, cast.bob])
    assert "not all granted" in await refused(service.draft_reversal(cast.admin, batch.id, "x"))
    await run(service)
    points = PointService(PointRepository())
    await points.move(cast.bob, -70, "adjust", "spent", cast.admin, "staff:x")
    back = await service.draft_reversal(cast.admin, batch.id, "wrong list")
    await service.confirm(cast.admin, back, 200)
    await run(service)
    assert (await balance_of(cast.alice), await balance_of(cast.bob)) == (100_000, 0)
    found = await service.one(back)
    assert (found.moved, found.missing, found.reverses) == (130, 70, batch.id)
    assert (await service.one(batch.id)).reversed_by == back
    assert "already" in await refused(service.draft_reversal(cast.admin, batch.id, "x"))
    assert await wrong() == 0


async def test_a_discarded_undo_leaves_the_batch_undoable(
    service: BatchService, cast: Cast
) -> None:
    batch = await confirmed(service, cast, [cast.bob])
    await run(service)
    back = await service.draft_reversal(cast.admin, batch.id, "x")
    await service.discard(cast.admin, back)
    assert await service.draft_reversal(cast.admin, batch.id, "x") > back
    assert "already confirmed" in await refused(service.discard(cast.admin, batch.id))


async def test_confirmed_batches_are_in_the_log(service: BatchService, cast: Cast) -> None:
    batch = await confirmed(service, cast, [cast.bob])
    [entry] = await StaffLogRepository().latest(5, Filter(subject=batch.subject))
    assert (entry.actor, entry.action) == ("admin", "points.grant-many")
    assert ("total", None, 100) in entry.changes
