"""The results of the last audit, for the metrics."""

from piccolo.columns import BigInt, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table


class AuditResult(Table, tablename="audit_results"):
    """The latest result of a proof: the number of rows checked and of exceptions."""

    proof = Varchar(length=60, primary_key=True)
    checked = BigInt(null=False)
    wrong = BigInt(null=False)
    ran_at = Timestamptz(default=TimestamptzNow(), null=False)
