"""What only the database knows: orders, messages that wait, and what the last audit found."""

from collections.abc import Iterable
from typing import Any

from piccolo.query.functions.aggregate import Count

from shop.audit.tables import AuditResult
from shop.external.tables import OutboxMessage
from shop.mail.tables import Mail
from shop.orders.tables import Order

UNSENT = """
    SELECT count(*) FILTER (WHERE given_up_at IS NULL) AS waiting,
           count(*) FILTER (WHERE given_up_at IS NOT NULL) AS given_up,
           COALESCE(extract(epoch FROM now() - min(created_at)), 0)::float AS oldest
    FROM {table} WHERE sent_at IS NULL
"""


async def business_metrics() -> str:
    """In the Prometheus text format. Raises Unavailable where the database does not answer."""
    orders = await Order.select(Order.status, Count()).group_by(Order.status)
    [outbox] = await OutboxMessage.raw(UNSENT.format(table="outbox_messages"))
    [mails] = await Mail.raw(UNSENT.format(table="mails"))
    audit = await AuditResult.select()
    return "".join(
        (
            _gauge("shop_orders", "Orders.", ((row["status"], row["count"]) for row in orders)),
            _gauge("shop_outbox_messages", "Messages not accepted yet.", _unsent(outbox)),
            _gauge("shop_outbox_oldest_seconds", "Age of the oldest.", [("", outbox["oldest"])]),
            _gauge("shop_mails", "Mails that no mail server has accepted yet.", _unsent(mails)),
            _gauge("shop_mails_oldest_seconds", "Age of the oldest.", [("", mails["oldest"])]),
            _gauge("shop_audit_wrong", "Exceptions that the last audit found.", _wrong(audit)),
            _gauge("shop_audit_timestamp_seconds", "When it ran.", _ran_at(audit)),
        )
    )


def _unsent(row: dict[str, Any]) -> Iterable[tuple[str, float]]:
    return [("waiting", row["waiting"]), ("given_up", row["given_up"])]


def _wrong(rows: list[dict[str, Any]]) -> Iterable[tuple[str, float]]:
    return [(row["proof"], row["wrong"]) for row in rows]


def _ran_at(rows: list[dict[str, Any]]) -> Iterable[tuple[str, float]]:
    return [(row["proof"], row["ran_at"].timestamp()) for row in rows]


def _gauge(name: str, about: str, values: Iterable[tuple[str, float]]) -> str:
    """The labels' values are words of our own, so there is nothing to escape."""
    lines = [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
    for what, value in values:
        label = f'{{of="{what}"}}' if what else ""
        lines.append(f"{name}{label} {value}")
    return "\n".join(lines) + "\n"
