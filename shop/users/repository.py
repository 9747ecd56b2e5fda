"""The only place that writes `users`, beside the sign-in of `session_repository`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
from piccolo.columns.column_types import DEFAULT
from piccolo.columns.combination import WhereRaw

from shop.batches import Batches
from shop.errors import InvalidInput
from shop.identity import SignedInUser
from shop.prepared import Row, compile_once
from shop.users.emails import email_taken
from shop.users.errors import UsernameTaken
from shop.users.known import NO_COLUMNS, NOBODY, SNAPSHOT, KnownUser, known_in, user_in
from shop.users.tables import User

STAFF_COLUMNS = (
    *(User.id, User.username, User.admin, User.superuser),
    *(User.active, User.last_login),
)


EMAIL_UNIQUE = "users_email_key"


class StaffAccount(NamedTuple):
    """`staff` opens the admin, `superuser` also accounts and rights. `last_login` in UTC."""

    id: int
    username: str
    staff: bool
    superuser: bool
    active: bool
    last_login: datetime | None


class StoredPassword(NamedTuple):
    user_id: int
    hash: str


class MailAddress(NamedTuple):
    """Where and in which language a user gets mail; `language` is empty if it is unknown."""

    email: str | None
    language: str


class UserRepository:
    """Finds and changes accounts. Closed ones (`active` false) are not found. `more`: see
    NO_COLUMNS."""

    def __init__(self, more: str = NO_COLUMNS) -> None:
        self._lookups: Batches[int, SignedInUser | None] = Batches(self._by_ids)
        self._known_lookups: Batches[int, KnownUser] = Batches(self._known_by_ids)
        self._select_by_ids = _select_known("id = ANY({})", more)
        self._select_by_name = _select_known("username = {}", more)

    async def by_id(self, user_id: int) -> SignedInUser | None:
        """Batched: concurrent look-ups share a query."""
        return await self._lookups.submit(user_id)

    async def known_by_id(self, user_id: int) -> KnownUser:
        """Batched, as `by_id`."""
        return await self._known_lookups.submit(user_id)

    async def known_by_name(self, username: str) -> KnownUser:
        for row in await self._select_by_name(username):
            return KnownUser(user_in(row), known_in(row))
        return NOBODY

    async def _known_by_ids(self, user_ids: Sequence[int]) -> list[KnownUser]:
        rows = await self._select_by_ids(list(user_ids))
        found = {row["id"]: KnownUser(user_in(row), known_in(row)) for row in rows}
        return [found.get(id_, NOBODY) for id_ in user_ids]

    async def _by_ids(self, user_ids: Sequence[int]) -> list[SignedInUser | None]:
        found = {row["id"]: user_in(row) for row in await _by_ids(list(user_ids))}
        return [found.get(id_) for id_ in user_ids]

    async def by_name(self, username: str) -> SignedInUser | None:
        rows = await _by_name(username)
        return user_in(rows[0]) if rows else None

    async def stored_password(self, username: str) -> StoredPassword | None:
        rows = await User.select(User.id, User.password).where(
            (User.username == username) & User.active.eq(True)
        )
        return StoredPassword(*rows[0].values()) if rows else None

    async def password_of(self, user_id: int) -> str:
        row = await User.select(User.password).where(User.id == user_id).first()
        return str(row["password"]) if row else ""

    async def username_of(self, user_id: int) -> str:
        row = await User.select(User.username).where(User.id == user_id).first()
        return str(row["username"]) if row else ""

    async def add(
        self, username: str, hashed_password: str, email: str | None = None
    ) -> SignedInUser:
        """Raises UsernameTaken, and InvalidInput if the address is another account's."""
        values = {"username": username, "password": hashed_password, "email": email}
        try:
            [row] = await User.insert(User(**values, active=True, created_at=DEFAULT)).returning(
                User.id
            )
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == EMAIL_UNIQUE:
                raise InvalidInput(email_taken()) from None
            raise UsernameTaken from None
        return SignedInUser(row["id"], username)

    async def opened_just_now(self, username: str) -> SignedInUser | None:
        """The account of this name if it was opened less than a minute ago."""
        is_new = WhereRaw("created_at > now() - interval '1 minute'")
        rows = await User.select(User.id, User.username, User.admin).where(
            (User.username == username) & User.active.eq(True) & is_new
        )
        return user_in(rows[0]) if rows else None

    async def set_password(self, user_id: int, new_hash: str, old_hash: str | None = None) -> bool:
        """Returns whether it was set: with `old_hash`, only if that is still stored."""
        query = User.update({User.password: new_hash}).where(User.id == user_id)
        if old_hash is not None:
            query = query.where(User.password == old_hash)
        return bool(await query.returning(User.id))

    async def account(self, username: str) -> StaffAccount | None:
        """The account of this name, closed or not."""
        rows = await User.select(*STAFF_COLUMNS).where(User.username == username)
        return StaffAccount(*rows[0].values()) if rows else None

    async def staff(self) -> list[StaffAccount]:
        """All staff by name, also closed accounts."""
        may_enter = User.admin.eq(True) | User.superuser.eq(True)
        rows = await User.select(*STAFF_COLUMNS).where(may_enter).order_by(User.username)
        return [StaffAccount(*row.values()) for row in rows]

    async def set_email(self, user_id: int, email: str | None, language: str) -> None:
        """Raises InvalidInput if the address is another account's."""
        try:
            await self.update(user_id, {"email": email, "language": language})
        except asyncpg.UniqueViolationError:
            raise InvalidInput(email_taken()) from None

    async def is_email_taken(self, email: str, but: int) -> bool:
        """By another account than `but`."""
        return bool(await User.exists().where((User.email == email) & (User.id != but)))

    async def mail_address_of(self, user_id: int) -> MailAddress:
        row = await User.select(User.email, User.language).where(User.id == user_id).first()
        return MailAddress(**row) if row else MailAddress(None, "")

    async def update(self, user_id: int, columns: Mapping[str, Any]) -> None:
        await User.update(**columns).where(User.id == user_id)

    async def make_superuser(self, username: str) -> None:
        await User.update({User.admin: True, User.superuser: True}).where(User.username == username)


@compile_once
def _by_ids(user_ids: list[int]) -> Any:
    return User.select(User.id, User.username, User.admin).where(
        WhereRaw("id = ANY({})", user_ids) & (User.active == True)  # noqa: E712 - it becomes SQL
    )


@compile_once
def _by_name(username: str) -> Any:
    return User.select(User.id, User.username, User.admin).where(
        (User.username == username) & (User.active == True)  # noqa: E712 - it becomes SQL
    )


def _select_known(condition: str, more: str) -> Callable[[Any], Awaitable[list[Row]]]:
    @compile_once
    def select(value: Any) -> Any:
        return User.raw(
            f"""
            SELECT u.id, u.username, u.admin, {more}, {SNAPSHOT} FROM users u
            WHERE u.active AND u.{condition}
            """,  # noqa: S608 - our own words
            value,
        )

    return select
