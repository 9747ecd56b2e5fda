"""What the admin itself keeps: which of its forms were sent."""

from piccolo.columns import ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from shop.users.tables import User


class FormKey(Table, tablename="form_keys"):
    """The key of an opened form that was sent, claimed in the transaction of what it did.

    `fingerprint` is a keyed digest of what was sent, so that the key cannot be used for more.
    `result` is what a repeat is answered; of an edited row, what its form shows since it was saved.
    """

    key = Varchar(length=64, primary_key=True)
    actor = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    form = Varchar(length=80, null=False)
    fingerprint = Varchar(length=64, null=False)
    result = Text(null=False, default="")
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
