"""The allowlist of admin requests: everything not listed is refused, for all staff."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from piccolo.table import Table

from shop.errors import N_, ShopError
from shop.products.facets import FACETS

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LOGIN = ("public", "login")
UPLOAD = ("api", "media")

# What each table takes. The others are read-only, and none takes PUT or DELETE.
WRITES: Mapping[str, frozenset[str]] = {
    **{facet.tablename: frozenset({"POST", "PATCH"}) for facet in FACETS},
    "products": frozenset({"POST", "PATCH"}),
    "users": frozenset({"PATCH"}),
}

ACCOUNTS = N_("Accounts are created at sign-up. To close one, turn off “active”.")
STOCK = N_("To change stock, use the forms “Receive stock” and “Correct stock”.")
POINTS = N_("To change points, use the forms “Grant points” and “Correct points”.")
ORDERS = N_("To change an order, use the forms “Fulfil an order” and “Cancel an order”.")
REASONS: Mapping[str, str] = {
    **{facet.tablename: N_("It cannot be deleted because products use it.") for facet in FACETS},
    "products": N_(
        "This product cannot be deleted because it has been ordered. Turn off “active” instead."
    ),
    "users": ACCOUNTS,
    "stocks": STOCK,
    "stock_entries": STOCK,
    "point_balances": POINTS,
    "point_entries": POINTS,
    "orders": ORDERS,
    "order_lines": ORDERS,
    "like_counters": N_("Likes are counted automatically."),
    "outbox_messages": N_("To send a message again, use the form “Send a message again”."),
}
PASSWORD = N_("Change your password on your account page in the shop.")
NO_WRITES = N_("This table is read-only.")


class MethodNotAllowed(ShopError):
    """405: a write that the admin does not take. `reason` says what to do instead."""

    def __init__(self, reason: str, allowed: frozenset[str]) -> None:
        self.reason = reason
        self.allow = ", ".join(["GET", *sorted(allowed)])
        super().__init__(reason)


class AdminRequest(NamedTuple):
    """The parts of a request that the rules use."""

    method: str
    parts: tuple[str, ...]
    query: Sequence[tuple[str, str]] = ()

    @property
    def is_write(self) -> bool:
        return self.method not in SAFE_METHODS

    @property
    def is_login(self) -> bool:
        return self.method == "POST" and self.parts == LOGIN

    @property
    def is_logout(self) -> bool:
        return self.parts == ("public", "logout")

    @property
    def is_upload(self) -> bool:
        return self.parts == UPLOAD

    @property
    def is_form(self) -> bool:
        return self.method == "POST" and self.parts[:2] == ("api", "forms")

    @property
    def form(self) -> str:
        """The form that it is about, such as `receive-stock`; empty where it is about none."""
        named = self.parts[:2] == ("api", "forms") and self.parts[2:3] != ("grouped",)
        return (self.parts[2:3] or ("",))[0] if named else ""

    @property
    def is_front_page(self) -> bool:
        return self.parts == ()

    @property
    def is_references(self) -> bool:
        return bool(self.table) and self.parts[3:] == ("references",)

    @property
    def is_asset(self) -> bool:
        return self.parts[:1] == ("assets",)

    @property
    def table(self) -> str:
        """The name of the table that it is about; empty where it is about none."""
        return self.parts[2] if self.parts[:2] == ("api", "tables") and self.parts[2:] else ""

    @property
    def row(self) -> str:
        """The row that is written or read, `products:12`; a new one is `products:new`."""
        return f"{self.table}:{(self.parts[3:] or ('new',))[0]}"


def check_write(admin_request: AdminRequest) -> None:
    """Raises MethodNotAllowed for a write that is not one of those the admin is for."""
    if not admin_request.is_write or _is_form(admin_request):
        return
    allowed = WRITES.get(admin_request.table, frozenset())
    if admin_request.method not in allowed:
        raise MethodNotAllowed(_reason(admin_request), allowed)


def _is_form(admin_request: AdminRequest) -> bool:
    """The forms, the upload of a picture, signing in and out."""
    area = admin_request.parts[:2]
    one_of_them = area in {("api", "forms"), UPLOAD, LOGIN, ("public", "logout")}
    return admin_request.method == "POST" and one_of_them


def _reason(admin_request: AdminRequest) -> str:
    if admin_request.parts[:2] == ("api", "change-password"):
        return PASSWORD
    return REASONS.get(admin_request.table, NO_WRITES)


def references_to(
    table: type[Table], tables: Mapping[str, type[Table]]
) -> dict[str, list[dict[str, str]]]:
    """Which columns of `tables` refer to `table`. Piccolo's own answer names all there are."""
    found = [
        {"tableName": column._meta.table._meta.tablename, "columnName": column._meta.name}
        for column in table._meta.foreign_key_references
    ]
    return {"references": [entry for entry in found if entry["tableName"] in tables]}
