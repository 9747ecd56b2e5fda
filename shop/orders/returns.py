"""Returns: requested by the customer within some days, accepted or refused by staff."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.external.outbox import Outbox
from shop.identity import SignedInUser
from shop.orders.change_errors import NotReturnable, ReturnOpen
from shop.orders.codes.sold import SoldCodes
from shop.orders.errors import KeyReused
from shop.orders.item_rules import check_left, checked_items
from shop.orders.order import PlacedOrder
from shop.orders.refund_repository import Returned
from shop.orders.refunds import Refunds
from shop.orders.return_repository import AskedReturn, ReturnRepository
from shop.orders.service import OrderService
from shop.products.delivery import CODE
from shop.products.service import Item

MAX_REASON = 200


class Asked(NamedTuple):
    """A request to return items; `replayed` if an earlier one was this one already."""

    request: AskedReturn
    replayed: bool = False


class Returns:
    """`days`: how long after an order was fulfilled its items may be returned; 0 for never."""

    def __init__(
        self,
        orders: OrderService,
        returns: ReturnRepository,
        refunds: Refunds,
        codes: SoldCodes,
        outbox: Outbox,
        days: int,
    ) -> None:
        self._orders, self._returns, self._refunds = orders, returns, refunds
        self._codes, self._outbox, self.days = codes, outbox, days

    async def returnable(self, order: PlacedOrder) -> dict[int, int]:
        """How many items of each product may be returned now: they were sent or picked up, not too
        long ago. Of codes, only those that the buyer has not seen."""
        if order.status not in {"shipped", "fulfilled"} or not self.days:
            return {}
        ends = (order.closed_at or datetime.now(UTC)) + timedelta(days=self.days)
        if ends <= datetime.now(UTC):
            return {}
        unseen = await self._codes.unseen(order.id) if order.has_codes else {}
        left = {
            line.product_id: unseen.get(line.product_id, 0)
            if line.delivery == CODE
            else line.remaining
            for line in order.lines
        }
        return {product_id: n for product_id, n in left.items() if n}

    @transactional
    async def ask(
        self,
        user: SignedInUser,
        order_id: int,
        items: Sequence[Item],
        reason: str,
        key: str | None = None,
    ) -> Asked:
        """The same request again is the same: with its key also when staff have answered it,
        without one while it is open.

        Raises OrderNotFound, InvalidInput, KeyReused, NotReturnable, NothingLeft if there are fewer
        items, and ReturnOpen if another request is open.
        """
        order = await self._orders.locked(user, order_id)
        items, reason = checked_items(order, items), _checked_reason(reason)
        if earlier := _earlier(await self._returns.of_order(order.id), items, reason, key):
            return Asked(earlier, replayed=True)
        await self._check_returnable(order, items)
        await self._returns.add(order.id, items, reason, key)
        return Asked((await self._returns.of_order(order.id))[-1])

    async def _check_returnable(self, order: PlacedOrder, items: Sequence[Item]) -> None:
        returnable = await self.returnable(order)
        if not returnable:
            raise NotReturnable
        check_left(order, items)
        if any(returnable.get(item.product_id, 0) < item.quantity for item in items):
            raise NotReturnable

    @transactional
    async def take_in(self, order_id: int, request_id: int, came: Sequence[Returned]) -> bool:
        """Staff have received these items, all requested ones or fewer: refunds their points. False
        if the request was closed before. Raises NotFound, InvalidInput, NothingLeft, and
        NotReturnable for codes that the buyer has seen since."""
        order = await self._orders.locked(None, order_id)
        request = await self._one(order_id, request_id)
        asked = {item.product_id: item.quantity for item in request.items}
        if not came or any(
            not 0 <= item.restocked <= item.quantity <= asked.get(item.product_id, 0)
            for item in came
        ):
            message = N_("At most the items that were asked for can be taken in.")
            raise InvalidInput(FieldError("quantity", message))
        if not await self._returns.close(request_id, "taken", ""):
            return False
        await self._check_unseen(order, came)
        await self._refunds.give_back(order, "return", came, NotReturnable())
        self._outbox.written.set()
        return True

    async def _check_unseen(self, order: PlacedOrder, came: Sequence[Returned]) -> None:
        codes = {line.product_id for line in order.lines if line.delivery == CODE}
        unseen = await self._codes.unseen(order.id) if codes else {}
        if any(i.product_id in codes and i.quantity > unseen.get(i.product_id, 0) for i in came):
            raise NotReturnable

    @transactional
    async def refuse(self, order_id: int, request_id: int, answer: str) -> bool:
        """False if the request was closed before. Raises NotFound."""
        await self._orders.locked(None, order_id)
        await self._one(order_id, request_id)
        return await self._returns.close(request_id, "refused", answer)

    async def of_order(self, order_id: int) -> list[AskedReturn]:
        return await self._returns.of_order(order_id)

    async def _one(self, order_id: int, request_id: int) -> AskedReturn:
        for request in await self._returns.of_order(order_id):
            if request.id == request_id:
                return request
        raise NotFound


def _earlier(
    found: Sequence[AskedReturn], items: Sequence[Item], reason: str, key: str | None
) -> AskedReturn | None:
    """The request that this one repeats. Raises KeyReused, and ReturnOpen for another open one."""
    if same := [request for request in found if key and request.key == key]:
        if (same[0].items, same[0].reason) != (items, reason):
            raise KeyReused
        return same[0]
    if is_open := [request for request in found if request.status == "asked"]:
        if key or is_open[0].items != items:
            raise ReturnOpen
        return is_open[0]
    return None


def _checked_reason(reason: str) -> str:
    reason = reason.replace("\x00", "").strip()
    if len(reason) > MAX_REASON:
        message = N_("A reason can have %(max)s characters.")
        raise InvalidInput(FieldError("reason", message, {"max": MAX_REASON}))
    return reason
