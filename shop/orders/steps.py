"""What happens to an order after it was paid: packed, shipped, delivered or picked up."""

from datetime import timedelta
from typing import Literal, NamedTuple

from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.external.outbox import Outbox
from shop.mail.content import OrderShipped
from shop.mail.service import MailService
from shop.orders.carriers import Carriers, Parcel
from shop.orders.change_errors import StepImpossible
from shop.orders.errors import OrderNotFound
from shop.orders.order import PlacedOrder
from shop.orders.repository import OrderRepository
from shop.orders.schemas import OrderMessage
from shop.orders.step_repository import StepRepository
from shop.paging import MAX_INT

EVENT_LIFETIME = timedelta(days=30)
"""How long an event of the external system is known by its id."""


class Event(NamedTuple):
    """An event of the external system. `parcel` belongs to `order.shipped`."""

    message_id: str
    type: Literal["order.preparing", "order.shipped", "order.delivered"]
    order_id: int
    parcel: Parcel | None = None


class OrderSteps:
    """The steps `paid`, `preparing`, `shipped`, `fulfilled`; without a parcel, the first and the
    last. Each method returns whether it changed something: false if the order was there already.

    Each raises OrderNotFound, and StepImpossible if the order is not at the step before.
    """

    def __init__(
        self,
        orders: OrderRepository,
        steps: StepRepository,
        outbox: Outbox,
        carriers: Carriers,
        mail: MailService,
    ) -> None:
        self._orders, self._steps = orders, steps
        self._outbox, self.carriers, self._mail = outbox, carriers, mail

    @transactional
    async def prepare(self, order_id: int) -> bool:
        """Packing begins: from now on the order cannot be cancelled, or packed by another."""
        if await self._steps.prepare(_known(order_id)):
            return True
        await self._expect(order_id, "preparing")
        return False

    @transactional
    async def unprepare(self, order_id: int) -> bool:
        """Packing ends without a parcel: the order is paid again, and can be cancelled."""
        if await self._steps.unprepare(_known(order_id)):
            return True
        await self._expect(order_id, "paid")
        return False

    @transactional
    async def ship(self, order_id: int, parcel: Parcel) -> bool:
        """A parcel leaves, the first or one more. Raises InvalidInput for a wrong number."""
        parcel = self.carriers.checked(parcel)
        if not await self._steps.ship(_known(order_id)):
            order = await self._one(order_id)
            sent = [(shipment.carrier, shipment.tracking_no) for shipment in order.shipments]
            if tuple(parcel) not in sent:
                raise StepImpossible(order.status)
            return False
        shipment_id = await self._steps.add_shipment(order_id, *parcel)
        if shipment_id is None:
            return False
        await self._tell_shipped(order_id, shipment_id, parcel)
        return True

    @transactional
    async def correct(self, order_id: int, shipment_id: int, parcel: Parcel) -> Parcel:
        """Another carrier or number for a parcel that has left. Returns the former one.
        Raises InvalidInput."""
        parcel, order = self.carriers.checked(parcel), await self._one(order_id)
        before = next((sent for sent in order.shipments if sent.id == shipment_id), None)
        if before is None or (parcel.carrier, parcel.tracking_no) in [
            (sent.carrier, sent.tracking_no) for sent in order.shipments
        ]:
            raise InvalidInput(FieldError("tracking_no", N_("This parcel is already there.")))
        await self._steps.correct_shipment(order_id, shipment_id, *parcel)
        return Parcel(before.carrier, before.tracking_no)

    @transactional
    async def deliver(self, order_id: int) -> bool:
        """All parcels have arrived. What waits at the desk keeps the order open."""
        status = await self._steps.deliver(_known(order_id))
        if status is None:
            order = await self._one(order_id)
            if order.delivered_at is None:
                raise StepImpossible(order.status)
            return False
        await self._tell_fulfilled(order_id, status)
        return True

    @transactional
    async def collect(self, order_id: int) -> bool:
        """The desk goods were picked up. A parcel that has yet to arrive keeps the order open."""
        status = await self._steps.collect(_known(order_id))
        if status is None:
            order = await self._one(order_id)
            if order.collected_at is None:
                raise StepImpossible(order.status)
            return False
        await self._tell_fulfilled(order_id, status)
        return True

    @transactional
    async def fulfil(self, order_id: int) -> bool:
        """The customer has everything."""
        if not await self._steps.fulfil(_known(order_id)):
            await self._expect(order_id, "fulfilled")
            return False
        await self._tell_fulfilled(order_id, "fulfilled")
        return True

    @transactional
    async def take_back(self, order_id: int) -> str:
        """Staff have fulfilled the order by mistake. Returns the status to which it has returned:
        paid, or shipped."""
        status = await self._steps.unfulfil(_known(order_id))
        if status is None:
            raise StepImpossible((await self._one(order_id)).status)
        return status

    async def receive(self, event: Event) -> bool:
        """Does what an event says, once. A refused one may be sent again later."""
        done = await self._receive(event)
        self._outbox.written.set()
        return done

    @transactional
    async def _receive(self, event: Event) -> bool:
        await self._one(event.order_id)
        if not await self._steps.add_event(event.message_id, event.type, event.order_id):
            return False
        if event.type == "order.preparing":
            return await self.prepare(event.order_id)
        if event.type == "order.delivered":
            return await self.deliver(event.order_id)
        assert event.parcel is not None
        return await self.ship(event.order_id, event.parcel)

    async def sweep_events(self) -> None:
        await self._steps.delete_events(EVENT_LIFETIME)

    async def _one(self, order_id: int) -> PlacedOrder:
        order = await self._orders.one(_known(order_id), None)
        if order is None:
            raise OrderNotFound
        return order

    async def _expect(self, order_id: int, status: str) -> None:
        order = await self._one(order_id)
        if order.status != status:
            raise StepImpossible(order.status)

    async def _tell_fulfilled(self, order_id: int, status: str) -> None:
        """Again for an order that was taken back and is fulfilled once more."""
        if status == "fulfilled":
            order = await self._one(order_id)
            data = OrderMessage.of(order, shipments=self.carriers)
            await self._outbox.write_next("order.fulfilled", order.subject, data)
            self._outbox.written.set()

    async def _tell_shipped(self, order_id: int, shipment_id: int, parcel: Parcel) -> None:
        order = await self._one(order_id)
        about = (order.subject, OrderMessage.of(order, shipments=self.carriers))
        change = f"shipment:{shipment_id}"
        await self._outbox.write("order.shipped", about, leased=False, change=change)
        await self._mail.write([(order.user_id, self._mail_about(order_id, parcel))])
        self._outbox.written.set()

    def _mail_about(self, order_id: int, parcel: Parcel) -> OrderShipped:
        known = self.carriers.find(parcel.carrier)
        names = (known.name, known.name_en) if known else (parcel.carrier, parcel.carrier)
        url = self.carriers.tracking_url(parcel.carrier, parcel.tracking_no)
        return OrderShipped(order_id, *names, parcel.tracking_no, url or None)


def _known(order_id: int) -> int:
    """Raises OrderNotFound for a number that no order can have."""
    if not 0 < order_id <= MAX_INT:
        raise OrderNotFound
    return order_id
