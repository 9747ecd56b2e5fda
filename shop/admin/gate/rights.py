"""Which right each table and form of the admin needs. Without it a table is read-only, and a form
is not there; without any right nothing is."""

from collections.abc import Awaitable, Callable, Mapping

from shop.admin.gate.rules import REASONS, WRITES, AdminRequest, MethodNotAllowed
from shop.errors import N_, Forbidden

RightsOf = Callable[[int], Awaitable[frozenset[str]]]
"""The rights of a member of staff, by user id."""

TABLES: Mapping[str, str] = {
    "categories": "catalogue",
    "products": "catalogue",
    "like_counters": "catalogue",
    "stocks": "stock",
    "stock_entries": "stock",
    "orders": "orders",
    "order_lines": "orders",
    "outbox_messages": "orders",
    "point_balances": "points",
    "point_entries": "points",
    "users": "people",
}
FORMS: Mapping[str, str] = {
    "receive-stock": "stock",
    "correct-stock": "stock",
    "grant-points": "points",
    "correct-points": "points",
    "fulfil-an-order": "orders",
    "cancel-an-order": "orders",
    "send-a-message-again": "orders",
    "set-a-password": "people",
    "reset-two-step-verification": "people",
}
UPLOADS = "catalogue"
NOT_YOURS = N_("This table is read-only for you. A superuser can give you the right to change it.")


def check_rights(admin_request: AdminRequest, rights: frozenset[str]) -> None:
    """Raises Forbidden, and MethodNotAllowed for a table that is only read with these rights."""
    if not rights or (admin_request.form and not may_send(admin_request.form, rights)):
        raise Forbidden
    if admin_request.is_upload and UPLOADS not in rights:
        raise Forbidden
    table = admin_request.table
    if admin_request.is_write and table and not may_write(table, rights):
        raise MethodNotAllowed(NOT_YOURS if table in WRITES else REASONS[table], frozenset())


def may_write(table: str, rights: frozenset[str]) -> bool:
    return table in WRITES and TABLES[table] in rights


def may_send(form: str, rights: frozenset[str]) -> bool:
    """True also for an unknown form: the admin refuses it itself."""
    return form not in FORMS or FORMS[form] in rights


def read_only(rights: frozenset[str]) -> list[str]:
    """The tables whose rows cannot be saved with these rights."""
    return [table for table in TABLES if not may_write(table, rights)]
