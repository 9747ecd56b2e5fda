"""The log of what staff did."""

from piccolo.columns import JSONB, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from shop.users.tables import User


class StaffAction(Table, tablename="staff_actions"):
    """One action of a member of staff, such as `order.fulfil` on `order:12`; never changed.

    `before` and `after` hold what changed, as JSON objects; null where there was nothing.
    """

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow(), null=False)
    actor = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    action = Varchar(length=60, null=False)
    subject = Varchar(length=80, null=False)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    reason = Varchar(length=500, null=False, default="")


INDEXES = (
    "CREATE INDEX staff_actions_of_actor ON staff_actions (actor, id DESC)",
    "CREATE INDEX staff_actions_of_subject ON staff_actions (subject, id DESC)",
)
