"""The reckoning: what the clients were told, what the database holds, what the partner accepted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from tests.faults.journal import Ask, Cancelled, Counted, Entry, Failed, Lines, Told


class Kept(msgspec.Struct, frozen=True):
    """An order in the database."""

    id: int
    user: int
    status: str
    lines: Lines


class Shelf(msgspec.Struct, frozen=True):
    """A product's items: on hand, received, and sold and not cancelled."""

    product: int
    on_hand: int
    received: int
    sold: int


class Message(msgspec.Struct, frozen=True):
    """What the partner accepted, in its order; `deliveries` is how often it came."""

    type: str
    order: int
    deliveries: int


class Verdict(msgspec.Struct):
    """Counts, and in `wrong` each thing that must not be, in words."""

    asked: int = 0
    asked_with_key: int = 0
    accepted: int = 0
    refused: dict[str, int] = {}
    retried: int = 0
    replayed: int = 0
    cancelled: int = 0
    unknown: int = 0
    failed: dict[str, int] = {}
    likes_and_carts: int = 0
    repeated_deliveries: int = 0
    unanswered: list[str] = []
    unexpected: list[str] = []
    lost: list[str] = []
    doubled: list[str] = []
    oversold: list[str] = []
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
            "undelivered": self.undelivered,
            "unanswered": self.unanswered,
            "unexpected (500)": self.unexpected,
        }


def judge(
    journal: Iterable[Entry],
    kept: Iterable[Kept],
    shelves: Iterable[Shelf],
    messages: Iterable[Message],
) -> Verdict:
    entries = list(journal)
    asks = {entry.id: entry for entry in entries if isinstance(entry, Ask)}
    told = [entry for entry in entries if isinstance(entry, Told)]
    orders = {order.id: order for order in kept}
    heard = list(messages)
    verdict = Verdict(
        asked=len(asks),
        asked_with_key=sum(ask.key is not None for ask in asks.values()),
        accepted=sum(answer.status == 201 for answer in told),
        refused=dict(Counter(f"{t.status} {t.code}" for t in told if t.status != 201)),
        replayed=sum(answer.replayed for answer in told),
        cancelled=sum(isinstance(entry, Cancelled) for entry in entries),
        failed=dict(Counter(entry.how for entry in entries if isinstance(entry, Failed))),
        likes_and_carts=sum(isinstance(entry, Counted) for entry in entries),
        repeated_deliveries=sum(message.deliveries - 1 for message in heard),
    )
    answered = {answer.ask for answer in told}
    silent = [ask for ask in asks.values() if ask.id not in answered]
    verdict.unknown = sum(ask.key is None for ask in silent)
    verdict.retried = sum(isinstance(e, Failed) for e in entries) - verdict.unknown
    verdict.unanswered = [f"ask {ask.id} with its key" for ask in silent if ask.key is not None]
    verdict.unexpected = [
        f"{entry.what}: {entry.how}"
        for entry in entries
        if isinstance(entry, Failed) and entry.how.startswith("500")
    ]
    placed = [(asks[answer.ask], answer.order) for answer in told if answer.order is not None]
    cancelled = [entry.order for entry in entries if isinstance(entry, Cancelled)]
    verdict.lost = [
        *_lost(placed, orders),
        *_lost_cancels(cancelled, orders),
        *_ghosts(heard, orders),
    ]
    verdict.doubled = [
        *_told_twice(placed),
        *_unexplained(placed, silent, orders),
        *_accepted_twice(heard),
    ]
    verdict.oversold = [
        f"product {shelf.product}: {shelf.on_hand} on hand, {shelf.sold} sold of {shelf.received}"
        for shelf in shelves
        if shelf.on_hand < 0 or shelf.sold > shelf.received
    ]
    verdict.undelivered = _undelivered(heard, orders)
    return verdict


def _lost(placed: list[tuple[Ask, int]], orders: dict[int, Kept]) -> list[str]:
    """Orders that a client was told of and that are not there as they were asked for."""
    lost = []
    for ask, number in placed:
        order = orders.get(number)
        if order is None:
            lost.append(f"order {number} of user {ask.user} is not there")
        elif (order.user, order.lines) != (ask.user, ask.lines):
            lost.append(f"order {number} is {order}, but {ask} was asked")
    return lost


def _lost_cancels(cancelled: list[int], orders: dict[int, Kept]) -> list[str]:
    standing = [id_ for id_ in cancelled if id_ in orders and orders[id_].status != "cancelled"]
    return [f"the cancellation of order {number} is not there" for number in standing]


def _ghosts(heard: list[Message], orders: dict[int, Kept]) -> list[str]:
    """What the partner was told and the shop knows nothing of."""
    return [
        f"the partner accepted {message.type} of order {message.order}, which is not there"
        for message in heard
        if message.order not in orders
    ]


def _told_twice(placed: list[tuple[Ask, int]]) -> list[str]:
    """An order that stands for two asks, or a key that stands for two orders."""
    asks_of: dict[int, set[str]] = defaultdict(set)
    orders_of: dict[tuple[int, str], set[int]] = defaultdict(set)
    for ask, number in placed:
        asks_of[number].add(ask.id)
        if ask.key is not None:
            orders_of[ask.user, ask.key].add(number)
    shared = [f"order {number}: asks {sorted(i)}" for number, i in asks_of.items() if len(i) > 1]
    split = [f"key {key}: orders {sorted(i)}" for key, i in orders_of.items() if len(i) > 1]
    return shared + split


def _unexplained(
    placed: list[tuple[Ask, int]], silent: list[Ask], orders: dict[int, Kept]
) -> list[str]:
    """Orders that nobody was told of, and that no ask without an answer can have made.

    Whoever asks with a key asks until there is an answer. So a second order from one ask with a key
    is an order that nobody was told of; only asks without a key may have left one.
    """
    numbers = {number for _, number in placed}
    possible = Counter((ask.user, str(ask.lines)) for ask in silent)
    found = []
    for order in orders.values():
        if order.id in numbers:
            continue
        wish = (order.user, str(order.lines))
        if not possible[wish]:
            found.append(f"order {order.id} of user {order.user}: nobody can have asked for it")
        possible[wish] -= 1
    return found


def _accepted_twice(heard: list[Message]) -> list[str]:
    """Two messages, each with its own webhook-id, about the same thing."""
    counts = Counter((message.type, message.order) for message in heard)
    return [f"{type_} of order {order}: {n} ids" for (type_, order), n in counts.items() if n > 1]


def _undelivered(heard: list[Message], orders: dict[int, Kept]) -> list[str]:
    """What the partner has not accepted, or accepted the wrong way round."""
    accepted: dict[int, list[str]] = defaultdict(list)
    for message in heard:
        accepted[message.order].append(message.type)
    found = []
    for order in orders.values():
        due = ["order.created"] + ["order.cancelled"] * (order.status == "cancelled")
        if list(dict.fromkeys(accepted[order.id])) != due:
            found.append(f"order {order.id} ({order.status}): {accepted[order.id]}")
    return found


def heard_of(received: Iterable[dict[str, Any]]) -> list[Message]:
    return [Message(m["type"], m["data"]["id"], m["deliveries"]) for m in received]
