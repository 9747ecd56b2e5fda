"""The only place that writes `sessions`. All times are PostgreSQL's."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shop.identity import SignedInUser
from shop.prepared import compile_once
from shop.users.tables import Session

SEEN_EVERY = "5 minutes"  # how exactly it is known when a session was last seen


MOST_SHOWN = 20  # sessions of a user


class Verified(NamedTuple):
    """A user whose password was right, the stored hash that it was checked against, and whether the
    code of the second factor was right too."""

    user: SignedInUser
    password_hash: str
    second_factor: bool = False


class Idle(NamedTuple):
    """How long a session lasts without a request."""

    of_shoppers: timedelta
    of_staff: timedelta


class Found(NamedTuple):
    """A session's user, and whether `last_seen` is due to be updated."""

    user: SignedInUser
    unseen: bool


class OpenSession(NamedTuple):
    """A signed-in browser. `browser` is empty if unknown; `here` is true for the current one."""

    browser: str
    created_at: datetime
    last_seen: datetime
    here: bool


class SessionRepository:
    async def add(self, proof: Verified, token_hash: str, browser: str, lasts: timedelta) -> bool:
        """Saves the session, unless the account was closed, its password has changed, or its second
        factor is on and was not checked; then False."""
        added = await _add(proof.user.id, proof.password_hash, token_hash, browser, lasts)
        return bool(added) and (proof.second_factor or not await _delete_unproven(token_hash))

    async def user_of(self, token_hash: str, idle: Idle) -> Found | None:
        """None if the session has ended or the account was closed."""
        for row in await _user_of(token_hash, idle.of_staff, idle.of_shoppers):
            return Found(SignedInUser(row["id"], row["username"], row["admin"]), row["unseen"])
        return None

    async def see(self, token_hash: str) -> None:
        """Sets `last_seen` to now."""
        await _see(token_hash)

    async def of_user(self, user_id: int, here: str, idle: Idle) -> list[OpenSession]:
        """At most MOST_SHOWN current sessions: that of the token hash `here`, then by
        `last_seen`."""
        rows = await _of_user(user_id, idle.of_staff, idle.of_shoppers, here)
        return [OpenSession(**row) for row in rows]

    async def delete(self, token_hash: str) -> None:
        await Session.delete().where(Session.token_hash == token_hash)

    async def delete_all(self, user_id: int, but: str = "") -> None:
        """All sessions of the user except that of this token hash."""
        await Session.delete().where((Session.user == user_id) & (Session.token_hash != but))

    async def delete_ended(self, idle: Idle) -> None:
        """Sessions that have expired, were idle for too long, or belong to a closed account."""
        await _delete_ended(idle.of_staff, idle.of_shoppers)


@compile_once
def _add(user_id: int, password_hash: str, token_hash: str, browser: str, lasts: timedelta) -> Any:
    """One statement, which locks the account: a change of the password or a closing either comes
    first, and there is no session, or comes later and deletes it."""
    return Session.raw(
        """
        WITH account AS (
            UPDATE users SET last_login = now()
            WHERE id = {} AND password = {} AND active RETURNING id
        )
        INSERT INTO sessions ("user", token_hash, browser, expires_at)
        SELECT id, {}, {}, now() + {}::interval FROM account RETURNING id
        """,
        user_id,
        password_hash,
        token_hash,
        browser,
        lasts,
    )


@compile_once
def _delete_unproven(token_hash: str) -> Any:
    """Deletes the session if its user has a second factor. A statement of its own, because `_add`
    may have waited and would not see one turned on meanwhile; turning one on deletes the rest."""
    return Session.raw(
        """
        DELETE FROM sessions s USING second_factors f
        WHERE s.token_hash = {} AND f."user" = s."user" RETURNING s.id
        """,
        token_hash,
    )


RUNNING = """
    s.expires_at > now() AND u.active
    AND s.last_seen > now() - CASE WHEN u.admin THEN {}::interval ELSE {}::interval END
"""


@compile_once
def _user_of(token_hash: str, staff_idle: timedelta, idle: timedelta) -> Any:
    return Session.raw(
        f"""
        SELECT u.id, u.username, u.admin, s.last_seen < now() - interval '{SEEN_EVERY}' AS unseen
        FROM sessions s JOIN users u ON u.id = s."user"
        WHERE s.token_hash = {{}} AND {RUNNING}
        """,  # noqa: S608 - our own words
        token_hash,
        staff_idle,
        idle,
    )


@compile_once
def _see(token_hash: str) -> Any:
    return Session.raw(
        f"""
        UPDATE sessions SET last_seen = now()
        WHERE token_hash = {{}} AND last_seen < now() - interval '{SEEN_EVERY}' RETURNING id
        """,  # noqa: S608 - our own words
        token_hash,
    )


@compile_once
def _of_user(user_id: int, staff_idle: timedelta, idle: timedelta, here: str) -> Any:
    return Session.raw(
        f"""
        SELECT s.browser, s.created_at, s.last_seen, s.token_hash = {{}} AS here
        FROM sessions s JOIN users u ON u.id = s."user"
        WHERE s."user" = {{}} AND {RUNNING}
        ORDER BY here DESC, s.last_seen DESC, s.id DESC LIMIT {MOST_SHOWN}
        """,  # noqa: S608 - our own words
        here,
        user_id,
        staff_idle,
        idle,
    )


@compile_once
def _delete_ended(staff_idle: timedelta, idle: timedelta) -> Any:
    return Session.raw(
        f"""
        DELETE FROM sessions s USING users u WHERE u.id = s."user" AND NOT ({RUNNING})
        RETURNING s.id
        """,  # noqa: S608 - our own words
        staff_idle,
        idle,
    )
