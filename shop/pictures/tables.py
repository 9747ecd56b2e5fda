"""Which pictures were uploaded, so that none is lost and none stays for ever without a use."""

from piccolo.columns import Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table


class StoredPicture(Table, tablename="pictures"):
    """`name` as products have it; its files (shop/web/pictures.py) are in the store.

    The row is committed before the first file is written, and deleted after the last was removed,
    so that every file has a row. `unused_since` is null while a product has the picture.
    """

    name = Varchar(length=255, primary_key=True)
    state = Varchar(length=10, null=False, default="uploading")
    unused_since = Timestamptz(default=TimestamptzNow(), null=True)

    pictures_state_known = Check("state IN ('uploading', 'stored', 'removing')")
    pictures_used_are_stored = Check("state = 'stored' OR unused_since IS NOT NULL")


INDEXES = (
    "CREATE INDEX pictures_unused ON pictures (unused_since) WHERE unused_since IS NOT NULL",
)
