"""Codes of orders: taken with the order, shown to their buyer, given back or replaced."""

from collections.abc import Mapping, Sequence

from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.identity import SignedInUser
from shop.orders.codes.box import CodeBox
from shop.orders.codes.errors import CodesUnreadable, OrderCancelled
from shop.orders.codes.sold_repository import SoldCodeRepository
from shop.orders.codes.stock import Movement
from shop.orders.errors import OrderNotFound
from shop.orders.refund_repository import Returned
from shop.paging import MAX_INT
from shop.products.service import ProductService, StockMoved
from shop.security_log import security_event
from shop.users.secret_box import Unreadable


class SoldCodes:
    """Codes that are valid for fewer than `min_days` days are not sold."""

    def __init__(
        self, products: ProductService, codes: SoldCodeRepository, box: CodeBox, min_days: int
    ) -> None:
        self._products, self._codes, self._box = products, codes, box
        self._min_days = min_days

    async def free(self, wanted: Mapping[int, int]) -> dict[int, list[int]]:
        """Ids of up to so many codes of each product, the soonest to expire first. The products'
        stock must be locked."""
        return await self._codes.free(wanted, self._min_days) if wanted else {}

    async def save_taken(self, taken: Mapping[int, int]) -> None:
        """Writes what `assign_codes` decided: orders by code. Raises StockMoved."""
        if taken and not await self._codes.take(taken):
            raise StockMoved(f"codes are not free that were locked: {sorted(taken)}")

    async def are_revealed(self, order_id: int) -> bool:
        """Whether the buyer has seen a code of the order."""
        return await self._codes.is_revealed(order_id)

    async def unseen(self, order_id: int) -> dict[int, int]:
        """How many codes of the order its buyer has not seen, by product. Only these can be free
        again."""
        return await self._codes.unseen(order_id)

    async def give_back(self, order_id: int, items: Sequence[Returned]) -> None:
        """Part of a refund, after stock was returned: so many codes leave the order, `restocked` of
        them are free again, the others are voided. Raises StockMoved."""
        expected = sum(item.quantity for item in items)
        if expected and await self._codes.give_back(order_id, items) != expected:
            raise StockMoved(f"order {order_id} has not the codes that were locked: {items}")

    async def reveal(self, user: SignedInUser, order_id: int, product_id: int) -> list[str]:
        """The codes of a line. From then on its buyer cannot cancel the order. Idempotent.

        Raises OrderNotFound, NotFound if it is not a line of codes, OrderCancelled, and
        CodesUnreadable if none of the shop's secrets has sealed them.
        """
        codes = await self._reveal(user, order_id, product_id)
        security_event("codes-shown", user=user.id, order=order_id, product=product_id)
        return codes

    @transactional
    async def _reveal(self, user: SignedInUser, order_id: int, product_id: int) -> list[str]:
        await self._lock(order_id, user.id)
        kept = await self._codes.of_line(order_id, product_id) if product_id <= MAX_INT else []
        if not kept:
            raise NotFound
        try:
            codes = [self._box.open(code.key, code.sealed) for code in kept]
        except Unreadable:
            raise CodesUnreadable from None
        await self._codes.set_revealed([code.id for code in kept])
        return codes

    @transactional
    async def replace(self, order_id: int, code_id: int, movement: Movement) -> int:
        """Voids a code of the order and gives it another one. The product's id.

        Raises OrderNotFound, OrderCancelled, and InvalidInput if the order does not have the code,
        or no other is left.
        """
        await self._lock(order_id, None)
        product_id = await self._codes.void_sold(order_id, code_id)
        if product_id is None:
            raise InvalidInput(FieldError("code", N_("This code was already replaced.")))
        await self._products.lock_stock([product_id])
        free = await self.free({product_id: 1})
        if not free[product_id]:
            message = N_("No other code of this product is left. Please import codes first.")
            raise InvalidInput(FieldError("code", message))
        await self.save_taken({free[product_id][0]: order_id})
        await self._products.move_stock(
            product_id,
            -1,
            "adjust",
            movement.reason,
            movement.actor_id,
            movement.reference,
            of_codes=True,
        )
        return product_id

    async def _lock(self, order_id: int, user_id: int | None) -> None:
        in_range = 0 < order_id <= MAX_INT
        status = await self._codes.lock_order(order_id, user_id) if in_range else None
        if status is None:
            raise OrderNotFound
        if status == "cancelled":
            raise OrderCancelled
