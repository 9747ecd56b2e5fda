"""What the last audit found, for the metrics."""

from piccolo.columns import BigInt, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table


class AuditResult(Table, tablename="audit_results"):
    """The latest result of one proof: how many things were checked, and how many were wrong."""

    proof = Varchar(length=60, primary_key=True)
    checked = BigInt(null=False)
    wrong = BigInt(null=False)
    ran_at = Timestamptz(default=TimestamptzNow(), null=False)
