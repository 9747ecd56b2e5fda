"""The only place that writes `pictures`. Times are the database's."""

from collections.abc import Sequence
from datetime import timedelta

from shop.pictures.tables import StoredPicture

USED = """(
    EXISTS (SELECT FROM products p WHERE p.picture = pictures.name)
    OR EXISTS (SELECT FROM product_pictures p WHERE p.picture = pictures.name)
    OR EXISTS (SELECT FROM site_settings WHERE site_settings.logo = pictures.name)
    OR EXISTS (SELECT FROM home_page_rows r WHERE r.picture = pictures.name)
)"""
"""Whether it is a product's first picture, one beside it, the shop's logo, or on the home page."""


class PictureRepository:
    async def begin_upload(self, name: str) -> str | None:
        """The state: `uploading`, or `stored` if it is there already; None while it is being
        removed."""
        rows = await StoredPicture.raw(
            """
            INSERT INTO pictures (name) VALUES ({}) ON CONFLICT (name) DO UPDATE
            SET unused_since = CASE WHEN pictures.unused_since IS NOT NULL THEN now() END
            WHERE pictures.state <> 'removing' RETURNING state
            """,
            name,
        )
        return str(rows[0]["state"]) if rows else None

    async def exists(self, name: str) -> bool:
        query = StoredPicture.exists()
        return await query.where((StoredPicture.name == name) & (StoredPicture.state == "stored"))

    async def end_upload(self, name: str) -> None:
        """All of its files are stored."""
        await StoredPicture.update(state="stored").where(
            (StoredPicture.name == name) & (StoredPicture.state == "uploading")
        )

    async def claim(self, name: str) -> bool:
        """Marks the picture as used, and keeps it until the transaction ends. False if it is not
        there, or is being removed."""
        query = StoredPicture.update({StoredPicture.unused_since: None})
        found = await query.where(
            (StoredPicture.name == name) & (StoredPicture.state == "stored")
        ).returning(StoredPicture.name)
        return bool(found)

    async def release(self, product_id: int) -> None:
        """Marks the picture of this product as unused."""
        await StoredPicture.raw(
            "UPDATE pictures SET unused_since = now() WHERE state = 'stored'"
            " AND name = (SELECT picture FROM products WHERE id = {})",
            product_id,
        )

    async def release_logo(self) -> None:
        """Marks the picture that is the shop's logo as unused."""
        await StoredPicture.raw(
            "UPDATE pictures SET unused_since = now() WHERE state = 'stored'"
            " AND name = (SELECT logo FROM site_settings)"
        )

    async def release_all(self, names: Sequence[str]) -> None:
        """Marks these pictures as unused."""
        await StoredPicture.raw(
            "UPDATE pictures SET unused_since = now() WHERE state = 'stored' AND name = ANY({})",
            list(names),
        )

    async def keep_used(self, unused_for: timedelta) -> None:
        """Marks pictures that were released and are in use as used."""
        await StoredPicture.raw(
            "UPDATE pictures SET unused_since = NULL"  # noqa: S608 - no input in it
            " WHERE state = 'stored' AND unused_since <= now() - {}::interval"
            f" AND {USED}",
            unused_for,
        )

    async def begin_removal(self, unused_for: timedelta, limit: int) -> list[str]:
        """Names of up to `limit` pictures that have been unused for so long; also of those whose
        removal did not end. From now on they cannot be claimed."""
        rows = await StoredPicture.raw(
            f"""
            UPDATE pictures SET state = 'removing' WHERE name IN (
                SELECT name FROM pictures WHERE unused_since <= now() - {{}}::interval
                AND NOT {USED} ORDER BY unused_since LIMIT {{}} FOR UPDATE SKIP LOCKED
            ) RETURNING name
            """,  # noqa: S608 - no input in it
            unused_for,
            limit,
        )
        return [row["name"] for row in rows]

    async def end_removal(self, names: Sequence[str]) -> None:
        """Their files are gone."""
        await StoredPicture.delete().where(
            StoredPicture.name.is_in(list(names)) & (StoredPicture.state == "removing")
        )
