"""Points: balances, which are locked, and the entries that explain them."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.users.tables import User


class PointBalance(Table, tablename="point_balances"):
    """Available points. Each change has an entry, written in the same transaction."""

    user = ForeignKey(User, null=False, primary_key=True, on_delete=OnDelete.restrict)
    balance = BigInt(null=False, default=0)

    point_balances_not_negative = Check("balance >= 0")


class PointEntry(Table, tablename="point_entries"):
    """One movement of points; never changed or deleted: mistakes are corrected by another entry.

    `reference` says what it is for (`order:12`); with `kind` it is unique, so that nothing is paid
    or paid back twice.
    """

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    amount = BigInt(null=False)
    kind = Varchar(length=20, null=False)
    reference = Varchar(length=80, null=False)
    balance_after = BigInt(null=False)
    actor = ForeignKey(User, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    reason = Varchar(length=200, null=False, default="")
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    point_entries_once = Unique([kind, reference])
    point_entries_kind_known = Check("kind IN ('grant', 'spend', 'refund', 'adjust')")
    point_entries_sign = Check(
        "amount <> 0 AND (kind NOT IN ('grant', 'refund') OR amount > 0) "
        "AND (kind <> 'spend' OR amount < 0)"
    )
    point_entries_balance_not_negative = Check("balance_after >= 0")
    point_entries_referred = Check("reference <> ''")


INDEXES = (
    'CREATE INDEX point_entries_of_user ON point_entries ("user", id DESC)',
    (
        "CREATE INDEX point_entries_newest ON point_entries (created_at DESC, id DESC) "
        "INCLUDE (kind, amount)"
    ),
    "CREATE INDEX point_entries_of_kind ON point_entries (kind, created_at DESC, id DESC)",
)
