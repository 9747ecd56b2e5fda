"""What the admin itself keeps: which of its forms were sent."""

from piccolo.columns import ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from shop.users.tables import User


class FormKey(Table, tablename="form_keys"):
    """The key of an opened form that was sent, claimed in the transaction of its action.
    `fingerprint` is a keyed digest of the form, so that the key cannot be used for another one.
    `result` is the response to a repeated request; for an edited row, the values that its form
    shows after it was saved."""

    key = Varchar(length=64, primary_key=True)
    actor = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    form = Varchar(length=80, null=False)
    fingerprint = Varchar(length=64, null=False)
    result = Text(null=False, default="")
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
