"""The verdict of a fault run finds each kind of violation."""

from typing import Any

import msgspec
import pytest

from tests.faults.journal import (
    AskedReturn,
    CancelledItems,
    CancelledOrder,
    Entry,
    FailedRequest,
    FulfilledOrder,
    OrderRequest,
    OrderResponse,
    TakenReturn,
)
from tests.faults.steps import StoredOrder
from tests.faults.verdict import Message, StockState, Verdict, judge

PENCIL, THREE = [(7, 1)], [(7, 3)]

JOURNAL: list[Entry] = [
    OrderRequest("a", 1, PENCIL, "key"),
    FailedRequest("order", "503 unavailable"),
    OrderResponse("a", 201, 10, replayed=True),
    OrderRequest("b", 1, PENCIL, None),
    OrderResponse("b", 201, 11),
    CancelledOrder(11),
    CancelledItems(10, 1),
    OrderRequest("c", 2, PENCIL, "other"),
    OrderResponse("c", 409, code="out-of-stock"),
    OrderRequest("d", 2, PENCIL, None),
    FailedRequest("order", "ReadError"),
    OrderRequest("r", 1, THREE, None),
    OrderResponse("r", 201, 14),
    FulfilledOrder(14),
    AskedReturn(14, 5),
    TakenReturn(14, 5, 1),
]
"""A retry with its key, a cancelled order, a refusal, an order with unknown outcome, and one of
which an item was cancelled and another returned."""
BACK = {"refunded": 100, "given_back": 100, "paid_back": 100}
CANCELLED = {"cancelled": 1, "cancels": 1, "total": 100, **BACK}
RETURNED = StoredOrder(
    14, 1, "fulfilled", THREE, cancelled=1, cancels=1, returned=1, returns=1,
    asked=frozenset({5}), taken=1, total=300, refunded=200, given_back=200, paid_back=200,
)  # fmt: skip
STORED = [
    StoredOrder(10, 1, "paid", PENCIL, **CANCELLED),
    StoredOrder(11, 1, "cancelled", PENCIL, **CANCELLED),
    StoredOrder(12, 2, "paid", PENCIL, total=100),
    RETURNED,
]
STOCK = [StockState(7, on_hand=0, received=2, sold=2)]
MESSAGES = [
    Message("order.created", 10, 1),
    Message("order.created", 11, 3),
    Message("order.cancelled", 11, 1),
    Message("order.created", 12, 1),
    Message("order.refunded", 10, 1),
    Message("order.created", 14, 1),
    Message("order.refunded", 14, 1),
    Message("order.fulfilled", 14, 1),
    Message("order.refunded", 14, 1),
]


def returned(**changed: Any) -> dict[str, Any]:
    """The database, with this of its returned order changed."""
    return {"stored": [*STORED[:3], msgspec.structs.replace(RETURNED, **changed)]}


def verdict(**changed: Any) -> Verdict:
    parts = {"journal": JOURNAL, "stored": STORED, "stock": STOCK, "messages": MESSAGES}
    return judge(**parts | changed)


def test_a_run_without_violations_is_clean() -> None:
    found = verdict()
    assert found.is_clean
    assert (found.asked, found.asked_with_key, found.accepted) == (5, 2, 3)
    assert (found.fulfilled, found.returns_asked, found.returns_taken) == (1, 1, 1)
    assert (found.retried, found.replayed, found.unknown, found.cancelled) == (1, 1, 1, 1)
    assert found.refused == {"409 out-of-stock": 1}
    assert found.failed == {"503 unavailable": 1, "ReadError": 1}
    assert found.repeated_deliveries == 2


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "a confirmed order is missing": ("lost", {"stored": STORED[1:], "messages": MESSAGES[1:]}),
    "it has other lines": (
        "lost",
        {"stored": [StoredOrder(10, 1, "paid", [(7, 2)]), *STORED[1:]]},
    ),
    "it belongs to another user": (
        "lost",
        {"stored": [StoredOrder(10, 9, "paid", PENCIL), *STORED[1:]]},
    ),
    "a confirmed cancellation is missing": (
        "lost",
        {
            "stored": [STORED[0], StoredOrder(11, 1, "paid", PENCIL), *STORED[2:]],
            "messages": MESSAGES[:2] + MESSAGES[3:],
        },
    ),
    "a confirmed cancellation of an item is missing": (
        "lost",
        {"stored": [msgspec.structs.replace(STORED[0], cancelled=0), *STORED[1:]]},
    ),
    "a refund was not accepted": ("undelivered", {"messages": MESSAGES[:4] + MESSAGES[5:]}),
    "the refund of a return was not accepted": ("undelivered", {"messages": MESSAGES[:-1]}),
    "a fulfilment was not accepted": ("undelivered", {"messages": MESSAGES[:7] + MESSAGES[8:]}),
    "a confirmed fulfilment is missing": ("lost", returned(status="paid")),
    "a request to return is missing": ("lost", returned(asked=frozenset())),
    "a return that was taken in is missing": ("lost", returned(returned=0)),
    "a return was refunded twice": ("doubled", returned(returns=2)),
    "a return was taken in without a refund": ("doubled", returned(taken=2)),
    "more was refunded than was paid": (
        "overpaid",
        returned(refunded=301, given_back=301, paid_back=301),
    ),
    "the order says another sum than its items": ("overpaid", returned(given_back=100)),
    "the points history has another sum": ("overpaid", returned(paid_back=100)),
    "the partner knows an order that is missing": (
        "lost",
        {"messages": [*MESSAGES, Message("order.created", 99, 1)]},
    ),
    "a key has two orders": (
        "doubled",
        {"journal": [*JOURNAL, OrderRequest("a2", 1, PENCIL, "key"), OrderResponse("a2", 201, 13)]},
    ),
    "two requests got one order": (
        "doubled",
        {"journal": [*JOURNAL, OrderRequest("e", 1, PENCIL, None), OrderResponse("e", 201, 10)]},
    ),
    "a retry left a second order": (
        "doubled",
        {
            "stored": [*STORED, StoredOrder(13, 1, "paid", PENCIL)],
            "messages": [*MESSAGES, Message("order.created", 13, 1)],
        },
    ),
    "a refused request left an order": (
        "doubled",
        {
            "stored": [*STORED, StoredOrder(13, 2, "paid", PENCIL)],
            "messages": [*MESSAGES, Message("order.created", 13, 1)],
        },
    ),
    "two messages about one order": (
        "doubled",
        {"messages": [*MESSAGES, Message("order.created", 10, 1)]},
    ),
    "more sold than received": ("oversold", {"stock": [StockState(7, 0, 2, 3)]}),
    "less than nothing on hand": ("oversold", {"stock": [StockState(7, -1, 2, 2)]}),
    "an order was not accepted": ("undelivered", {"messages": MESSAGES[1:]}),
    "a cancellation was not accepted": (
        "undelivered",
        {"messages": [*MESSAGES[:2], *MESSAGES[3:]]},
    ),
    "the messages are in the wrong order": (
        "undelivered",
        {"messages": [MESSAGES[0], MESSAGES[2], MESSAGES[1], *MESSAGES[3:]]},
    ),
    "a request was answered with 500": (
        "unexpected (500)",
        {"journal": [*JOURNAL, FailedRequest("like", "500 unexpected")]},
    ),
    "a key never got an answer": (
        "unanswered",
        {"journal": [*JOURNAL, OrderRequest("f", 1, PENCIL, "third")]},
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_it_finds(case: tuple[str, dict[str, Any]]) -> None:
    kind, changed = case
    found = verdict(**changed)
    assert not found.is_clean
    assert found.wrong[kind], found.wrong
