"""Rate limits, shared by all workers and nodes."""

from piccolo.columns import Timestamptz, Varchar
from piccolo.table import Table


class RateLimit(Table, tablename="rate_limits"):
    """One key of one limit. `theoretical_arrival` is the TAT of GCRA."""

    key = Varchar(length=200, primary_key=True)
    theoretical_arrival = Timestamptz(null=False, index=True)
