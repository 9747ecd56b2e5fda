"""The only place that writes `likes` and `like_counters`."""

from typing import Any

from piccolo.columns.column_types import DEFAULT

from shop.frozen import frozen
from shop.likes.tables import Like, LikeCounter


class LikeRepository:
    async def is_liked(self, user_id: int, product_id: int) -> bool:
        return bool(await _like(user_id, product_id))

    async def save(self, user_id: int, product_id: int) -> bool:
        """Saves the like; False where it was there already, however close behind another."""
        return bool(await _save(user_id, product_id))

    async def delete(self, user_id: int, product_id: int) -> bool:
        """Deletes the like; False where there was none."""
        return bool(await _delete(user_id, product_id))

    async def add_to_count(self, product_id: int, change: int) -> int:
        """The count after the change."""
        [row] = await _add_to_count(product_id, change)
        return int(row["like_count"])

    async def count(self, product_id: int) -> int:
        rows = await _count(product_id)
        return int(rows[0]["like_count"]) if rows else 0

    async def open_counter(self, product_id: int) -> None:
        """The counter of a new product, at 0."""
        await LikeCounter.insert(LikeCounter(product=product_id, like_count=0))


@frozen
def _like(user_id: int, product_id: int) -> Any:
    return Like.select(Like.id).where((Like.user == user_id) & (Like.product == product_id))


@frozen
def _save(user_id: int, product_id: int) -> Any:
    return (
        Like.insert(Like(user=user_id, product=product_id, created_at=DEFAULT))
        .on_conflict(target=(Like.user, Like.product), action="DO NOTHING")
        .returning(Like.id)
    )


@frozen
def _delete(user_id: int, product_id: int) -> Any:
    return (
        Like.delete()
        .where((Like.user == user_id) & (Like.product == product_id))
        .returning(Like.id)
    )


@frozen
def _add_to_count(product_id: int, change: int) -> Any:
    return (
        LikeCounter.update({LikeCounter.like_count: LikeCounter.like_count + change})
        .where(LikeCounter.product == product_id)
        .returning(LikeCounter.like_count)
    )


@frozen
def _count(product_id: int) -> Any:
    return LikeCounter.select(LikeCounter.like_count).where(LikeCounter.product == product_id)
