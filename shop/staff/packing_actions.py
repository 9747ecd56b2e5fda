"""What staff do with parcels; each is written in the log."""

from collections.abc import Iterable, Sequence

from shop.database import transactional
from shop.errors import N_, InvalidInput, ShopError
from shop.order_number import order_named, order_number
from shop.orders.carriers import Parcel
from shop.orders.change_errors import StepImpossible
from shop.orders.errors import OrderNotFound
from shop.orders.order import subject_of
from shop.orders.steps import OrderSteps
from shop.staff.files.read import Column, Line
from shop.staff.files.rows import Problem, WrongLines
from shop.staff.once import Sentence
from shop.staff.packing_repository import PackingRepository
from shop.staff_log.repository import StaffLogRepository

PREPARE, UNPREPARE, SHIP = "order.prepare", "order.unprepare", "order.ship"
CORRECT = "order.correct-shipment"

COLUMNS = (
    Column("order_id", ("주문번호", "주문", "Order", "Order number")),
    Column("carrier", ("택배사", "Carrier")),
    Column("tracking_no", ("운송장번호", "운송장", "Tracking number")),
    Column("name", ("받는분", "받는사람", "Recipient"), required=False),
)


class PackingActions:
    """Must run in the transaction of the form."""

    def __init__(self, steps: OrderSteps, actor_id: int) -> None:
        self._steps, self._actor_id = steps, actor_id
        self._log, self._rows = StaffLogRepository(), PackingRepository()

    async def prepare(self, order_ids: Iterable[int]) -> list[Sentence]:
        """Begins to pack each order separately: one that a colleague packs does not stop the
        others."""
        return [await self._prepare(order_id) for order_id in order_ids]

    async def _prepare(self, order_id: int) -> Sentence:
        values = {"number": order_number(order_id)}
        try:
            if await self._begin(order_id):
                return Sentence(N_("You are packing order %(number)s."), values)
        except (StepImpossible, OrderNotFound):
            message = N_("Order %(number)s cannot be packed: see its status.")
            return Sentence(message, values, good=False)
        message = N_("Order %(number)s is already being packed by a colleague.")
        return Sentence(message, values, good=False)

    @transactional
    async def _begin(self, order_id: int) -> bool:
        changed = await self._steps.prepare(order_id)
        if changed:
            await self._log.record_status(
                self._actor_id, PREPARE, subject_of(order_id), "paid", "preparing"
            )
        return changed

    async def unprepare(self, order_id: int, reason: str) -> Sentence:
        if await self._steps.unprepare(order_id):
            await self._log.record_status(
                self._actor_id, UNPREPARE, subject_of(order_id), "preparing", "paid", reason
            )
        return Sentence(N_("Order %(number)s is no longer being packed."), _number(order_id))

    async def ship(self, order_id: int, parcel: Parcel) -> Sentence:
        """Raises InvalidInput and StepImpossible."""
        if not await self._ship(order_id, parcel):
            message = N_("This parcel of order %(number)s was already shipped.")
            return Sentence(message, _number(order_id), good=False)
        return Sentence(N_("A parcel of order %(number)s has left."), _number(order_id))

    async def _ship(self, order_id: int, parcel: Parcel) -> bool:
        changed = await self._steps.ship(order_id, parcel)
        if changed:
            after = {"carrier": parcel.carrier, "tracking_no": parcel.tracking_no}
            await self._log.record(self._actor_id, SHIP, subject_of(order_id), after=after)
        return changed

    async def correct(self, order_id: int, shipment_id: int, parcel: Parcel) -> Sentence:
        """Raises InvalidInput."""
        before = await self._steps.correct(order_id, shipment_id, parcel)
        await self._log.record(
            self._actor_id,
            CORRECT,
            subject_of(order_id),
            before=before._asdict(),
            after=parcel._asdict(),
        )
        return Sentence(N_("The parcel of order %(number)s is corrected."), _number(order_id))

    async def ship_file(self, lines: Sequence[Line]) -> int:
        """Ships the parcels of the lines, all or none; returns how many. Raises WrongLines."""
        problems, shipped = await self._mismatches(lines), 0
        for line in lines:
            try:
                order_id = _order_id(line)
                parcel = Parcel(line.cells["carrier"], line.cells["tracking_no"])
                shipped += await self._ship(order_id, parcel)
            except InvalidInput as error:
                problems += [Problem(line.number, e.message, e.values) for e in error.errors]
            except ShopError:
                message = N_("This order is not being packed.")
                problems.append(Problem(line.number, message))
        if problems:
            raise WrongLines(sorted(problems))
        return shipped

    async def _mismatches(self, lines: Sequence[Line]) -> list[Problem]:
        """Lines whose recipient is not the order's, as after rows were shifted."""
        named = {n: line for line in lines if (n := order_named(line.cells["order_id"]))}
        names = await self._rows.names([n for n in named if 0 < n < 2**63])
        message = N_("The recipient does not match this order. Have the rows been shifted?")
        return [
            Problem(line.number, message)
            for order_id, line in named.items()
            if (told := line.cells.get("name")) and names.get(order_id, told) != told
        ]


def _number(order_id: int) -> dict[str, str]:
    return {"number": order_number(order_id)}


def _order_id(line: Line) -> int:
    """Raises OrderNotFound."""
    order_id = order_named(line.cells["order_id"])
    if order_id is None:
        raise OrderNotFound
    return order_id
