"""How often something was tried lately, shared by all workers and nodes."""

from piccolo.columns import Timestamptz, Varchar
from piccolo.table import Table


class RateLimit(Table, tablename="rate_limits"):
    """One asker of one kind of thing. `used_until` is when all that they used up is free again."""

    key = Varchar(length=200, primary_key=True)
    used_until = Timestamptz(null=False, index=True)
