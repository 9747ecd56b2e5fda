"""Every table of a person, and every text in it, has a decision: exported, erased, kept."""

from piccolo.columns import JSON, JSONB, Column, ForeignKey, Text, Varchar
from piccolo.table import Table

from shop.orders.tables import ExternalEvent, IdempotencyKey, Order
from shop.personal_data.columns import (
    BLANKED,
    DELETED,
    ERASED_WITH_THEIR_ORDER,
    EXPORTED,
    KEPT,
)
from shop.piccolo_app import APP_CONFIG
from shop.users.tables import User

# Of the shop and its staff: what they did, by number. Keys and drafts are swept after days, and the
# values of BLANKED in the log become null (test_leaving.py).
OF_THE_SHOP = {
    "staff_rights", "point_batches", "point_batch_lines", "product_imports", "staff_actions",
    "form_keys", "stock_entries",
}  # fmt: skip
SWEPT = {IdempotencyKey, ExternalEvent}
NOT_PERSONAL = {
    "orders": {"status"},
    "order_lines": {"delivery", "name", "name_en"},
    "order_refunds": {"kind"},
    "shipments": {"carrier", "tracking_no"},
    "point_entries": {"kind", "reason", "reference"},
    "codes": {"digest", "key", "sealed"},
}
"""Texts of kept tables that do not name the person."""


def tables_of_people() -> list[type[Table]]:
    return [
        table
        for table in APP_CONFIG.table_classes
        if any(
            column._foreign_key_meta.resolved_references in {User, Order}
            for column in table._meta.columns
            if isinstance(column, ForeignKey)
        )
    ]


def test_every_table_of_people_and_orders_has_a_decision() -> None:
    decided = {*DELETED, *ERASED_WITH_THEIR_ORDER, *KEPT, *SWEPT}
    found = {table for table in tables_of_people() if table._meta.tablename not in OF_THE_SHOP}
    assert {table._meta.tablename for table in found - decided} == set()


def test_all_tables_about_a_user_are_exported_unless_they_hold_secrets() -> None:
    secret = {"second_factors", "recovery_codes", "password_links", "codes"}
    about: set[type[Table]] = {*DELETED, *ERASED_WITH_THEIR_ORDER, *KEPT, User}
    missing = {table._meta.tablename for table in about - set(EXPORTED.values())}
    assert missing == secret


def test_every_text_of_a_user_is_erased() -> None:
    assert {column._meta.name for column in texts_of(User)} == set(BLANKED)


def test_every_text_column_of_a_kept_table_has_a_decision() -> None:
    for table in KEPT:
        name = table._meta.tablename
        found = {column._meta.name for column in texts_of(table)}
        assert found - NOT_PERSONAL.get(name, set()) == set(), name


def texts_of(table: type[Table]) -> list[Column]:
    kinds = (Varchar, Text, JSON, JSONB)
    return [column for column in table._meta.columns if isinstance(column, kinds)]
