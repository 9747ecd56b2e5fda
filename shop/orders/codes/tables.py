"""Codes that are sold, such as vouchers and licence keys."""

from piccolo.columns import BigSerial, Date, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

from shop.orders.tables import Order
from shop.products.tables import Product


class Code(Table, tablename="codes"):
    """A code is free, sold (it has an `order`) or voided; one that was sold keeps its order.

    `sealed` is the code, encrypted; `digest` is its keyed hash, so that no code is there twice.
    Both are made with the secret that `key` names. `valid_until` is its last day, in the shop's
    time zone; null if it does not expire.
    """

    id = BigSerial(primary_key=True)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    order = ForeignKey(Order, null=True, default=None, index=False, on_delete=OnDelete.restrict)
    sealed = Text(null=False)
    digest = Varchar(length=64, null=False, unique=True)
    key = Varchar(length=16, null=False)
    valid_until = Date(null=True, default=None)
    revealed_at = Timestamptz(null=True, default=None)
    voided_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    codes_revealed_to_a_buyer = Check('revealed_at IS NULL OR "order" IS NOT NULL')


INDEXES = (
    "CREATE INDEX codes_of_product ON codes (product, id DESC)",
    'CREATE INDEX codes_of_order ON codes ("order", product, id)',
    (
        "CREATE INDEX codes_free ON codes (product, valid_until, id) "
        'WHERE "order" IS NULL AND voided_at IS NULL'
    ),
    "CREATE INDEX codes_by_key ON codes (key)",
)
