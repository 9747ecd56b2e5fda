"""Mail to people, and the language in which they get it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T18:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "mail"


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)
    language = Varchar(length=2, null=False, default="")

    users_email_lower_case = Check("email = lower(email)")
    users_language_known = Check("language IN ('', 'ko', 'en')")


class Mail(Table, tablename="mails"):
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


ADDED = {User: (User.language,), Mail: Mail._meta.columns}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_table(Mail.__name__, Mail._meta.tablename)
    for table, columns in ADDED.items():
        for column in columns:
            manager.add_column(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                column_name=column._meta.name,
                column_class=type(column),
                params=column._meta.params,
            )
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager
