"""Refunds of orders, and requests to return items."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.orders.tables import Order
from shop.products.tables import Product


class OrderRefund(Table, tablename="order_refunds"):
    """`amount` points of an order that were paid back, for cancelled or returned items. The entry
    of points refers to it. `summed`: the sums of the order's day were made, or made again, since.
    """

    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=10, null=False)
    amount = BigInt(null=False)
    summed = Boolean(null=False, default=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    order_refunds_kind_known = Check("kind IN ('cancel', 'return')")
    order_refunds_amount_positive = Check("amount > 0")


class OrderRefundLine(Table, tablename="order_refund_lines"):
    """Items of one product that a refund is for; `restocked` of them are in stock again."""

    id = BigSerial(primary_key=True)
    refund = ForeignKey(OrderRefund, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    quantity = Integer(null=False)
    restocked = Integer(null=False)

    order_refund_lines_once = Unique([refund, product])
    order_refund_lines_in_range = Check("quantity > 0 AND restocked BETWEEN 0 AND quantity")


class ReturnRequest(Table, tablename="return_requests"):
    """A customer wants to send items of an order back. Staff take them in, or refuse with an
    `answer`; one request of an order is open at a time. `key` is the `Idempotency-Key` it came
    with."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=True, on_delete=OnDelete.restrict)
    status = Varchar(length=10, null=False, default="asked")
    reason = Varchar(length=200, null=False, default="")
    answer = Varchar(length=200, null=False, default="")
    asked_at = Timestamptz(default=TimestamptzNow(), null=False)
    closed_at = Timestamptz(null=True, default=None)
    key = Varchar(length=255, null=True, default=None, secret=True)

    return_requests_key_once = Unique([order, key])
    return_requests_status_known = Check("status IN ('asked', 'taken', 'refused')")
    return_requests_closed = Check("(status = 'asked') = (closed_at IS NULL)")


class ReturnRequestLine(Table, tablename="return_request_lines"):
    id = BigSerial(primary_key=True)
    request = ForeignKey(ReturnRequest, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    quantity = Integer(null=False)

    return_request_lines_once = Unique([request, product])
    return_request_lines_positive = Check("quantity > 0")


INDEXES = (
    "CREATE INDEX order_refund_lines_of_product ON order_refund_lines (product, refund DESC)",
    (
        'CREATE UNIQUE INDEX return_requests_open ON return_requests ("order") '
        "WHERE status = 'asked'"
    ),
    "CREATE INDEX return_requests_by_status ON return_requests (status, id)",
    'CREATE INDEX order_refunds_unsummed ON order_refunds ("order") WHERE NOT summed',
)
