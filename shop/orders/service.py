"""Orders: the one place where stock, points, the order and its message become one transaction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec

from shop.addresses.recipient import Recipient
from shop.addresses.recipient import checked as checked_recipient
from shop.addresses.service import AddressService
from shop.cart.service import CartService
from shop.database import transactional
from shop.errors import (
    N_,
    FieldError,
    InvalidInput,
    KeyReused,
    NotCancellable,
    OrderNotFound,
    RecipientFixed,
    ShopError,
)
from shop.external.outbox import Outbox
from shop.external.repository import Message
from shop.identity import SignedInUser
from shop.orders.decide import OrderRequest
from shop.orders.key_repository import KeyRepository
from shop.orders.placement import AlreadyPlaced, OrderPlacement
from shop.orders.repository import OrderRepository, PlacedOrder, subject_of
from shop.orders.schemas import OrderMessage
from shop.paging import MAX_INT, Page, decode_cursor, page_of
from shop.points.service import PointService
from shop.products.quantity import MAX_LINES, checked_quantity
from shop.products.service import ProductService, summed

KEY_LIFETIME = timedelta(days=2)
ERASED_AT_ONCE = 1_000
"""Recipients that one transaction erases."""
CURSOR_SCOPE = "orders"


class PlacementResult(NamedTuple):
    """An order; whether the external system has accepted it; whether an earlier request with the
    same key placed it."""

    order: PlacedOrder
    delivered: bool
    replayed: bool = False


class RecipientRules(NamedTuple):
    """`shared`: whether the external system gets them. They are erased `kept_days` after the order
    was closed."""

    shared: bool = False
    kept_days: int = 90


class OrderService:
    """Orders, from placing them to their end. `OrderPlacement` owns their transaction."""

    def __init__(
        self,
        products: ProductService,
        points: PointService,
        orders: OrderRepository,
        keys: KeyRepository,
        cart: CartService,
        addresses: AddressService,
        outbox: Outbox,
        rules: RecipientRules = RecipientRules(),  # noqa: B008 - it is immutable
    ) -> None:
        self._products = products
        self._points = points
        self._orders = orders
        self._keys = keys
        self._outbox = outbox
        self._placement = OrderPlacement(
            products,
            points,
            orders,
            keys,
            cart,
            addresses,
            outbox,
            share_recipient=rules.shared,
        )
        self._rules = rules

    async def place(self, request: OrderRequest) -> PlacementResult:
        """Takes stock and points and saves the order, all or nothing; then sends its message to the
        external system. A paid order stands, whether or not the message was accepted.

        Raises InvalidInput, ProductNotFound, AddressNotFound, RecipientRequired, PriceChanged,
        OutOfStock and InsufficientPoints, in that order; with a `key`, KeyReused and
        RequestInProgress before them; then, from the cart, AlreadyOrdered or NotInCart. Raises
        Overloaded if too many orders wait.
        """
        request = checked(request)
        try:
            order, message = await self._placement.place(request)
        except AlreadyPlaced:
            return await self._replayed(request)
        return PlacementResult(order, await self._deliver(message))

    async def _deliver(self, message: Message) -> bool:
        """Whether the external system accepts the message. If even the result cannot be recorded,
        the message's lease expires and the relay sends it again."""
        try:
            return await self._outbox.deliver(message)
        except ShopError:
            return False

    async def _replayed(self, request: OrderRequest) -> PlacementResult:
        """The order of the request's key. Raises KeyReused if that was for another request."""
        claimed = await self._keys.get(request.user_id, request.key or "")
        assert claimed is not None
        if claimed.fingerprint != request.fingerprint:
            raise KeyReused
        order = await self._one(claimed.order_id, request.user_id)
        return PlacementResult(order, await self.delivered(order), replayed=True)

    async def placed_with(self, user: SignedInUser, key: str) -> int | None:
        """The id of the order that the user has placed with this key."""
        claimed = await self._keys.get(user.id, key)
        return claimed.order_id if claimed else None

    async def cancel(self, user: SignedInUser | None, order_id: int) -> PlacedOrder:
        """Cancels a paid order: gives points and stock back, and writes a message to the external
        system. Idempotent. With `user` None, any user's order, for staff.

        Raises OrderNotFound, and NotCancellable if it was fulfilled.
        """
        order = await self._cancelled(user, order_id)
        self._outbox.written.set()
        return order

    @transactional
    async def _cancelled(self, user: SignedInUser | None, order_id: int) -> PlacedOrder:
        order = await self.one(user, order_id)
        if not await self._orders.change_status(order.id, "paid", "cancelled"):
            order = await self.one(user, order_id)
            if order.status != "cancelled":
                raise NotCancellable
            return order
        await self._products.return_stock(order.items)
        await self._points.refund(order.user_id, order.total, order.subject)
        order = msgspec.structs.replace(order, status="cancelled")
        data = OrderMessage.of(order)
        await self._outbox.write("order.cancelled", (order.subject, data), leased=False)
        return order

    async def fulfil(self, order_id: int) -> PlacedOrder:
        """Marks a paid order as fulfilled. Idempotent. Raises OrderNotFound, and InvalidInput if it
        was cancelled."""
        order = await self.one(None, order_id)
        if not await self._orders.change_status(order.id, "paid", "fulfilled"):
            order = await self.one(None, order_id)
            if order.status != "fulfilled":
                raise InvalidInput(FieldError("order", N_("This order was cancelled.")))
        return msgspec.structs.replace(order, status="fulfilled")

    async def take_back(self, order_id: int) -> PlacedOrder:
        """Staff have fulfilled the order by mistake: it is paid again. Raises OrderNotFound, and
        InvalidInput if it is not fulfilled."""
        order = await self.one(None, order_id)
        if not await self._orders.change_status(order.id, "fulfilled", "paid"):
            raise InvalidInput(FieldError("order", N_("This order is not fulfilled.")))
        return msgspec.structs.replace(order, status="paid")

    async def change_recipient(
        self, user: SignedInUser, order_id: int, recipient: Recipient
    ) -> None:
        """Raises InvalidInput, OrderNotFound, and RecipientFixed if it can no longer be changed."""
        recipient, order = checked_recipient(recipient), await self.one(user, order_id)
        if not self.recipient_changeable(order) or not await self._orders.set_recipient(
            order.id, user.id, recipient
        ):
            raise RecipientFixed

    def recipient_changeable(self, order: PlacedOrder) -> bool:
        """Not once the order is closed, nor if the external system has got the recipient."""
        open_ = order.status == "paid" and order.recipient is not None
        return open_ and not self._rules.shared

    async def erase_recipients(self) -> None:
        """Erases the recipients of orders that were closed long enough ago, and what the messages
        hold of them."""
        while await self._erase_some() == ERASED_AT_ONCE:
            pass

    @transactional
    async def _erase_some(self) -> int:
        """Returns of how many orders."""
        age = timedelta(days=self._rules.kept_days)
        erased = await self._orders.erase_recipients(age, ERASED_AT_ONCE)
        await self._outbox.erase("recipient", [subject_of(order_id) for order_id in erased])
        return len(erased)

    async def one(self, user: SignedInUser | None, order_id: int) -> PlacedOrder:
        """The order; with `user` None, any user's. Raises OrderNotFound, also if it is another
        user's."""
        return await self._one(order_id, user.id if user else None)

    async def _one(self, order_id: int, user_id: int | None) -> PlacedOrder:
        in_range = 0 < order_id <= MAX_INT
        order = await self._orders.one(order_id, user_id) if in_range else None
        if order is None:
            raise OrderNotFound
        return order

    async def of_user(
        self, user: SignedInUser, cursor: str | None, limit: int
    ) -> Page[PlacedOrder]:
        """The user's orders, the newest first. Raises InvalidInput for an invalid cursor."""
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await self._orders.of_user(user.id, after[0] if after else None, limit + 1)
        return page_of(rows, limit, CURSOR_SCOPE, lambda order: [order.id])

    async def delivered(self, order: PlacedOrder) -> bool:
        """Whether the external system has accepted it."""
        return bool(await self.delivered_of([order]))

    async def delivered_of(self, orders: Sequence[PlacedOrder]) -> set[str]:
        """The subjects of the orders that the external system has accepted, in one query."""
        return await self._outbox.delivered("order.created", [order.subject for order in orders])

    async def sweep_keys(self) -> None:
        """Deletes `Idempotency-Key`s that are older than KEY_LIFETIME."""
        await self._keys.delete(KEY_LIFETIME)


def checked(request: OrderRequest) -> OrderRequest:
    """The request with the items of the same product summed. Raises InvalidInput for no items, for
    too many, for a quantity out of range, and for a wrong recipient."""
    if not 1 <= len(request.items) <= MAX_LINES:
        message = N_("You can order 1 to %(max)s products at a time.")
        raise InvalidInput(FieldError("items", message, {"max": MAX_LINES}))
    items = summed(request.items)
    for item in [*request.items, *items]:
        checked_quantity(item.quantity)
    recipient = request.recipient
    if recipient and request.address_id is not None:
        message = N_("Send either a recipient or an address.")
        raise InvalidInput(FieldError("address_id", message))
    return msgspec.structs.replace(
        request,
        items=items,
        in_cart=summed(request.in_cart),
        recipient=checked_recipient(recipient, "recipient.") if recipient else None,
    )
