"""The only place that writes `password_links`. All times are PostgreSQL's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from shop.users.tables import PasswordLink

VALID = "used_at IS NULL AND expires_at > now()"


class Link(msgspec.Struct, frozen=True):
    """A link that can still be used."""

    id: int
    user_id: int
    username: str
    made_at: datetime
    expires_at: datetime


class Own(msgspec.Struct, frozen=True):
    """A link that its user has requested."""

    id: int
    user_id: int


SELECT = f"""
    SELECT l.id, l."user" AS user_id, u.username, l.made_at, l.expires_at
    FROM password_links l JOIN users u ON u.id = l."user"
    WHERE u.active AND {VALID}
"""  # noqa: S608 - our own words


class PasswordLinkRepository:
    async def add(self, user_ids: Sequence[int], made_by: int, lasts: timedelta) -> None:
        """A link for each user; the older ones of these users end."""
        await PasswordLink.raw(
            """
            WITH ended AS (
                DELETE FROM password_links WHERE "user" = ANY({}::bigint[]) AND used_at IS NULL
            )
            INSERT INTO password_links ("user", made_by, expires_at)
            SELECT unnest({}::bigint[]), {}, now() + {}::interval
            """,
            list(user_ids),
            list(user_ids),
            made_by,
            lasts,
        )

    async def add_own(self, email_or_name: str, lasts: timedelta) -> Own | None:
        """A link for the open account with this address or username, if it has an address; an
        earlier one that they asked for ends. None without such an account."""
        rows = await PasswordLink.raw(
            """
            WITH owner AS (
                SELECT id FROM users
                WHERE (email = {} OR username = {}) AND email IS NOT NULL AND active
            ), ended AS (
                DELETE FROM password_links l USING owner
                WHERE l."user" = owner.id AND l.made_by = owner.id AND l.used_at IS NULL
            )
            INSERT INTO password_links ("user", made_by, expires_at)
            SELECT id, id, now() + {}::interval FROM owner RETURNING id, "user" AS user_id
            """,
            email_or_name,
            email_or_name,
            lasts,
        )
        return Own(**rows[0]) if rows else None

    async def one(self, link_id: int) -> Link | None:
        rows = await PasswordLink.raw(SELECT + " AND l.id = {}", link_id)
        return Link(**rows[0]) if rows else None

    async def of_user(self, user_id: int) -> Link | None:
        """The link that staff have made for this user."""
        rows = await PasswordLink.raw(
            SELECT + ' AND l."user" = {} AND l.made_by <> l."user"', user_id
        )
        return Link(**rows[0]) if rows else None

    async def of_users(self, user_ids: Sequence[int]) -> list[Link]:
        """The links that staff have made for these users."""
        rows = await PasswordLink.raw(
            SELECT + ' AND l."user" = ANY({}::bigint[]) AND l.made_by <> l."user"', list(user_ids)
        )
        return [Link(**row) for row in rows]

    async def made_by(self, actor_id: int, after_id: int, limit: int) -> list[Link]:
        """The links that a member of staff has made for shoppers, in the order of ids."""
        rows = await PasswordLink.raw(
            SELECT + " AND l.made_by = {} AND NOT u.admin AND l.id > {} ORDER BY l.id LIMIT {}",
            actor_id,
            after_id,
            limit,
        )
        return [Link(**row) for row in rows]

    async def use(self, link_id: int) -> bool:
        """False if it was used before, or has expired."""
        rows = await PasswordLink.raw(
            f"UPDATE password_links SET used_at = now() WHERE id = {{}} AND {VALID} RETURNING id",  # noqa: S608 - our own words
            link_id,
        )
        return bool(rows)

    async def delete_all(self, user_id: int) -> None:
        """Deletes all links of the user, used ones too."""
        await PasswordLink.delete().where(PasswordLink.user == user_id)

    async def end_of(self, user_id: int) -> None:
        """All open links of the user."""
        await PasswordLink.delete().where(
            (PasswordLink.user == user_id) & PasswordLink.used_at.is_null()
        )
