"""Points to many: a draft that is shown, confirmed by its sum, and then granted step by step."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress

from shop.background import running
from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput, NotFound, ShopError
from shop.logs import get_logger
from shop.paging import MAX_INT
from shop.points.repository import Movement
from shop.points.service import PointService
from shop.staff.batch import Batch, LineLeft, NewLine
from shop.staff.batch_repository import BatchRepository
from shop.staff.settings_repository import SECOND_PERSON_FROM, SettingsRepository
from shop.staff_log.repository import StaffLogRepository

log = get_logger("shop.staff")

STEP = 200
"""People who are granted points in one transaction: an order of theirs waits for it."""
REST = 7.0
"""A step's time, times this, is the pause after it, in which orders come first: so a long list
takes an eighth of one connection's time."""
SHORTEST, LONGEST = 0.02, 0.17  # seconds of a pause
POLL = 1.0  # seconds between looks for a batch that another process has confirmed

GRANT, TAKE_BACK = "points.grant-many", "points.take-back"
AGREE, DISCARD = "points.second-confirm", "points.discard"


class BatchService:
    def __init__(self, points: PointService) -> None:
        self._points = points
        self._batches, self._log = BatchRepository(), StaffLogRepository()
        self._settings = SettingsRepository()
        self.confirmed = asyncio.Event()  # set when this process has confirmed a batch

    async def one(self, batch_id: int) -> Batch:
        """Raises NotFound."""
        return _found(await self._batches.one(batch_id) if 0 < batch_id <= MAX_INT else None)

    async def draft(self, actor_id: int, lines: Sequence[NewLine]) -> int:
        """Saves the list as a draft, to be confirmed; moves nothing. Returns its id."""
        return await self._batches.add(actor_id, lines)

    async def draft_reversal(self, actor_id: int, batch_id: int, reason: str) -> int:
        """A draft that takes the batch back. Raises InvalidInput if it cannot be, or already is."""
        made = await self._batches.add_reversal(actor_id, batch_id, reason)
        if made is None:
            message = N_("These points have already been taken back, or are not all granted yet.")
            raise InvalidInput(FieldError("batch", message))
        return made

    async def confirm(self, actor_id: int, batch_id: int, total: int | None) -> Batch:
        """The author types the sum. From then on all of it is granted, unless it is so much that a
        second member of staff has to agree. Must run in a transaction. Raises InvalidInput."""
        batch = await self._locked(batch_id, "draft")
        if batch.author_id != actor_id:
            raise NotFound
        if total != batch.total:
            raise InvalidInput(FieldError("total", N_("This is not the sum. Please check it.")))
        limit = await self._settings.get(SECOND_PERSON_FROM)
        if batch.reverses is None and limit is not None and batch.total >= limit:
            await self._batches.set_waiting(batch_id)
        else:
            await self._run(actor_id, batch)
        values = {"total": batch.total, "people": batch.people, "reverses": batch.reverses}
        action = GRANT if batch.reverses is None else TAKE_BACK
        await self._log.record(actor_id, action, batch.subject, after=values)
        return await self.one(batch_id)

    async def agree(self, actor_id: int, batch_id: int) -> Batch:
        """A second member of staff agrees. Must run in a transaction. Raises InvalidInput."""
        batch = await self._locked(batch_id, "waiting")
        if batch.author_id == actor_id:
            message = N_("Another member of staff has to confirm this.")
            raise InvalidInput(FieldError("batch", message))
        await self._run(actor_id, batch)
        await self._log.record(actor_id, AGREE, batch.subject, after={"total": batch.total})
        return await self.one(batch_id)

    async def discard(self, actor_id: int, batch_id: int) -> Batch:
        """Deletes a batch that moves nothing yet. Must run in a transaction."""
        batch = await self._locked(batch_id, "draft", "waiting")
        await self._batches.delete(batch_id)
        if batch.status == "waiting":
            values = {"total": batch.total, "people": batch.people}
            await self._log.record(actor_id, DISCARD, batch.subject, before=values)
        return batch

    async def _run(self, actor_id: int, batch: Batch) -> None:
        if await self._batches.holds(batch.id, actor_id):
            message = N_("You are in this list yourself. Another member of staff has to do it.")
            raise InvalidInput(FieldError("batch", message))
        await self._batches.set_running(batch.id, actor_id)
        self.confirmed.set()

    async def _locked(self, batch_id: int, *states: str) -> Batch:
        in_range = 0 < batch_id <= MAX_INT
        batch = _found(await self._batches.locked(batch_id) if in_range else None)
        if batch.status not in states:
            message = N_("Someone has already confirmed this. Please look at it again.")
            raise InvalidInput(FieldError("batch", message))
        return batch

    @transactional
    async def step(self) -> bool:
        """Moves the points of the next people of some batch; whether there was one."""
        batch = await self._batches.claim_running()
        if batch is None:
            return False
        lines = await self._batches.left(batch.id, STEP)
        user_ids = [line.user_id for line in lines]
        await self._points.open_balances(user_ids)
        balances = await self._points.lock_balances(user_ids)
        amounts = {line.id: _amount(batch, line, balances[line.user_id]) for line in lines}
        await self._points.move_each(
            [_movement(batch, line, amounts[line.id]) for line in lines if amounts[line.id]]
        )
        await self._batches.save_step(batch.id, {id_: abs(n) for id_, n in amounts.items()})
        return True

    async def sweep(self) -> None:
        await self._batches.sweep()


def _found(batch: Batch | None) -> Batch:
    if batch is None:
        raise NotFound
    return batch


def _amount(batch: Batch, line: LineLeft, balance: int) -> int:
    """A grant in full; a reversal at most as far as the balance goes."""
    return line.amount if batch.reverses is None else -min(line.amount, balance)


def _movement(batch: Batch, line: LineLeft, amount: int) -> Movement:
    kind = "grant" if batch.reverses is None else "adjust"
    reference = f"{batch.subject}:{line.user_id}"
    return Movement(line.user_id, amount, kind, reference, line.reason, batch.author_id)


class BatchRunner:
    """Runs confirmed batches in each of `workers` processes. Any process continues a batch whose
    process has died: each step is a transaction."""

    def __init__(self, batches: BatchService, workers: int = 1) -> None:
        self._batches, self._workers = batches, workers

    def running(self) -> AbstractAsyncContextManager[None]:
        return running(self._run, "points to many")

    async def _run(self) -> None:
        while True:
            began = time.monotonic()
            try:
                moved = await self._batches.step()
            except ShopError as error:  # the database is unavailable: retry later
                log.warning("batch-postponed", error=error)
                moved = False
            except Exception:
                log.exception("batch-failed")
                moved = False
            await (self._rest(time.monotonic() - began) if moved else self._wait())

    async def _rest(self, step: float) -> None:
        """After a step of so many seconds. The other processes take steps meanwhile."""
        await asyncio.sleep(min(max(REST * step, SHORTEST), LONGEST) * self._workers)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL * random.uniform(0.8, 1.2)):
                await self._batches.confirmed.wait()
        self._batches.confirmed.clear()
