"""What each member of staff may do, points that are granted to many, files of products, and days
that are summed up."""

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.products.tables import Product
from shop.users.tables import User


class StaffRight(Table, tablename="staff_rights"):
    """A right of a member of staff. A superuser has all, without a row here."""

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    right = Varchar(length=20, null=False)

    staff_rights_once = Unique([user, right])
    staff_rights_known = Check(
        "\"right\" IN ('orders', 'stock', 'points', 'catalogue', 'people', 'settings')"
    )


class PointBatch(Table, tablename="point_batches"):
    """Points for many people, granted step by step once it is confirmed.

    `draft` (shown to its author), `waiting` (for a second member of staff), `running`, `done`.
    `total` points for `people`; `done` people have been reached, `moved` points have moved. One
    that takes another back is named in `reverses`: it takes at most what is still there.
    """

    id = BigSerial(primary_key=True)
    created_by = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    confirmed_by = ForeignKey(
        User, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    reverses: ForeignKey = ForeignKey(
        "self", null=True, default=None, unique=True, index=False, on_delete=OnDelete.restrict
    )
    status = Varchar(length=20, null=False, default="draft")
    needs_second = Boolean(null=False, default=False)
    total = BigInt(null=False)
    people = Integer(null=False)
    done = Integer(null=False, default=0)
    moved = BigInt(null=False, default=0)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    confirmed_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)

    point_batches_status_known = Check("status IN ('draft', 'waiting', 'running', 'done')")
    point_batches_not_empty = Check("total > 0 AND people > 0")
    point_batches_confirmed = Check(
        "status IN ('draft', 'waiting') OR "
        "(confirmed_by IS NOT NULL AND (NOT needs_second OR confirmed_by <> created_by))"
    )


class PointBatchLine(Table, tablename="point_batch_lines"):
    """`amount` points for one person, `moved` of them; null until it is their turn."""

    id = BigSerial(primary_key=True)
    batch = ForeignKey(PointBatch, null=False, index=False, on_delete=OnDelete.restrict)
    user = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    amount = BigInt(null=False)
    reason = Varchar(length=200, null=False)
    moved = BigInt(null=True, default=None)

    point_batch_lines_once = Unique([batch, user])
    point_batch_lines_amount_in_range = Check("amount BETWEEN 1 AND 1000000000")
    point_batch_lines_moved_in_range = Check("moved BETWEEN 0 AND amount")


class ProductImport(Table, tablename="product_imports"):
    """A file of products that was checked and is shown before it changes anything. Deleted once it
    is imported or discarded."""

    id = BigSerial(primary_key=True)
    created_by = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    unchanged = Integer(null=False, default=0)


class ProductImportLine(Table, tablename="product_import_lines"):
    """What one line changes of a product: its columns before and after, as JSON objects. A new
    product has no number, and nothing before."""

    id = BigSerial(primary_key=True)
    product_import = ForeignKey(ProductImport, null=False, index=False, on_delete=OnDelete.restrict)
    line = Integer(null=False)
    product = ForeignKey(Product, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    before = JSONB(null=False)
    after = JSONB(null=False)


class StockThreshold(Table, tablename="stock_thresholds"):
    """Items up to which the stock of a product is low, where it is not as in the settings."""

    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    threshold = Integer(null=False)

    stock_thresholds_not_negative = Check("threshold BETWEEN 0 AND 1000000")


class StaffSetting(Table, tablename="staff_settings"):
    """A number that superusers set, by name."""

    name = Varchar(length=40, primary_key=True)
    value = BigInt(null=False)


class ClosedDay(Table, tablename="closed_days"):
    """A day in a time zone: its orders, net of refunds, and movements of points that were placed
    before `summed_until`, summed once for the reports. It is closed when that is `ends_at`. Refunds
    of its orders that are not `summed` are still to be subtracted."""

    id = BigSerial(primary_key=True)
    zone = Varchar(length=60, null=False)
    day = Date(null=False, default=None)
    begins_at = Timestamptz(null=False, default=None)
    ends_at = Timestamptz(null=False, default=None)
    summed_until = Timestamptz(null=False, default=None)
    orders = BigInt(null=False)
    goods = BigInt(null=False)
    points = BigInt(null=False)
    cancelled = BigInt(null=False)
    granted = BigInt(null=False)
    spent = BigInt(null=False)
    refunded = BigInt(null=False)
    corrected = BigInt(null=False)

    closed_days_once = Unique([zone, day])
    closed_days_in_range = Check(
        "begins_at < ends_at AND least(orders, goods, points, cancelled, granted, refunded, -spent)"
        " >= 0"
    )
    closed_days_summed_in_range = Check("summed_until BETWEEN begins_at AND ends_at")


class ClosedDayProduct(Table, tablename="closed_day_products"):
    """The sales of a product on a closed day, or on the current one as far as it is summed."""

    id = BigSerial(primary_key=True)
    closed_day = ForeignKey(ClosedDay, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    orders = BigInt(null=False)
    goods = BigInt(null=False)
    points = BigInt(null=False)

    closed_day_products_once = Unique([closed_day, product])
    closed_day_products_in_range = Check("orders > 0 AND goods >= 0 AND points >= 0")


INDEXES = (
    "CREATE INDEX point_batches_running ON point_batches (id) WHERE status = 'running'",
    "CREATE INDEX point_batch_lines_of_batch ON point_batch_lines (batch, id)",
    'CREATE INDEX point_batch_lines_left ON point_batch_lines (batch, "user") WHERE moved IS NULL',
    "CREATE INDEX product_import_lines_of_import ON product_import_lines (product_import, id)",
    (
        "CREATE INDEX closed_day_products_sums ON closed_day_products (closed_day) "
        "INCLUDE (product, orders, goods, points)"
    ),
)
