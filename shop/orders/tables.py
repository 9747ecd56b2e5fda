"""Orders: bought and paid."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.products.tables import Product
from shop.users.tables import User


class Order(Table, tablename="orders"):
    """An order, which is paid from the start. `total` points, of which `refunded` were paid back.

    Its steps, each with its time: packing began (`preparing_at`), its first parcel left
    (`shipped_at`), its parcels arrived (`delivered_at`), its desk goods were picked up
    (`collected_at`), it was fulfilled or cancelled (`closed_at`).
    """

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    status = Varchar(length=20, null=False, default="paid")
    total = BigInt(null=False)
    refunded = BigInt(null=False, default=0)
    preparing_at = Timestamptz(null=True, default=None)
    shipped_at = Timestamptz(null=True, default=None)
    delivered_at = Timestamptz(null=True, default=None)
    collected_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    orders_status_has_steps = Check(
        """
        CASE status
            WHEN 'paid' THEN
                num_nonnulls(preparing_at, shipped_at, delivered_at, closed_at) = 0
            WHEN 'preparing' THEN
                preparing_at IS NOT NULL
                AND num_nonnulls(shipped_at, delivered_at, closed_at) = 0
            WHEN 'shipped' THEN
                num_nulls(preparing_at, shipped_at) = 0 AND closed_at IS NULL
            WHEN 'fulfilled' THEN
                closed_at IS NOT NULL
                AND num_nonnulls(preparing_at, shipped_at, delivered_at) IN (0, 3)
            WHEN 'cancelled' THEN
                closed_at IS NOT NULL
                AND num_nonnulls(preparing_at, shipped_at, delivered_at, collected_at) = 0
            ELSE false
        END
        """
    )
    orders_total_positive = Check("total > 0")
    orders_refunded_at_most_once = Check(
        "refunded BETWEEN 0 AND total AND (status <> 'cancelled' OR refunded = total)"
    )


class OrderLine(Table, tablename="order_lines"):
    """`quantity` items of one product at the price and under the names they were sold. Of these,
    `cancelled` were cancelled and `returned` came back; both were paid back."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    name = Varchar(length=170, null=False)
    name_en = Varchar(length=170, null=False, default="")
    quantity = Integer(null=False)
    unit_price = BigInt(null=False)
    delivery = Varchar(length=10, null=False, default="desk")
    cancelled = Integer(null=False, default=0)
    returned = Integer(null=False, default=0)

    order_lines_given_back_at_most_once = Check(
        "cancelled >= 0 AND returned >= 0 AND cancelled + returned <= quantity"
    )
    order_lines_once = Unique([order, product])
    order_lines_quantity_in_range = Check("quantity BETWEEN 1 AND 99")
    order_lines_ways_to_arrive = Check("delivery IN ('parcel', 'desk', 'code')")
    order_lines_price_positive = Check("unit_price > 0")


class LimitedPurchase(Table, tablename="limited_purchases"):
    """A line of a product with a limit, and the limit at that time. `bought` is how many items of
    it the buyer then had, with this line's, within `limit_days` days, or ever if null."""

    line = ForeignKey(OrderLine, null=False, primary_key=True, on_delete=OnDelete.restrict)
    person_limit = Integer(null=False)
    limit_days = Integer(null=True, default=None)
    bought = Integer(null=False)

    limited_purchases_within_limit = Check("bought BETWEEN 1 AND person_limit")


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


class Shipment(Table, tablename="shipments"):
    """A parcel of an order that has left. `carrier` is a code of `shop/orders/carriers.py`."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=False, on_delete=OnDelete.restrict)
    carrier = Varchar(length=20, null=False)
    tracking_no = Varchar(length=40, null=False)
    shipped_at = Timestamptz(default=TimestamptzNow(), null=False)

    shipments_once = Unique([order, carrier, tracking_no])
    shipments_tracking_no_plain = Check("tracking_no ~ '^[0-9A-Z]{5,40}$'")


class ExternalEvent(Table, tablename="external_events"):
    """An event of the external system that was accepted, by its `webhook-id`."""

    message_id = Varchar(length=255, primary_key=True)
    type = Varchar(length=40, null=False)
    order = ForeignKey(Order, null=False, index=True, on_delete=OnDelete.restrict)
    received_at = Timestamptz(default=TimestamptzNow(), null=False, index=True)


class IdempotencyKey(Table, tablename="idempotency_keys"):
    """A user's `Idempotency-Key` and the order it made, claimed in that order's own transaction.

    `fingerprint` is the SHA-256 of the request, so that the key cannot be used for more.
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
    (
        'CREATE INDEX order_lines_of_product ON order_lines (product, "order" DESC) '
        "INCLUDE (quantity, cancelled)"
    ),
    "CREATE INDEX orders_newest ON orders (created_at DESC, id DESC)",
    "CREATE INDEX orders_by_status ON orders (status, created_at DESC, id DESC)",
)
