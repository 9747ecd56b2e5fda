"""Mail to people, with its delivery state."""

from piccolo.columns import UUID, BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

from shop.users.tables import User


class Mail(Table, tablename="mails"):
    """Written in the transaction of what it tells. `content` is a `Content` as JSON: the text is
    made of it when it is sent, to the address that the person has then.

    The sender holds a lease, as with `outbox_messages`. `sent_at` is when the mail server accepted
    it, `given_up_at` when it was refused for good or the last try failed.
    """

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    content = Text(null=False)
    attempts = Integer(null=False, default=0)
    due_at = Timestamptz(default=TimestamptzNow(), null=False)
    lease_token = UUID(null=True, default=None, secret=True)
    leased_until = Timestamptz(null=True, default=None)
    last_answer = Varchar(length=300, null=False, default="")
    sent_at = Timestamptz(null=True, default=None)
    given_up_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    mails_attempts_not_negative = Check("attempts >= 0")
    mails_lease_whole = Check("(lease_token IS NULL) = (leased_until IS NULL)")
    mails_one_end = Check("sent_at IS NULL OR given_up_at IS NULL")


INDEXES = (
    ("CREATE INDEX mails_due ON mails (due_at, id) WHERE sent_at IS NULL AND given_up_at IS NULL"),
    "CREATE INDEX mails_unsent ON mails (id) WHERE sent_at IS NULL",
    "CREATE INDEX mails_sent ON mails (sent_at) WHERE sent_at IS NOT NULL",
)
