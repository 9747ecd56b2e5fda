"""Liking products: at most one like per user and product."""

from shop.identity import SignedInUser
from shop.likes.repository import LikeRepository


class LikeService:
    def __init__(self, repository: LikeRepository) -> None:
        self._likes = repository

    async def like(self, user: SignedInUser, product_id: int) -> int:
        """Idempotent. Returns the number of likes."""
        if await self._likes.is_liked(user.id, product_id):
            return await self._likes.count(product_id)
        count = await self._likes.save(user.id, product_id)
        return await self._likes.count(product_id) if count is None else count

    async def unlike(self, user: SignedInUser, product_id: int) -> int:
        """Idempotent. Returns the number of likes."""
        count = await self._likes.delete(user.id, product_id)
        return await self._likes.count(product_id) if count is None else count
