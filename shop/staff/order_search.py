"""Which orders a list of staff has: by filters, by a number, or by words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from shop.catalogue.search import by_names
from shop.paging import MOMENT
from shop.products.terms import as_typed, words_of
from shop.staff.people_repository import by_beginning

MAX_FOUND = 100
"""Users, and products, that a search's words may find."""

MAX_WORDS = 8

UNSENT = """
    SELECT substring(subject FROM 7)::bigint FROM outbox_messages
    WHERE sent_at IS NULL AND type = 'order.created'
"""

DELIVERY = {
    # An array, so that orders are found by their numbers: there are few, and they may be old.
    "pending": f"o.id = ANY(ARRAY({UNSENT}))",
    "sent": f"o.id NOT IN ({UNSENT})",
}

NEWEST = "o.created_at DESC, o.id DESC"

HIGHEST = "o.id DESC"


class OrderFilter(msgspec.Struct, frozen=True):
    """`q`: an order's number, words of a product's names, or the beginning of a customer's name,
    username, e-mail address or employee number. `delivery`: `sent` or `pending`. From `since` on,
    before `until`."""

    q: str = ""
    status: str = ""
    delivery: str = ""
    since: datetime | None = None
    until: datetime | None = None


def newest_orders(
    chosen: OrderFilter, number: int | None, before: Sequence[int] | None, limit: int
) -> tuple[str, list[Any]]:
    tests, args = _tests(chosen)
    if number is not None:
        tests.append("o.id = {}")
        args.append(number)
    if before:
        tests.append(f"(o.created_at, o.id) < ({MOMENT}, {{}})")
        args += before
    where = f"WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT * FROM orders o {where} ORDER BY {NEWEST} LIMIT {limit:d}", args  # noqa: S608


def orders_by_words(chosen: OrderFilter, below: int, limit: int) -> tuple[str, list[Any]]:
    """The newest orders of each customer and each product that the words find, by their indexes,
    and of these the newest: a popular product has more orders than should be read."""
    tests, args = _tests(chosen)
    passes = " AND ".join(["true", *tests])
    newest = f"ORDER BY id DESC LIMIT {limit:d}"
    name, found = by_beginning(chosen.q)
    parts = [
        f"""(SELECT x.id FROM (SELECT id FROM users u WHERE {name} LIMIT {MAX_FOUND}) u
        CROSS JOIN LATERAL (
            SELECT o.id FROM orders o WHERE o."user" = u.id AND o.id < {{}} AND {passes} {newest}
        ) x)"""  # noqa: S608 - no input in it
    ]
    values = [*found, below, *args]
    if words := words_of(chosen.q, MAX_WORDS):
        products = by_names([as_typed(word) for word in words]).index_query
        assert products is not None
        # No join with orders: PostgreSQL might begin with all orders of a status.
        parts.append(
            f"""(SELECT x.id FROM ({products.sql} LIMIT {MAX_FOUND}) p
            CROSS JOIN LATERAL (
                SELECT l."order" AS id FROM order_lines l
                WHERE l.product = p.product AND l."order" < {{}}
                    AND (SELECT true FROM orders o WHERE o.id = l."order" AND {passes}) {newest}
            ) x)"""  # noqa: S608 - no input in it
        )
        values += [*products.args, below, *args]
    sql = f"""
        SELECT o.* FROM orders o WHERE o.id = ANY(ARRAY({" UNION ".join(parts)}))
        ORDER BY {HIGHEST} LIMIT {limit:d}
    """  # noqa: S608 - no input in it
    return sql, values


def _tests(chosen: OrderFilter) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    args: list[Any] = []
    if chosen.status:
        tests.append("o.status = {}")
        args.append(chosen.status)
    if chosen.delivery:
        tests.append(DELIVERY[chosen.delivery])
    if chosen.since:
        tests.append("o.created_at >= {}")
        args.append(chosen.since)
    if chosen.until:
        tests.append("o.created_at < {}")
        args.append(chosen.until)
    return tests, args
