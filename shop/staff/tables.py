"""What each member of staff may do."""

from piccolo.columns import BigSerial, ForeignKey, Varchar
from piccolo.columns.base import OnDelete
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
