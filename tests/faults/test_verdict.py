"""The judge of the fault run is not blind: each thing that must not be is found, where it is."""

from typing import Any

import pytest

from tests.faults.journal import Ask, Cancelled, Entry, Failed, Told
from tests.faults.verdict import Kept, Message, Shelf, Verdict, judge

PENCIL = [(7, 1)]

JOURNAL: list[Entry] = [
    Ask("a", 1, PENCIL, "key"),
    Failed("order", "503 unavailable"),
    Told("a", 201, 10, replayed=True),
    Ask("b", 1, PENCIL, None),
    Told("b", 201, 11),
    Cancelled(11),
    Ask("c", 2, PENCIL, "other"),
    Told("c", 409, code="out-of-stock"),
    Ask("d", 2, PENCIL, None),
    Failed("order", "ReadError"),
]
"""A retry with its key, a cancelled order, a refusal, and an order nobody knows the end of."""
KEPT = [
    Kept(10, 1, "paid", PENCIL),
    Kept(11, 1, "cancelled", PENCIL),
    Kept(12, 2, "paid", PENCIL),
]
SHELVES = [Shelf(7, on_hand=0, received=2, sold=2)]
HEARD = [
    Message("order.created", 10, 1),
    Message("order.created", 11, 3),
    Message("order.cancelled", 11, 1),
    Message("order.created", 12, 1),
]


def verdict(**changed: Any) -> Verdict:
    parts = {"journal": JOURNAL, "kept": KEPT, "shelves": SHELVES, "messages": HEARD}
    return judge(**parts | changed)


def test_a_run_in_which_all_went_well() -> None:
    found = verdict()
    assert found.is_clean
    assert (found.asked, found.asked_with_key, found.accepted) == (4, 2, 2)
    assert (found.retried, found.replayed, found.unknown, found.cancelled) == (1, 1, 1, 1)
    assert found.refused == {"409 out-of-stock": 1}
    assert found.failed == {"503 unavailable": 1, "ReadError": 1}
    assert found.repeated_deliveries == 2


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "an order that was told of is gone": ("lost", {"kept": KEPT[1:], "messages": HEARD[1:]}),
    "it is another order": (
        "lost",
        {"kept": [Kept(10, 1, "paid", [(7, 2)]), *KEPT[1:]]},
    ),
    "it is somebody else's": ("lost", {"kept": [Kept(10, 9, "paid", PENCIL), *KEPT[1:]]}),
    "a cancellation that was told of is gone": (
        "lost",
        {
            "kept": [KEPT[0], Kept(11, 1, "paid", PENCIL), KEPT[2]],
            "messages": HEARD[:2] + HEARD[3:],
        },
    ),
    "the partner knows an order that is gone": (
        "lost",
        {"messages": [*HEARD, Message("order.created", 99, 1)]},
    ),
    "a key has two orders": (
        "doubled",
        {"journal": [*JOURNAL, Ask("a2", 1, PENCIL, "key"), Told("a2", 201, 13)]},
    ),
    "an order stands for two asks": (
        "doubled",
        {"journal": [*JOURNAL, Ask("e", 1, PENCIL, None), Told("e", 201, 10)]},
    ),
    "a retry left a second order": (
        "doubled",
        {
            "kept": [*KEPT, Kept(13, 1, "paid", PENCIL)],
            "messages": [*HEARD, Message("order.created", 13, 1)],
        },
    ),
    "a refused ask left an order": (
        "doubled",
        {
            "kept": [*KEPT, Kept(13, 2, "paid", PENCIL)],
            "messages": [*HEARD, Message("order.created", 13, 1)],
        },
    ),
    "two messages about one order": (
        "doubled",
        {"messages": [*HEARD, Message("order.created", 10, 1)]},
    ),
    "more sold than received": ("oversold", {"shelves": [Shelf(7, 0, 2, 3)]}),
    "less than nothing on hand": ("oversold", {"shelves": [Shelf(7, -1, 2, 2)]}),
    "an order was not accepted": ("undelivered", {"messages": HEARD[1:]}),
    "a cancellation was not accepted": (
        "undelivered",
        {"messages": [HEARD[0], HEARD[1], HEARD[3]]},
    ),
    "the wrong way round": (
        "undelivered",
        {"messages": [HEARD[0], HEARD[2], HEARD[1], HEARD[3]]},
    ),
    "a part that failed was answered with 500": (
        "unexpected (500)",
        {"journal": [*JOURNAL, Failed("like", "500 unexpected")]},
    ),
    "a key never got an answer": (
        "unanswered",
        {"journal": [*JOURNAL, Ask("f", 1, PENCIL, "third")]},
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_it_finds(case: tuple[str, dict[str, Any]]) -> None:
    kind, changed = case
    found = verdict(**changed)
    assert not found.is_clean
    assert found.wrong[kind], found.wrong
