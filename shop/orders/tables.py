"""What was bought and paid for."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.products.tables import Product
from shop.users.tables import User


class Order(Table, tablename="orders"):
    """An order, paid for the moment it exists. Total in points."""

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    status = Varchar(length=20, null=False, default="paid")
    total = BigInt(null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    orders_status_known = Check("status IN ('paid', 'fulfilled', 'cancelled')")
    orders_total_positive = Check("total > 0")


class OrderLine(Table, tablename="order_lines"):
    """`quantity` items of one product at the price and under the names they were sold."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=120, null=False)
    name_en = Varchar(length=120, null=False, default="")
    quantity = Integer(null=False)
    unit_price = BigInt(null=False)

    order_lines_once = Unique([order, product])
    order_lines_quantity_in_range = Check("quantity BETWEEN 1 AND 99")
    order_lines_price_positive = Check("unit_price > 0")


class IdempotencyKey(Table, tablename="idempotency_keys"):
    """A user's `Idempotency-Key` and the order it made, claimed in that order's own transaction.

    `fingerprint` is the SHA-256 of what was asked, so that the key cannot be used for more.
    """

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    key = Varchar(length=255, null=False)
    fingerprint = Varchar(length=64, null=False)
    order = ForeignKey(Order, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False, index=True)

    idempotency_keys_once = Unique([user, key])


INDEXES = (
    'CREATE INDEX orders_of_user ON orders ("user", id DESC)',
    "CREATE INDEX orders_newest ON orders (created_at DESC, id DESC)",
    "CREATE INDEX orders_by_status ON orders (status, created_at DESC, id DESC)",
)
