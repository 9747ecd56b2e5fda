"""What each member of staff may do, and points that are granted to many."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

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


class StaffSetting(Table, tablename="staff_settings"):
    """A number that superusers set, by name."""

    name = Varchar(length=40, primary_key=True)
    value = BigInt(null=False)


INDEXES = (
    "CREATE INDEX point_batches_running ON point_batches (id) WHERE status = 'running'",
    "CREATE INDEX point_batch_lines_of_batch ON point_batch_lines (batch, id)",
    'CREATE INDEX point_batch_lines_left ON point_batch_lines (batch, "user") WHERE moved IS NULL',
)
