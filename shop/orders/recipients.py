"""To whom an order's parcels go: changed by the user, erased some time after the order."""

from datetime import timedelta

import msgspec

from shop.addresses.recipient import Recipient
from shop.addresses.recipient import checked as checked_recipient
from shop.database import transactional
from shop.external.outbox import Outbox
from shop.identity import SignedInUser
from shop.orders.change_errors import RecipientFixed
from shop.orders.order import PlacedOrder, subject_of
from shop.orders.recipient_repository import RecipientRepository
from shop.orders.schemas import OrderMessage
from shop.orders.service import OrderService

ERASED_AT_ONCE = 1_000
"""Recipients that one transaction erases."""


class RecipientService:
    """`shared`: whether the external system gets recipients. They are erased `lifetime` after the
    order was closed."""

    def __init__(
        self,
        recipients: RecipientRepository,
        orders: OrderService,
        outbox: Outbox,
        *,
        shared: bool,
        lifetime: timedelta,
    ) -> None:
        self._recipients = recipients
        self._orders = orders
        self._outbox = outbox
        self._shared = shared
        self._lifetime = lifetime

    async def change(self, user: SignedInUser, order_id: int, recipient: Recipient) -> None:
        """Possible while the order is paid. An external system that gets recipients gets this one
        too. Raises InvalidInput, OrderNotFound, and RecipientFixed if it cannot be changed."""
        await self._change(user, order_id, checked_recipient(recipient))
        self._outbox.written.set()

    @transactional
    async def _change(self, user: SignedInUser, order_id: int, recipient: Recipient) -> None:
        order = await self._orders.one(user, order_id)
        if not await self._recipients.set(order.id, user.id, recipient):
            raise RecipientFixed
        if self._shared:
            order = msgspec.structs.replace(order, recipient=recipient)
            data = OrderMessage.of(order, share_recipient=True)
            await self._outbox.write_next("order.recipient", order.subject, data)

    @staticmethod
    def is_changeable(order: PlacedOrder) -> bool:
        """Not once the order is being packed."""
        return order.status == "paid" and order.recipient is not None

    async def erase(self) -> None:
        """Erases the recipients of orders that were closed long enough ago, also from the
        messages."""
        while await self._erase_some() == ERASED_AT_ONCE:
            pass

    @transactional
    async def erase_of(self, order_ids: list[int]) -> None:
        """Erases the recipients of these orders, also from the messages."""
        await self._recipients.erase_of(order_ids)
        await self._outbox.erase("recipient", [subject_of(order_id) for order_id in order_ids])

    @transactional
    async def _erase_some(self) -> int:
        """Returns of how many orders."""
        erased = await self._recipients.erase(self._lifetime, ERASED_AT_ONCE)
        await self._outbox.erase("recipient", [subject_of(order_id) for order_id in erased])
        return len(erased)
