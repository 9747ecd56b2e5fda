"""Compares the responses that clients got, the database, and the messages that the partner
accepted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from tests.faults.journal import (
    AskedReturn,
    CancelledItems,
    CancelledOrder,
    Entry,
    FailedRequest,
    FulfilledOrder,
    OrderRequest,
    OrderResponse,
    OtherResponse,
    TakenReturn,
)
from tests.faults.steps import (
    StoredOrder,
    doubled_returns,
    due_messages,
    lost_steps,
    wrong_refunds,
)


class StockState(msgspec.Struct, frozen=True):
    """Items of a product: on hand, received, and sold without being put back into stock."""

    id: int
    on_hand: int
    received: int
    sold: int


class Message(msgspec.Struct, frozen=True):
    """A message that the partner accepted; `deliveries` counts how often it was received."""

    type: str
    order: int
    deliveries: int


class Verdict(msgspec.Struct):
    """Counts, and in `wrong` a description of each violation."""

    asked: int = 0
    asked_with_key: int = 0
    accepted: int = 0
    refused: dict[str, int] = {}
    retried: int = 0
    replayed: int = 0
    cancelled: int = 0
    items_cancelled: int = 0
    fulfilled: int = 0
    returns_asked: int = 0
    returns_taken: int = 0
    unknown: int = 0
    failed: dict[str, int] = {}
    others: dict[str, int] = {}
    repeated_deliveries: int = 0
    unanswered: list[str] = []
    unexpected: list[str] = []
    lost: list[str] = []
    doubled: list[str] = []
    oversold: list[str] = []
    overpaid: list[str] = []
    undelivered: list[str] = []

    @property
    def is_clean(self) -> bool:
        return not any(self.wrong.values())

    @property
    def wrong(self) -> dict[str, list[str]]:
        return {
            "lost": self.lost,
            "doubled": self.doubled,
            "oversold": self.oversold,
            "overpaid": self.overpaid,
            "undelivered": self.undelivered,
            "unanswered": self.unanswered,
            "unexpected (500)": self.unexpected,
        }


def judge(
    journal: Iterable[Entry],
    stored: Iterable[StoredOrder],
    stock: Iterable[StockState],
    messages: Iterable[Message],
) -> Verdict:
    entries = list(journal)
    requests = {entry.id: entry for entry in entries if isinstance(entry, OrderRequest)}
    responses = [entry for entry in entries if isinstance(entry, OrderResponse)]
    orders = {order.id: order for order in stored}
    accepted = list(messages)
    verdict = Verdict(
        asked=len(requests),
        asked_with_key=sum(request.key is not None for request in requests.values()),
        accepted=sum(response.status == 201 for response in responses),
        refused=dict(Counter(f"{r.status} {r.code}" for r in responses if r.status != 201)),
        replayed=sum(response.replayed for response in responses),
        cancelled=_count(entries, CancelledOrder),
        failed=dict(Counter(entry.how for entry in entries if isinstance(entry, FailedRequest))),
        items_cancelled=_count(entries, CancelledItems),
        fulfilled=_count(entries, FulfilledOrder),
        returns_asked=_count(entries, AskedReturn),
        returns_taken=_count(entries, TakenReturn),
        others=dict(Counter(entry.what for entry in entries if isinstance(entry, OtherResponse))),
        repeated_deliveries=sum(message.deliveries - 1 for message in accepted),
    )
    answered = {response.request for response in responses}
    unanswered = [request for request in requests.values() if request.id not in answered]
    verdict.unknown = sum(request.key is None for request in unanswered)
    verdict.retried = sum(isinstance(e, FailedRequest) for e in entries) - verdict.unknown
    verdict.unanswered = [
        f"request {request.id} with a key" for request in unanswered if request.key is not None
    ]
    verdict.unexpected = [
        f"{entry.what}: {entry.how}"
        for entry in entries
        if isinstance(entry, FailedRequest) and entry.how.startswith("500")
    ]
    placed = [
        (requests[response.request], response.order)
        for response in responses
        if response.order is not None
    ]
    cancelled = [entry.order for entry in entries if isinstance(entry, CancelledOrder)]
    verdict.lost = [
        *_lost(placed, orders),
        *_lost_cancels(cancelled, orders),
        *_lost_items([entry for entry in entries if isinstance(entry, CancelledItems)], orders),
        *_unknown_orders(accepted, orders),
        *lost_steps(entries, orders),
    ]
    verdict.doubled = [
        *_shared_or_split(placed),
        *_unexplained(placed, unanswered, orders),
        *_accepted_twice(accepted),
        *doubled_returns(orders),
    ]
    verdict.oversold = [
        f"product {product.id}: {product.on_hand} on hand, "
        f"{product.sold} sold of {product.received}"
        for product in stock
        if product.on_hand < 0 or product.sold > product.received
    ]
    verdict.overpaid = list(wrong_refunds(orders))
    verdict.undelivered = _undelivered(accepted, orders)
    return verdict


def _count(entries: list[Entry], kind: type[Entry]) -> int:
    return sum(isinstance(entry, kind) for entry in entries)


def _lost(placed: list[tuple[OrderRequest, int]], orders: dict[int, StoredOrder]) -> list[str]:
    """Orders that were confirmed to a client and are missing or differ from the request."""
    lost = []
    for request, number in placed:
        order = orders.get(number)
        if order is None:
            lost.append(f"order {number} of user {request.user} is missing")
        elif (order.user, order.lines) != (request.user, request.lines):
            lost.append(f"order {number} is {order}, but the request was {request}")
    return lost


def _lost_cancels(cancelled: list[int], orders: dict[int, StoredOrder]) -> list[str]:
    standing = [id_ for id_ in cancelled if id_ in orders and orders[id_].status != "cancelled"]
    return [f"the cancellation of order {number} is missing" for number in standing]


def _lost_items(cancelled: list[CancelledItems], orders: dict[int, StoredOrder]) -> list[str]:
    confirmed = Counter[int]()
    for entry in cancelled:
        confirmed[entry.order] += entry.quantity
    return [
        f"{quantity} items of order {number} were cancelled, but it says {orders[number].cancelled}"
        for number, quantity in confirmed.items()
        if number in orders and orders[number].cancelled < quantity
    ]


def _unknown_orders(accepted: list[Message], orders: dict[int, StoredOrder]) -> list[str]:
    """Messages that the partner accepted about orders that do not exist."""
    return [
        f"the partner accepted {message.type} of order {message.order}, which is missing"
        for message in accepted
        if message.order not in orders
    ]


def _shared_or_split(placed: list[tuple[OrderRequest, int]]) -> list[str]:
    """An order returned for two requests, or two orders returned for one key."""
    requests_of: dict[int, set[str]] = defaultdict(set)
    orders_of: dict[tuple[int, str], set[int]] = defaultdict(set)
    for request, number in placed:
        requests_of[number].add(request.id)
        if request.key is not None:
            orders_of[request.user, request.key].add(number)
    shared = [
        f"order {number}: requests {sorted(i)}" for number, i in requests_of.items() if len(i) > 1
    ]
    split = [f"key {key}: orders {sorted(i)}" for key, i in orders_of.items() if len(i) > 1]
    return shared + split


def _unexplained(
    placed: list[tuple[OrderRequest, int]],
    unanswered: list[OrderRequest],
    orders: dict[int, StoredOrder],
) -> list[str]:
    """Orders that were not confirmed to a client and that no request without a response can have
    placed. A request with a key is repeated until it gets a response, so a second order from it is
    unexplained."""
    numbers = {number for _, number in placed}
    possible = Counter((request.user, str(request.lines)) for request in unanswered)
    found = []
    for order in orders.values():
        if order.id in numbers:
            continue
        key = (order.user, str(order.lines))
        if not possible[key]:
            found.append(f"order {order.id} of user {order.user}: no request can have placed it")
        possible[key] -= 1
    return found


def _accepted_twice(accepted: list[Message]) -> list[str]:
    """Messages of the same type and order under different webhook-ids. An order may have several
    refunds."""
    counts = Counter((m.type, m.order) for m in accepted if m.type != "order.refunded")
    return [f"{type_} of order {order}: {n} ids" for (type_, order), n in counts.items() if n > 1]


def _undelivered(accepted: list[Message], orders: dict[int, StoredOrder]) -> list[str]:
    """Orders whose messages were not accepted, or not in order."""
    types_of: dict[int, list[str]] = defaultdict(list)
    for message in accepted:
        types_of[message.order].append(message.type)
    return [
        f"order {order.id} ({order.status}): {types_of[order.id]}"
        for order in orders.values()
        if types_of[order.id] != due_messages(order)
    ]


def accepted_messages(received: Iterable[dict[str, Any]]) -> list[Message]:
    return [Message(m["type"], m["data"]["id"], m["deliveries"]) for m in received]
