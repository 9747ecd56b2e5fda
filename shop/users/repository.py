"""The only place with queries on `users` and `sessions`."""

from datetime import datetime
from typing import Any

import asyncpg

from shop.errors import UsernameTaken
from shop.frozen import Row, frozen
from shop.users.tables import Session, User
from shop.web.request import SignedInUser


class UserRepository:
    """Finds and changes accounts. Closed ones (`active` false) are not found."""

    async def by_id(self, user_id: int) -> SignedInUser | None:
        return _signed_in(await _by_id(user_id))

    async def by_name(self, username: str) -> SignedInUser | None:
        return _signed_in(await _by_name(username))

    async def by_token_hash(self, token_hash: str, now: datetime) -> SignedInUser | None:
        return _signed_in(await _by_token_hash(token_hash, now))

    async def password_of(self, user_id: int) -> str:
        row = await User.select(User.password).where(User.id == user_id).first()
        return str(row["password"]) if row else ""

    async def username_of(self, user_id: int) -> str:
        row = await User.select(User.username).where(User.id == user_id).first()
        return str(row["username"]) if row else ""

    async def add(self, username: str, hashed_password: str) -> SignedInUser:
        """Raises UsernameTaken."""
        try:
            [row] = await User.insert(
                User(username=username, password=hashed_password, active=True)
            ).returning(User.id)
        except asyncpg.UniqueViolationError:
            raise UsernameTaken from None
        return SignedInUser(row["id"], username)

    async def set_password(self, user_id: int, hashed_password: str) -> None:
        await User.update({User.password: hashed_password}).where(User.id == user_id)

    async def add_session(self, user_id: int, token_hash: str, expires_at: datetime) -> None:
        await Session.insert(Session(token_hash=token_hash, user=user_id, expires_at=expires_at))
        await User.update(
            {
                User.last_login: datetime.now()  # noqa: DTZ005 - Piccolo's column has no zone
            }
        ).where(User.id == user_id)

    async def delete_session(self, token_hash: str) -> None:
        await Session.delete().where(Session.token_hash == token_hash)

    async def delete_other_sessions(self, user_id: int, token_hash: str) -> None:
        await Session.delete().where((Session.user == user_id) & (Session.token_hash != token_hash))

    async def delete_expired_sessions(self, now: datetime) -> None:
        await Session.delete().where(Session.expires_at <= now)


@frozen
def _by_id(user_id: int) -> Any:
    return User.select(User.id, User.username, User.admin).where(
        (User.id == user_id) & (User.active == True)  # noqa: E712 - it becomes SQL
    )


@frozen
def _by_name(username: str) -> Any:
    return User.select(User.id, User.username, User.admin).where(
        (User.username == username) & (User.active == True)  # noqa: E712 - it becomes SQL
    )


@frozen
def _by_token_hash(token_hash: str, now: datetime) -> Any:
    return Session.select(
        Session.user.id.as_alias("id"),
        Session.user.username.as_alias("username"),
        Session.user.admin.as_alias("admin"),
    ).where(
        (Session.token_hash == token_hash)
        & (Session.expires_at > now)
        & (Session.user.active == True)  # noqa: E712 - it becomes SQL
    )


def _signed_in(rows: list[Row]) -> SignedInUser | None:
    return SignedInUser(rows[0]["id"], rows[0]["username"], rows[0]["admin"]) if rows else None
