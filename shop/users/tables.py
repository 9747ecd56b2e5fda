"""Users, sessions and second factors. One account opens the shop and the admin."""

from piccolo.apps.user.tables import BaseUser
from piccolo.columns import BigInt, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.readable import Readable
from piccolo.constraints import Check, Unique
from piccolo.table import Table


class User(BaseUser, tablename="users"):
    """A shopper or a member of staff (`admin`). `active` is false if the account is closed.

    `employee_no` and `department` are what the organisation calls the person. `language` is that of
    mail to them, empty until they have signed in.
    """

    id = BigSerial(primary_key=True)
    email = Varchar(length=255, unique=True, null=True, default=None, required=False)
    employee_no = Varchar(length=40, unique=True, null=True, default=None, required=False)
    department = Varchar(length=60, null=False, default="")
    language = Varchar(length=2, null=False, default="")
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    # Piccolo's has no time zone.
    last_login = Timestamptz(null=True, default=None, required=False)

    users_email_lower_case = Check("email = lower(email)")
    users_language_known = Check("language IN ('', 'ko', 'en')")

    @classmethod
    def get_readable(cls) -> Readable:
        return Readable("%s %s%s", [cls.username, cls.last_name, cls.first_name])


class Session(Table, tablename="sessions"):
    """A signed-in browser. Only the SHA-256 of its token is stored, so the table opens no account.

    `last_seen` is noted every few minutes; `browser` is what it is called, empty if unknown.
    """

    id = BigSerial(primary_key=True)
    token_hash = Varchar(length=64, null=False, unique=True, secret=True)
    user = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(null=False, index=True)
    last_seen = Timestamptz(default=TimestamptzNow(), null=False)
    browser = Varchar(length=60, null=False, default="")


class SecondFactor(Table, tablename="second_factors"):
    """A member of staff's authenticator app: signing in needs a code of it.

    `secret` is encrypted. `last_step` is the time step (RFC 6238) of the last code that was used:
    neither that code nor an older one can be used again.
    """

    user = ForeignKey(User, null=False, primary_key=True, on_delete=OnDelete.restrict)
    secret = Varchar(length=200, null=False, secret=True)
    last_step = BigInt(null=False)


class RecoveryCode(Table, tablename="recovery_codes"):
    """A code for a lost authenticator app. It is hashed, and deleted when it is used."""

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    code_hash = Varchar(length=64, null=False, secret=True)

    recovery_codes_once = Unique([user, code_hash])


class PasswordLink(Table, tablename="password_links"):
    """A link that sets a password once: an invitation, or for a lost password.

    Its token is derived from the row and SHOP_SECRET, so that the table opens no account. `made_by`
    is the user themself where they have forgotten it.
    """

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    made_by = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    made_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(null=False)
    used_at = Timestamptz(null=True, default=None)


INDEXES = (
    "CREATE INDEX users_of_department ON users (department, id) WHERE department <> ''",
    "CREATE INDEX users_staff ON users (id) WHERE admin OR superuser",
    "CREATE INDEX users_closed ON users (id DESC) WHERE NOT active",
    "CREATE INDEX users_by_name ON users ((coalesce(last_name, '') || coalesce(first_name, '')))",
)
