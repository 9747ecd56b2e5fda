"""Where users have goods sent."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

from shop.users.tables import User


class Address(Table, tablename="addresses"):
    """An entry of a user's address book. `country` is an ISO 3166 code."""

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    name = Varchar(length=60, null=False)
    phone = Varchar(length=30, null=False)
    country = Varchar(length=2, null=False, default="KR")
    postcode = Varchar(length=12, null=False, default="")
    line1 = Varchar(length=120, null=False)
    line2 = Varchar(length=120, null=False, default="")
    note = Varchar(length=200, null=False, default="")
    is_default = Boolean(null=False, default=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    addresses_filled = Check("name <> '' AND phone <> '' AND line1 <> ''")
    addresses_postcode = Check("country <> 'KR' OR postcode ~ '^[0-9]{5}$'")


INDEXES = (
    'CREATE INDEX addresses_of_user ON addresses ("user", id DESC)',
    'CREATE UNIQUE INDEX addresses_default ON addresses ("user") WHERE is_default',
)
