"""What was bought and paid for."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.products.tables import Product
from shop.users.tables import User


class Order(Table, tablename="orders"):
    """An order, paid for the moment it exists. Total in points. It was fulfilled or cancelled at
    `closed_at`."""

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    status = Varchar(length=20, null=False, default="paid")
    total = BigInt(null=False)
    closed_at = Timestamptz(null=True, default=None)
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
    delivery = Varchar(length=10, null=False, default="desk")

    order_lines_once = Unique([order, product])
    order_lines_quantity_in_range = Check("quantity BETWEEN 1 AND 99")
    order_lines_delivery_known = Check("delivery IN ('parcel', 'desk')")
    order_lines_price_positive = Check("unit_price > 0")


class OrderRecipient(Table, tablename="order_recipients"):
    """To whom and where an order's parcels are sent. Its texts are erased some time after the order
    is closed; `erased_at` is when."""

    order = ForeignKey(Order, null=False, primary_key=True, on_delete=OnDelete.restrict)
    name = Varchar(length=60, null=False)
    phone = Varchar(length=30, null=False)
    country = Varchar(length=2, null=False)
    postcode = Varchar(length=12, null=False)
    line1 = Varchar(length=120, null=False)
    line2 = Varchar(length=120, null=False)
    note = Varchar(length=200, null=False)
    erased_at = Timestamptz(null=True, default=None)

    order_recipients_filled = Check(
        "erased_at IS NOT NULL OR (name <> '' AND phone <> '' AND line1 <> '')"
    )
    order_recipients_erased = Check(
        "erased_at IS NULL OR concat(name, phone, country, postcode, line1, line2, note) = ''"
    )


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
    'CREATE INDEX order_recipients_kept ON order_recipients ("order") WHERE erased_at IS NULL',
    'CREATE INDEX orders_of_user ON orders ("user", id DESC)',
    "CREATE INDEX orders_newest ON orders (created_at DESC, id DESC)",
    "CREATE INDEX orders_by_status ON orders (status, created_at DESC, id DESC)",
)
