"""Orders: the one place where stock, points, the order and its message become one transaction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from shop.batches import Batches
from shop.database import transactional
from shop.errors import ShopError
from shop.external.outbox import Outbox
from shop.external.repository import Message
from shop.identity import SignedInUser
from shop.orders.carriers import Carriers
from shop.orders.change_errors import NotCancellable
from shop.orders.codes.errors import CodesRevealed
from shop.orders.codes.sold import SoldCodes
from shop.orders.desk import DeskCodes
from shop.orders.errors import KeyReused, OrderNotFound
from shop.orders.item_rules import given_back, items_to_cancel
from shop.orders.key_repository import KeyRepository
from shop.orders.order import PlacedOrder
from shop.orders.placement import AlreadyPlaced, OrderPlacement
from shop.orders.refunds import Refunds
from shop.orders.repository import OrderRepository
from shop.orders.request import OrderRequest, checked
from shop.paging import MAX_INT, Page, decode_cursor, page_of
from shop.products.service import Item

KEY_LIFETIME = timedelta(days=2)
CURSOR_SCOPE = "orders"


class PlacementResult(NamedTuple):
    """An order, and whether an earlier request with the same key placed it."""

    order: PlacedOrder
    replayed: bool = False


class OrderService:
    """Orders, from placing them to their end. `OrderPlacement` owns their transaction."""

    def __init__(
        self,
        placement: OrderPlacement,
        orders: OrderRepository,
        keys: KeyRepository,
        codes: SoldCodes,
        refunds: Refunds,
        outbox: Outbox,
        carriers: Carriers,
        desk_codes: DeskCodes,
    ) -> None:
        self._placement = placement
        self._orders = orders
        self._keys = keys
        self._codes = codes
        self._refunds = refunds
        self._outbox = outbox
        self.carriers = carriers
        self._desk_codes = desk_codes

    @property
    def queue(self) -> Batches[Any, Any]:
        """Orders that wait to be placed, for the metrics."""
        return self._placement.queue

    async def place(self, request: OrderRequest) -> PlacementResult:
        """Takes stock and points and saves the order, all or nothing; then sends its message to the
        external system. A paid order stands, whether or not the message was accepted.

        Raises InvalidInput, ProductNotFound, AddressNotFound, RecipientRequired, NotOnSale,
        PriceChanged, LimitReached, OutOfStock and InsufficientPoints, in that order; with a `key`,
        KeyReused and RequestInProgress before them; then, from the cart, AlreadyOrdered or
        NotInCart. Raises Overloaded if too many orders wait.
        """
        request = checked(request)
        try:
            order, message = await self._placement.place(request)
        except AlreadyPlaced:
            return await self._replayed(request)
        accepted = await self._deliver(message)
        return PlacementResult(msgspec.structs.replace(order, accepted=accepted))

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
        return PlacementResult(order, replayed=True)

    async def placed_with(self, user: SignedInUser, key: str) -> int | None:
        """The id of the order that the user has placed with this key."""
        claimed = await self._keys.get(user.id, key)
        return claimed.order_id if claimed else None

    async def cancel(
        self,
        user: SignedInUser | None,
        order_id: int,
        items: Sequence[Item] | None = None,
        expected_refunded: int | None = None,
    ) -> PlacedOrder:
        """Cancels a paid order, or some of its items: gives points and stock back, and writes a
        message to the external system. The whole order is idempotent. With `user` None, any user's
        order, for staff. `expected_refunded` are the points that the caller knows were refunded: a
        form that is sent twice cancels once.

        Raises OrderNotFound, NotCancellable if it is no longer just paid, CodesRevealed; for items
        InvalidInput, RefundChanged, and NothingLeft if there are fewer.
        """
        order = await self._cancelled(user, order_id, items, expected_refunded)
        self._outbox.written.set()
        return order

    @transactional
    async def _cancelled(
        self,
        user: SignedInUser | None,
        order_id: int,
        wanted: Sequence[Item] | None,
        expected_refunded: int | None,
    ) -> PlacedOrder:
        order = await self.locked(user, order_id)
        if wanted is None and order.status == "cancelled":
            return order
        if order.status != "paid" or order.collected_at:
            raise NotCancellable
        if order.has_codes and user is not None and await self._codes.are_revealed(order.id):
            raise CodesRevealed
        items = items_to_cancel(order, wanted, expected_refunded)
        unseen = await self._codes.unseen(order.id) if order.has_codes else {}
        back = [given_back(order, item, unseen) for item in items if item.quantity]
        return await self._refunds.give_back(order, "cancel", back, NotCancellable())

    async def locked(self, user: SignedInUser | None, order_id: int) -> PlacedOrder:
        """As `one`; locked until the transaction ends."""
        order = await self.one(user, order_id)
        await self._orders.lock(order.id)
        return await self.one(user, order_id)

    def desk_code(self, order: PlacedOrder) -> str | None:
        """The code that the buyer shows at the desk, which never changes; None without goods for
        the desk."""
        return self._desk_codes.of(order.id) if order.had_desk_goods else None

    async def is_cancellable(self, order: PlacedOrder) -> bool:
        """Whether its buyer can cancel it."""
        if order.status != "paid" or order.collected_at:
            return False
        return not (order.has_codes and await self._codes.are_revealed(order.id))

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

    async def sweep_keys(self) -> None:
        """Deletes `Idempotency-Key`s that are older than KEY_LIFETIME."""
        await self._keys.delete(KEY_LIFETIME)
