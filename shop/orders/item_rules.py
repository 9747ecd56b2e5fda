"""Which items of an order may be cancelled or returned."""

from collections.abc import Sequence

from shop.errors import N_, FieldError, InvalidInput
from shop.orders.change_errors import NothingLeft, RefundChanged
from shop.orders.order import PlacedOrder
from shop.orders.refund_repository import Returned
from shop.products.delivery import CODE
from shop.products.quantity import MAX_LINES, MAX_QUANTITY
from shop.products.service import Item, summed


def items_to_cancel(
    order: PlacedOrder, wanted: Sequence[Item] | None, expected_refunded: int | None
) -> list[Item]:
    """The `wanted` items, or all that are left. Raises what `checked_items` and `check_left` raise,
    and RefundChanged if other points were refunded than the caller expects."""
    if wanted is None:
        return [Item(line.product_id, line.remaining) for line in order.lines]
    if expected_refunded not in (None, order.refunded):
        raise RefundChanged
    items = checked_items(order, wanted)
    check_left(order, items)
    return items


def checked_items(order: PlacedOrder, wanted: Sequence[Item]) -> list[Item]:
    """The items, summed by product, in the order of the order's lines. Raises InvalidInput if there
    are none, for a quantity below 1, and for products that the order does not have."""
    sums = {item.product_id: item.quantity for item in summed(wanted)}
    bought = [line.product_id for line in order.lines]
    if not 1 <= len(wanted) <= MAX_LINES or any(item.quantity < 1 for item in wanted):
        raise InvalidInput(FieldError("items", N_("Choose how many items, at least one.")))
    if not sums.keys() <= set(bought):
        raise InvalidInput(FieldError("items", N_("This product is not in the order.")))
    if any(quantity > MAX_QUANTITY for quantity in sums.values()):
        raise NothingLeft
    return [Item(product_id, sums[product_id]) for product_id in bought if product_id in sums]


def check_left(order: PlacedOrder, items: Sequence[Item]) -> None:
    """Raises NothingLeft if the order has fewer of these items left."""
    lines = {line.product_id: line for line in order.lines}
    if any(lines[item.product_id].remaining < item.quantity for item in items):
        raise NothingLeft


def given_back(order: PlacedOrder, item: Item, unseen: dict[int, int]) -> Returned:
    """The item, of which all goes back into stock, except codes that the buyer has seen."""
    is_code = any(
        line.delivery == CODE for line in order.lines if line.product_id == item.product_id
    )
    restocked = min(item.quantity, unseen.get(item.product_id, 0)) if is_code else item.quantity
    return Returned(item.product_id, item.quantity, restocked)
