"""The only place that writes `sessions`. All times are PostgreSQL's."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from shop.prepared import Row, compile_once
from shop.users.known import NO_COLUMNS, SNAPSHOT, known_in, user_in
from shop.users.session import Found, Idle, OpenSession, Verified
from shop.users.tables import Session

SEEN_EVERY = "5 minutes"  # how exactly it is known when a session was last seen
MOST_SHOWN = 20  # sessions of a user


class SessionRepository:
    """`more`: see NO_COLUMNS."""

    def __init__(self, more: str = NO_COLUMNS) -> None:
        self._user_and_more = _select_user(more, SNAPSHOT)

    async def add(
        self, proof: Verified, token_hash: str, browser: str, lasts: timedelta, language: str
    ) -> bool:
        """Saves the session, and the language if the account has none; not if the account was
        closed, its password has changed, or its second factor is on and was not checked: then
        False."""
        added = await _add(language, proof.user.id, proof.password_hash, token_hash, browser, lasts)
        return bool(added) and (proof.second_factor or not await _delete_unproven(token_hash))

    async def user_of(self, token_hash: str, idle: Idle) -> Found | None:
        """None if the session has ended or the account was closed."""
        for row in await _user_of(token_hash, idle.of_staff, idle.of_shoppers):
            return Found(user_in(row), row["unseen"])
        return None

    async def user_and_known(self, token_hash: str, idle: Idle) -> Found | None:
        """As `user_of`, with all that a page needs of the user, in the same query."""
        for row in await self._user_and_more(token_hash, idle.of_staff, idle.of_shoppers):
            return Found(user_in(row), row["unseen"], known_in(row))
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
def _add(
    language: str,
    user_id: int,
    password_hash: str,
    token_hash: str,
    browser: str,
    lasts: timedelta,
) -> Any:
    """One statement, which locks the account: a change of the password or a closing either comes
    first, and there is no session, or comes later and deletes it."""
    return Session.raw(
        """
        WITH account AS (
            UPDATE users SET last_login = now(), language = COALESCE(NULLIF(language, ''), {})
            WHERE id = {} AND password = {} AND active RETURNING id
        )
        INSERT INTO sessions ("user", token_hash, browser, expires_at)
        SELECT id, {}, {}, now() + {}::interval FROM account RETURNING id
        """,
        language,
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


UNSEEN = f"s.last_seen < now() - interval '{SEEN_EVERY}' AS unseen"


def _select_user(*more: str) -> Callable[[str, timedelta, timedelta], Awaitable[list[Row]]]:
    """The query for the user of a running session, with more columns."""
    columns = ", ".join(["u.id, u.username, u.admin", UNSEEN, *more])

    @compile_once
    def select(token_hash: str, staff_idle: timedelta, idle: timedelta) -> Any:
        return Session.raw(
            f"""
            SELECT {columns} FROM sessions s JOIN users u ON u.id = s."user"
            WHERE s.token_hash = {{}} AND {RUNNING}
            """,  # noqa: S608 - our own words
            token_hash,
            staff_idle,
            idle,
        )

    return select


_user_of = _select_user()


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
