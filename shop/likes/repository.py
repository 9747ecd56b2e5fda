"""The only place that writes `likes` and `like_counters`."""

from typing import Any

from shop.likes.tables import Like, LikeCounter
from shop.prepared import Row, compile_once
from shop.products.facets import FACETS

COPIED = ", ".join([*(facet.name for facet in FACETS), "listed"])
"""The product's columns that its counter repeats."""


class LikeRepository:
    async def is_liked(self, user_id: int, product_id: int) -> bool:
        return bool(await _like(user_id, product_id))

    async def save(self, user_id: int, product_id: int) -> int | None:
        """Saves the like and counts it. Returns the new count, or None if the user likes the
        product already, also if a concurrent request was first."""
        return _count_in(await _save(user_id, product_id))

    async def delete(self, user_id: int, product_id: int) -> int | None:
        """Deletes the like and counts it off. Returns the new count, or None if there was no
        like."""
        return _count_in(await _delete(user_id, product_id))

    async def count(self, product_id: int) -> int:
        return _count_in(await _count(product_id)) or 0

    async def open_counter(self, product_id: int) -> None:
        """Creates the counter of a new product, at 0."""
        await LikeCounter.raw(
            f"INSERT INTO like_counters (product, {COPIED}) "  # noqa: S608 - no input in it
            f"SELECT id, {COPIED} FROM products WHERE id = {{}}",
            product_id,
        )

    async def move_counter(self, product_id: int) -> None:
        """Copies the product's facets and `listed` to its counter. Must run in the transaction
        that changes them, which has locked the product: so the last edit is copied last."""
        await LikeCounter.raw(
            f"UPDATE like_counters c SET ({COPIED}) = "  # noqa: S608 - no input in it
            f"(SELECT {COPIED} FROM products p WHERE p.id = c.product) WHERE c.product = {{}}",
            product_id,
        )


@compile_once
def _like(user_id: int, product_id: int) -> Any:
    return Like.select(Like.id).where((Like.user == user_id) & (Like.product == product_id))


@compile_once
def _save(user_id: int, product_id: int) -> Any:
    """Raw SQL, as in `_delete`, because Piccolo has no UPDATE from an INSERT. In one statement a
    like and its count cannot differ, and the counter is not locked during a round trip."""
    return Like.raw(
        """
        WITH saved AS (
            INSERT INTO likes ("user", product) VALUES ({}, {})
            ON CONFLICT ("user", product) DO NOTHING RETURNING product
        )
        UPDATE like_counters c SET like_count = c.like_count + 1
        FROM saved WHERE c.product = saved.product RETURNING c.like_count
        """,
        user_id,
        product_id,
    )


@compile_once
def _delete(user_id: int, product_id: int) -> Any:
    return Like.raw(
        """
        WITH deleted AS (
            DELETE FROM likes WHERE "user" = {} AND product = {} RETURNING product
        )
        UPDATE like_counters c SET like_count = c.like_count - 1
        FROM deleted WHERE c.product = deleted.product RETURNING c.like_count
        """,
        user_id,
        product_id,
    )


@compile_once
def _count(product_id: int) -> Any:
    return LikeCounter.select(LikeCounter.like_count).where(LikeCounter.product == product_id)


def _count_in(rows: list[Row]) -> int | None:
    return int(rows[0]["like_count"]) if rows else None
