"""Liking products: once a user and product, however often it is asked."""

from shop.likes.repository import LikeRepository
from shop.web.request import SignedInUser


class LikeService:
    def __init__(self, repository: LikeRepository) -> None:
        self._likes = repository

    async def like(self, user: SignedInUser, product_id: int) -> int:
        """The user likes the product from now on. How many do; a second time changes nothing."""
        if await self._likes.is_liked(user.id, product_id):
            return await self._likes.count(product_id)
        count = await self._likes.save(user.id, product_id)
        return await self._likes.count(product_id) if count is None else count

    async def unlike(self, user: SignedInUser, product_id: int) -> int:
        """The user no longer likes the product. How many do; a second time changes nothing."""
        count = await self._likes.delete(user.id, product_id)
        return await self._likes.count(product_id) if count is None else count
