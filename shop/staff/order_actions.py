"""What staff do with orders; each is written in the log."""

from collections.abc import Sequence

from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.external.outbox import Outbox
from shop.order_number import order_number
from shop.orders.change_errors import NotCancellable, StepImpossible
from shop.orders.errors import OrderNotFound
from shop.orders.order import subject_of
from shop.orders.service import OrderService
from shop.orders.steps import OrderSteps
from shop.staff.once import Sentence
from shop.staff.orders_repository import OrderRow, StaffOrderRepository
from shop.staff_log.repository import StaffLogRepository

FULFIL, TAKE_BACK, CANCEL = "order.fulfil", "order.take-back", "order.cancel"
COLLECT, NOTE, SEND = "order.collect", "order.note", "message.send"
HANDED_OVER = (FULFIL, COLLECT)

NOT_SHIPPED = N_("Order %(number)s has a parcel that has not been shipped.")
CANNOT_FULFIL = {
    "cancelled": N_("Order %(number)s was cancelled and cannot be fulfilled."),
}

NOTHING_AT_DESK = N_("Order %(number)s has nothing to pick up at the desk.")
CANNOT_COLLECT = {
    "cancelled": N_("Order %(number)s was cancelled. Do not hand anything over."),
}


class OrderActions:
    """Must run in the transaction of the form. `language` is that of the sentences' goods."""

    def __init__(
        self,
        orders: OrderService,
        steps: OrderSteps,
        outbox: Outbox,
        actor_id: int,
        language: str,
    ) -> None:
        self._orders, self._steps, self._outbox = orders, steps, outbox
        self._actor_id, self._language = actor_id, language
        self._log, self._rows = StaffLogRepository(), StaffOrderRepository()

    async def fulfil(self, order_ids: Sequence[int]) -> list[Sentence]:
        """Fulfils each order separately: a cancelled one does not stop the others."""
        rows = {row.id: row for row in await self._rows.of_ids(order_ids)}
        missing = [id_ for id_ in order_ids if id_ not in rows]
        sentences = [await self._fulfil(row) for row in rows.values()]
        gone = N_("There is no order %(number)s.")
        return sentences + [
            Sentence(gone, {"number": order_number(id_)}, good=False) for id_ in missing
        ]

    async def _fulfil(self, row: OrderRow) -> Sentence:
        values = self._values(row)
        try:
            changed = await self._change(row)
        except StepImpossible as error:
            return Sentence(CANNOT_FULFIL.get(error.status, NOT_SHIPPED), values, good=False)
        if not changed:
            already = N_("Order %(number)s was already fulfilled: %(goods)s for %(customer)s.")
            return Sentence(already, values, good=False)
        return Sentence(N_("Order %(number)s fulfilled: %(goods)s for %(customer)s."), values)

    @transactional
    async def _change(self, row: OrderRow) -> bool:
        changed = await self._steps.fulfil(row.id)
        if changed:
            await self._log.record_status(
                self._actor_id, FULFIL, subject_of(row.id), row.status, "fulfilled"
            )
        return changed

    async def collect(self, order_id: int) -> Sentence:
        """Its goods are handed over at the desk."""
        before = await self._orders.one(None, order_id)
        try:
            changed = await self._steps.collect(order_id)
        except StepImpossible as error:
            message = CANNOT_COLLECT.get(error.status, NOTHING_AT_DESK)
            return await self._sentence(message, order_id, good=False)
        if not changed:
            already = N_("Order %(number)s was already picked up. Do not hand it over again.")
            return await self._sentence(already, order_id, good=False)
        after = await self._orders.one(None, order_id)
        await self._log.record_status(
            self._actor_id, COLLECT, subject_of(order_id), before.status, after.status
        )
        return await self._sentence(N_("Order %(number)s handed over to %(customer)s."), order_id)

    async def take_back(self, order_id: int, reason: str) -> Sentence:
        """A fulfilment of the last 24 hours. Raises InvalidInput."""
        if not await self._log.happened_within_a_day(HANDED_OVER, subject_of(order_id)):
            raise InvalidInput(
                FieldError("order", N_("Only fulfilments of the last 24 hours can be undone."))
            )
        try:
            status = await self._steps.take_back(order_id)
        except StepImpossible:
            raise InvalidInput(FieldError("order", N_("This order is not fulfilled."))) from None
        await self._log.record_status(
            self._actor_id, TAKE_BACK, subject_of(order_id), "fulfilled", status, reason
        )
        return await self._sentence(N_("Order %(number)s is to be handed over again."), order_id)

    async def cancel(self, order_id: int, reason: str) -> Sentence:
        """Refunds and restocks; the shopper sees the reason. Raises InvalidInput."""
        before = await self._orders.one(None, order_id)
        if before.status == "cancelled":
            return await self._sentence(
                N_("Order %(number)s was already cancelled."), order_id, good=False
            )
        try:
            await self._orders.cancel(None, order_id)
        except NotCancellable:
            raise InvalidInput(
                FieldError(
                    "order",
                    N_("This order is being packed or was handed over. Undo that first."),
                )
            ) from None
        await self._log.record_status(
            self._actor_id, CANCEL, subject_of(order_id), before.status, "cancelled", reason
        )
        return await self._sentence(
            N_("Order %(number)s cancelled: %(goods)s. %(total)s points returned to %(customer)s."),
            order_id,
            total=before.total - before.refunded,
        )

    async def note(self, order_id: int, text: str) -> Sentence:
        order = await self._orders.one(None, order_id)
        await self._log.record(self._actor_id, NOTE, order.subject, reason=text)
        return Sentence(N_("Note added to order %(number)s."), {"number": order_number(order_id)})

    async def send_again(self, order_id: int, message_id: int) -> Sentence:
        """Raises OrderNotFound if the message is not of this order."""
        messages = await self._rows.messages(order_id)
        if message_id not in {message["id"] for message in messages}:
            raise OrderNotFound
        sent = await self._outbox.send_again(message_id)
        values = {"number": order_number(order_id)}
        if not sent:
            return Sentence(
                N_("The message of order %(number)s was already accepted."), values, good=False
            )
        await self._log.record(self._actor_id, SEND, subject_of(order_id))
        return Sentence(N_("The message of order %(number)s is being sent again."), values)

    async def _sentence(
        self, message: str, order_id: int, *, good: bool = True, **more: object
    ) -> Sentence:
        [row] = await self._rows.of_ids([order_id])
        return Sentence(message, self._values(row) | more, good)

    def _values(self, row: OrderRow) -> dict[str, object]:
        name = row.named(self._language)
        more = f" +{row.count - 1}" if row.count > 1 else ""
        return {
            "number": order_number(row.id),
            "customer": row.username,
            "goods": f"{name} ×{row.quantity}{more}",
        }
