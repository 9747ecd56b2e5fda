"""Rate limits, shared by all workers and nodes."""

from piccolo.columns import Timestamptz, Varchar
from piccolo.table import Table


class RateLimit(Table, tablename="rate_limits"):
    """One key of one limit. `used_until` is GCRA's theoretical arrival time."""

    key = Varchar(length=200, primary_key=True)
    used_until = Timestamptz(null=False, index=True)
