"""The verdict of a fault run finds each kind of violation."""

from typing import Any

import pytest

from tests.faults.journal import (
    CancelledItems,
    CancelledOrder,
    Entry,
    FailedRequest,
    OrderRequest,
    OrderResponse,
)
from tests.faults.verdict import Message, StockState, StoredOrder, Verdict, judge

PENCIL = [(7, 1)]

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
]
"""A retry with its key, a cancelled order, a refusal, and an order with unknown outcome."""
STORED = [
    StoredOrder(10, 1, "paid", PENCIL, cancelled=1, refunds=1),
    StoredOrder(11, 1, "cancelled", PENCIL, cancelled=1, refunds=1),
    StoredOrder(12, 2, "paid", PENCIL),
]
STOCK = [StockState(7, on_hand=0, received=2, sold=2)]
MESSAGES = [
    Message("order.created", 10, 1),
    Message("order.created", 11, 3),
    Message("order.cancelled", 11, 1),
    Message("order.created", 12, 1),
    Message("order.refunded", 10, 1),
]


def verdict(**changed: Any) -> Verdict:
    parts = {"journal": JOURNAL, "stored": STORED, "stock": STOCK, "messages": MESSAGES}
    return judge(**parts | changed)


def test_a_run_without_violations_is_clean() -> None:
    found = verdict()
    assert found.is_clean
    assert (found.asked, found.asked_with_key, found.accepted) == (4, 2, 2)
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
            "stored": [STORED[0], StoredOrder(11, 1, "paid", PENCIL), STORED[2]],
            "messages": MESSAGES[:2] + MESSAGES[3:],
        },
    ),
    "a confirmed cancellation of an item is missing": (
        "lost",
        {"stored": [StoredOrder(10, 1, "paid", PENCIL, 0, 1), *STORED[1:]]},
    ),
    "a refund was not accepted": ("undelivered", {"messages": MESSAGES[:-1]}),
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
        {"messages": [MESSAGES[0], MESSAGES[1], MESSAGES[3]]},
    ),
    "the messages are in the wrong order": (
        "undelivered",
        {"messages": [MESSAGES[0], MESSAGES[2], MESSAGES[1], MESSAGES[3]]},
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
