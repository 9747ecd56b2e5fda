"""Fulfilled orders and returns: the confirmations to staff and shoppers, against the database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tests.faults.journal import AskedReturn, Entry, FulfilledOrder, Lines, TakenReturn


class StoredOrder(msgspec.Struct, frozen=True):
    """An order in the database. Its points: `total` was paid, `refunded` is what it says went back,
    `given_back` the price of its cancelled and returned items, `paid_back` the sum of the points
    history."""

    id: int
    user: int
    status: str
    lines: Lines
    cancelled: int = 0
    """Items."""
    cancels: int = 0
    """Refunds for cancelled items; with the whole order's."""
    returned: int = 0
    """Items."""
    returns: int = 0
    """Refunds for returned items."""
    asked: frozenset[int] = frozenset()
    """Requests to return items."""
    taken: int = 0
    """Those that were taken in."""
    total: int = 0
    refunded: int = 0
    given_back: int = 0
    paid_back: int = 0


Orders = Mapping[int, StoredOrder]


def lost_steps(entries: Iterable[Entry], orders: Orders) -> list[str]:
    """Confirmed steps that do not exist. Orders that are missing themselves are left out."""
    of_orders = [e for e in entries if isinstance(e, FulfilledOrder | AskedReturn | TakenReturn)]
    known = [entry for entry in of_orders if entry.order in orders]
    return [problem for entry in known if (problem := _lost(entry, orders[entry.order]))] + [
        f"{quantity} items of order {number} were taken in, {orders[number].returned} are returned"
        for number, quantity in _taken(known).items()
        if orders[number].returned < quantity
    ]


def _lost(entry: FulfilledOrder | AskedReturn | TakenReturn, order: StoredOrder) -> str:
    """Empty if it is there."""
    if isinstance(entry, FulfilledOrder):
        is_there = order.status == "fulfilled"
    else:
        is_there = entry.request in order.asked
    return "" if is_there else f"{entry} is not in {order}"


def _taken(entries: Iterable[Entry]) -> Counter[int]:
    """Items that were taken in, by order."""
    taken = Counter[int]()
    for entry in entries:
        if isinstance(entry, TakenReturn):
            taken[entry.order] += entry.quantity
    return taken


def doubled_returns(orders: Orders) -> Iterator[str]:
    """Orders with more, or fewer, refunds for returned items than requests that were taken in."""
    for order in orders.values():
        if order.returns != order.taken:
            yield f"order {order.id}: {order.taken} returns taken in, {order.returns} refunded"


def wrong_refunds(orders: Orders) -> Iterator[str]:
    """Orders that paid back more than was paid, or whose records of it differ."""
    for order in orders.values():
        sums = (order.refunded, order.given_back, order.paid_back)
        if order.refunded > order.total or len(set(sums)) > 1:
            yield f"order {order.id}, {order.total} paid: refunded, items, points history {sums}"


def due_messages(order: StoredOrder) -> list[str]:
    """The types of the messages about the order, in their order."""
    is_cancelled = order.status == "cancelled"
    return [
        "order.created",
        *["order.refunded"] * (order.cancels - is_cancelled),
        *["order.cancelled"] * is_cancelled,
        *["order.fulfilled"] * (order.status == "fulfilled"),
        *["order.refunded"] * order.returns,
    ]
