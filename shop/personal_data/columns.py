"""Where the shop stores what is about a person: what they get as a file, and what erasing does.

`tests/unit/personal_data/test_columns.py` fails for a table of users or orders, or a text in it,
that is not named here.
"""

from collections.abc import Mapping

from piccolo.table import Table

from shop.addresses.tables import Address
from shop.cart.tables import CartItem
from shop.likes.tables import Like
from shop.mail.tables import Mail
from shop.orders.codes.tables import Code
from shop.orders.return_tables import OrderRefund, ReturnRequest
from shop.orders.tables import Order, OrderLine, OrderRecipient, Shipment
from shop.points.tables import PointBalance, PointEntry
from shop.users.tables import PasswordLink, RecoveryCode, SecondFactor, Session, User

EXPORTED: Mapping[str, type[Table]] = {
    "account": User,
    "sessions": Session,
    "addresses": Address,
    "balance": PointBalance,
    "point_entries": PointEntry,
    "likes": Like,
    "cart": CartItem,
    "orders": Order,
    "order_lines": OrderLine,
    "recipients": OrderRecipient,
    "shipments": Shipment,
    "refunds": OrderRefund,
    "returns": ReturnRequest,
    "mails": Mail,
}
"""The parts of the file, without secret columns."""

BLANKED = (
    *("username", "first_name", "last_name", "email", "employee_no", "department", "language"),
    "password",
)
"""Columns of `users` that are erased."""
DELETED = (Session, SecondFactor, RecoveryCode, PasswordLink, Mail, Address, CartItem)
"""Tables whose rows of the person are deleted."""
ERASED_WITH_THEIR_ORDER = (OrderRecipient, ReturnRequest)
"""Their texts are emptied; the messages to the external system lose them as well."""
KEPT = (Order, OrderLine, OrderRefund, Shipment, PointBalance, PointEntry, Like, Code)
"""The shop's books: they name the person by number only."""
