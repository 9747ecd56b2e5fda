"""Messages to the external system, with their delivery state."""

from piccolo.columns import UUID, BigSerial, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table


class OutboxMessage(Table, tablename="outbox_messages"):
    """A message written in the order's own transaction, so that neither stands without the other.

    `subject` (`order:12`) is what it is about; `change` (`shipment:7`) is what happened to it, if
    that can happen more than once. The sender holds a lease: `lease_token` until `leased_until`;
    then anyone may take it over. `sent_at` is when the external system accepted it, `given_up_at`
    when the last try failed.
    """

    id = BigSerial(primary_key=True)
    message_id = Varchar(length=64, null=False, unique=True)
    type = Varchar(length=40, null=False)
    subject = Varchar(length=80, null=False)
    change = Varchar(length=40, null=False, default="")
    payload = Text(null=False)
    attempts = Integer(null=False, default=0)
    due_at = Timestamptz(default=TimestamptzNow(), null=False)
    lease_token = UUID(null=True, default=None, secret=True)
    leased_until = Timestamptz(null=True, default=None)
    last_answer = Varchar(length=300, null=False, default="")
    sent_at = Timestamptz(null=True, default=None)
    given_up_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    outbox_messages_once_a_change = Unique([subject, type, change])  # noqa: A003 - the column
    outbox_messages_type_is_known = Check(
        "type IN ('order.created', 'order.cancelled', 'order.recipient', 'order.shipped', "
        "'order.fulfilled', 'order.refunded')"
    )
    outbox_messages_attempts_not_negative = Check("attempts >= 0")
    outbox_messages_lease_whole = Check("(lease_token IS NULL) = (leased_until IS NULL)")


INDEXES = (
    (
        "CREATE INDEX outbox_messages_due ON outbox_messages (due_at, id) "
        "WHERE sent_at IS NULL AND given_up_at IS NULL"
    ),
    "CREATE INDEX outbox_messages_unsent ON outbox_messages (id) WHERE sent_at IS NULL",
    (
        "CREATE INDEX outbox_messages_given_up ON outbox_messages (id) "
        "WHERE sent_at IS NULL AND given_up_at IS NOT NULL"
    ),
)
