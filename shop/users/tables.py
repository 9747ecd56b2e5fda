"""Who shops and who works here: one account opens the shop and the admin."""

from typing import NamedTuple

from piccolo.apps.user.tables import BaseUser
from piccolo.columns import BigInt, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from shop.settings import load_settings
from shop.users.names import normalised
from shop.users.passwords import hash_password, matching_form, may_open, normalise_password


class Login(NamedTuple):
    """Whose password was right, and the stored hash of it."""

    id: int
    password_hash: str


class User(BaseUser, tablename="users"):
    """A shopper or a member of staff (`admin`). `active` is false where it was closed."""

    id = BigSerial(primary_key=True)
    email = Varchar(length=255, unique=True, null=True, default=None, required=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    # Piccolo's has no time zone.
    last_login = Timestamptz(null=True, default=None, required=False)

    @classmethod
    async def login(cls, username: str, password: str) -> int | None:
        """The id of the active user with this password, else None.

        Piccolo's own method hashes on the event loop and so stops every request for a third of a
        second; `matching_form` hashes in a thread.
        """
        found = await cls.verify(username, password)
        return found.id if found else None

    @classmethod
    async def verify(cls, username: str, password: str) -> Login | None:
        """The active user with this password, else None."""
        row = (
            await cls.select(cls.id, cls.password)
            .where((cls.username == normalised(username)) & cls.active.eq(True))
            .first()
        )
        form = await matching_form(password, row["password"] if row else None)
        if row is None or form is None or not may_open(form, load_settings()):
            return None
        if form == normalise_password(password):
            return Login(row["id"], row["password"])
        return Login(row["id"], await cls._store_normalised(row["id"], row["password"], password))

    @classmethod
    async def _store_normalised(cls, user_id: int, stored: str, password: str) -> str:
        """Replaces a hash of the password as it was typed, unless it was changed meanwhile."""
        hashed = await hash_password(password)
        await cls.update({cls.password: hashed}).where(
            (cls.id == user_id) & (cls.password == stored)
        )
        return hashed

    @classmethod
    async def update_password(cls, user: str | int, password: str) -> None:
        """Piccolo Admin's "change password", with the hashing off the event loop.

        Raises ValueError where the password breaks a rule.
        """
        cls._validate_password(password)
        hashed = await hash_password(password)
        which = cls.id == user if isinstance(user, int) else cls.username == user
        await cls.update({cls.password: hashed}).where(which)


class Session(Table, tablename="sessions"):
    """A signed-in browser. Only the SHA-256 of its token is kept, so the table opens no account.

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
