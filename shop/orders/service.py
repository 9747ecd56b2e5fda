"""Orders: the one place where stock, points, the order and its message become one transaction."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec

from shop.cart.service import CartService
from shop.database import transactional
from shop.errors import (
    N_,
    FieldError,
    InvalidInput,
    KeyReused,
    NotCancellable,
    OrderNotFound,
    ShopError,
)
from shop.external.outbox import Outbox
from shop.external.repository import Message
from shop.identity import SignedInUser
from shop.orders.decide import OrderRequest
from shop.orders.placement import AlreadyPlaced, OrderPlacement
from shop.orders.repository import OrderRepository, PlacedOrder
from shop.orders.schemas import OrderMessage
from shop.paging import MAX_INT, Page, decode_cursor, page_of
from shop.points.service import PointService
from shop.products.quantity import MAX_LINES, checked_quantity
from shop.products.service import Item, ProductService, summed

KEY_LIFETIME = timedelta(days=2)
CURSOR_SCOPE = "orders"


class Wish(msgspec.Struct, frozen=True):
    """What somebody wants to buy. `expected_total` in points, where they were shown one. `in_cart`
    is what their cart held of it when they looked, and leaves it; None where it is not bought from
    the cart."""

    items: list[Item]
    expected_total: int | None = None
    in_cart: list[Item] | None = None


class PlacementResult(NamedTuple):
    """An order, and whether it was placed by an earlier request with the same key."""

    order: PlacedOrder
    delivered: bool
    replayed: bool = False


class OrderService:
    """Orders, from placing them to their end. `OrderPlacement` owns their transaction."""

    def __init__(
        self,
        products: ProductService,
        points: PointService,
        orders: OrderRepository,
        cart: CartService,
        outbox: Outbox,
    ) -> None:
        self._products = products
        self._points = points
        self._orders = orders
        self._outbox = outbox
        self._placement = OrderPlacement(products, points, orders, cart, outbox)

    async def place(
        self, user: SignedInUser, wish: Wish, key: str | None = None
    ) -> PlacementResult:
        """Takes stock and points, saves the order, and tells the external system. All or nothing,
        but for the last: a paid order stands, whether or not it could be told at once.

        Raises InvalidInput, ProductNotFound, PriceChanged, OutOfStock and InsufficientPoints, in
        that order; with a `key`, KeyReused and RequestInProgress before them; then, from the cart,
        AlreadyOrdered or NotInCart. Raises Overloaded if too many orders wait.
        """
        items = checked(wish)
        request = OrderRequest(
            user_id=user.id,
            items=items,
            fingerprint=_fingerprint(items, wish.expected_total),
            expected_total=wish.expected_total,
            in_cart=summed(wish.in_cart or []),
            key=key,
        )
        try:
            order, message = await self._placement.place(request)
        except AlreadyPlaced:
            return await self._replayed(user, request)
        return PlacementResult(order, await self._deliver(message))

    async def _deliver(self, message: Message) -> bool:
        """Whether the external system has accepted it. The order stands in any case: where not even
        the answer can be noted, the lease runs out and the relay sends the message again."""
        try:
            return await self._outbox.deliver(message)
        except ShopError:
            return False

    async def _replayed(self, user: SignedInUser, request: OrderRequest) -> PlacementResult:
        """The order that the request's key has made. Raises KeyReused if it made another."""
        claimed = await self._orders.claimed_key(user.id, request.key or "")
        assert claimed is not None
        if claimed.fingerprint != request.fingerprint:
            raise KeyReused
        order = await self.one(user, claimed.order_id)
        return PlacementResult(order, await self.delivered(order), replayed=True)

    async def placed_with(self, user: SignedInUser, key: str) -> int | None:
        """The id of the order that the user has placed with this key."""
        claimed = await self._orders.claimed_key(user.id, key)
        return claimed.order_id if claimed else None

    async def cancel(self, user: SignedInUser | None, order_id: int) -> PlacedOrder:
        """Cancels a paid order: points and stock back, the external system told. Once; a second
        time it is the same answer. `user` None is staff, who may cancel anybody's.

        Raises OrderNotFound, and NotCancellable where it was fulfilled.
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
        """Staff have handed the goods over. Raises OrderNotFound, and InvalidInput where the order
        was cancelled; a second time it is the same answer."""
        order = await self.one(None, order_id)
        if not await self._orders.change_status(order.id, "paid", "fulfilled"):
            order = await self.one(None, order_id)
            if order.status != "fulfilled":
                raise InvalidInput(FieldError("order", N_("This order was cancelled.")))
        return msgspec.structs.replace(order, status="fulfilled")

    async def one(self, user: SignedInUser | None, order_id: int) -> PlacedOrder:
        """The order. Raises OrderNotFound, also where it is another user's."""
        in_range = 0 < order_id <= MAX_INT
        order = await self._orders.one(order_id, user.id if user else None) if in_range else None
        if order is None:
            raise OrderNotFound
        return order

    async def of_user(
        self, user: SignedInUser, cursor: str | None, limit: int
    ) -> Page[PlacedOrder]:
        """The user's orders, the newest first. Raises InvalidInput for a cursor not ours."""
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await self._orders.of_user(user.id, after[0] if after else None, limit + 1)
        return page_of(rows, limit, CURSOR_SCOPE, lambda order: [order.id])

    async def delivered(self, order: PlacedOrder) -> bool:
        """Whether the external system has accepted it."""
        return bool(await self.delivered_of([order]))

    async def delivered_of(self, orders: Sequence[PlacedOrder]) -> set[str]:
        """The subjects of those orders that the external system has accepted, in one query."""
        return await self._outbox.delivered("order.created", [order.subject for order in orders])

    async def sweep_keys(self) -> None:
        """Forgets `Idempotency-Key`s that are older than we promised to keep them."""
        await self._orders.delete_keys(KEY_LIFETIME)


def checked(wish: Wish) -> list[Item]:
    """The items, the same product summed. Raises InvalidInput for too few, too many, or none."""
    lines = {"max": MAX_LINES}
    if not 1 <= len(wish.items) <= MAX_LINES:
        raise InvalidInput(
            FieldError("items", N_("You can order 1 to %(max)s products at a time."), lines)
        )
    for item in wish.items:
        checked_quantity(item.quantity)
    items = summed(wish.items)
    for item in items:
        checked_quantity(item.quantity)
    return items


def _fingerprint(items: Sequence[Item], expected_total: int | None) -> str:
    """The same for the same wish, however its items were listed."""
    ordered = sorted((item.product_id, item.quantity) for item in items)
    return hashlib.sha256(msgspec.json.encode([ordered, expected_total])).hexdigest()
