"""The only place that writes `likes` and `like_counters`."""

from shop.likes.tables import Like, LikeCounter


class LikeRepository:
    async def is_liked(self, user_id: int, product_id: int) -> bool:
        return bool(
            await Like.exists().where((Like.user == user_id) & (Like.product == product_id))
        )

    async def save(self, user_id: int, product_id: int) -> bool:
        """Saves the like; False where it was there already, however close behind another."""
        saved = (
            await Like.insert(Like(user=user_id, product=product_id))
            .on_conflict(target=(Like.user, Like.product), action="DO NOTHING")
            .returning(Like.id)
        )
        return bool(saved)

    async def delete(self, user_id: int, product_id: int) -> bool:
        """Deletes the like; False where there was none."""
        deleted = (
            await Like.delete()
            .where((Like.user == user_id) & (Like.product == product_id))
            .returning(Like.id)
        )
        return bool(deleted)

    async def add_to_count(self, product_id: int, change: int) -> int:
        """The count after the change."""
        rows = (
            await LikeCounter.update({LikeCounter.like_count: LikeCounter.like_count + change})
            .where(LikeCounter.product == product_id)
            .returning(LikeCounter.like_count)
        )
        return int(rows[0]["like_count"])

    async def count(self, product_id: int) -> int:
        row = (
            await LikeCounter.select(LikeCounter.like_count)
            .where(LikeCounter.product == product_id)
            .first()
        )
        return int(row["like_count"]) if row else 0

    async def open_counter(self, product_id: int) -> None:
        """The counter of a new product, at 0."""
        await LikeCounter.insert(LikeCounter(product=product_id, like_count=0))
