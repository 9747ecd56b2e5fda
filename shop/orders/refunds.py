"""Points back for cancelled and returned items: never more than was paid."""

from collections.abc import Sequence

import msgspec

from shop.errors import ShopError
from shop.external.outbox import Outbox
from shop.mail.content import OrderCancelled
from shop.mail.service import MailService
from shop.orders.change_errors import NothingLeft
from shop.orders.codes.sold import SoldCodes
from shop.orders.order import PlacedOrder
from shop.orders.refund_repository import Kind, RefundRepository, Returned
from shop.orders.schemas import OrderMessage, RefundItemOut, RefundOut
from shop.points.service import PointService
from shop.products.delivery import CODE
from shop.products.service import Item, ProductService


class Refunds:
    """Must be called in a transaction that has locked the order."""

    def __init__(
        self,
        products: ProductService,
        points: PointService,
        refunds: RefundRepository,
        codes: SoldCodes,
        outbox: Outbox,
        mail: MailService,
    ) -> None:
        self._products, self._points = products, points
        self._refunds, self._codes = refunds, codes
        self._outbox, self._mail = outbox, mail

    async def give_back(
        self, order: PlacedOrder, kind: Kind, items: Sequence[Returned], refusal: ShopError
    ) -> PlacedOrder:
        """Removes the items from the order, restocks the given ones, refunds their price, and
        writes the message. Of codes, only unseen ones can be restocked. Returns the changed order,
        which is cancelled if no item is left. Raises NothingLeft if the order has fewer items left,
        and `refusal` if its status does not allow it."""
        prices = {line.product_id: line.unit_price for line in order.lines}
        amount = sum(prices[item.product_id] * item.quantity for item in items)
        status = await self._refunds.add_to_order(order.id, kind, amount)
        if status is None:
            raise refusal
        if not await self._refunds.take_from_lines(order.id, kind, items):
            raise NothingLeft
        restocked = [Item(item.product_id, item.restocked) for item in items if item.restocked]
        await self._products.return_stock(restocked)
        of_codes = {line.product_id for line in order.lines if line.delivery == CODE}
        await self._codes.give_back(order.id, [i for i in items if i.product_id in of_codes])
        refund_id = await self._refunds.add(order.id, kind, amount, items)
        await self._points.refund(order.user_id, amount, f"{order.subject}:{refund_id}")
        order = _after(order, kind, items, status, amount)
        if kind == "cancel":
            whole = order.status == "cancelled"
            await self._mail.write([(order.user_id, OrderCancelled(order.id, amount, whole))])
        await self._tell(order, refund_id, RefundOut(kind, amount, _items_out(items)))
        return order

    async def _tell(self, order: PlacedOrder, refund_id: int, refund: RefundOut) -> None:
        if order.status == "cancelled":
            about = (order.subject, OrderMessage.of(order))
            await self._outbox.write("order.cancelled", about, leased=False)
            return
        data = OrderMessage.of(order, refund=refund)
        change = f"refund:{refund_id}"
        await self._outbox.write(
            "order.refunded", (order.subject, data), leased=False, change=change
        )


def _items_out(items: Sequence[Returned]) -> list[RefundItemOut]:
    return [RefundItemOut(item.product_id, item.quantity) for item in items]


def _after(
    order: PlacedOrder, kind: Kind, items: Sequence[Returned], status: str, amount: int
) -> PlacedOrder:
    taken = {item.product_id: item.quantity for item in items}
    field = "cancelled" if kind == "cancel" else "returned"
    lines = [
        msgspec.structs.replace(
            line, **{field: getattr(line, field) + taken.get(line.product_id, 0)}
        )
        for line in order.lines
    ]
    return msgspec.structs.replace(
        order, lines=lines, status=status, refunded=order.refunded + amount
    )
