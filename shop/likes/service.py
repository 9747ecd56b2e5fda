"""Liking products: once a user and product, however often it is asked."""

from shop.database import transactional
from shop.likes.repository import LikeRepository
from shop.web.request import SignedInUser


class LikeService:
    def __init__(self, repository: LikeRepository) -> None:
        self._likes = repository

    @transactional
    async def like(self, user: SignedInUser, product_id: int) -> int:
        """The user likes the product from now on. How many do; a second time changes nothing."""
        if await self._likes.is_liked(user.id, product_id):
            return await self._likes.count(product_id)
        if await self._likes.save(user.id, product_id):
            return await self._likes.add_to_count(product_id, 1)
        return await self._likes.count(product_id)

    @transactional
    async def unlike(self, user: SignedInUser, product_id: int) -> int:
        """The user no longer likes the product. How many do; a second time changes nothing."""
        if await self._likes.delete(user.id, product_id):
            return await self._likes.add_to_count(product_id, -1)
        return await self._likes.count(product_id)
