"""Adding and editing products: one way, so that a product has all its rows and they agree."""

from collections.abc import Mapping
from typing import Any

from piccolo.columns.column_types import DEFAULT

from shop.database import transactional
from shop.likes.repository import LikeRepository
from shop.products.repository import SEARCHED, ProductRepository
from shop.products.tables import Product

LISTED = {"category", "active"}
"""The columns of a product that its like counter repeats."""


class ProductEditor:
    def __init__(self, products: ProductRepository, likes: LikeRepository) -> None:
        self._products, self._likes = products, likes

    @transactional
    async def add(self, columns: Mapping[str, Any]) -> int:
        """Saves a product with its stock of 0, its search terms and its like counter. Its id."""
        product_id = await self._products.add(Product(**columns, created_at=DEFAULT))
        await self._products.open_stock(product_id)
        await self._products.write_terms(product_id)
        await self._likes.open_counter(product_id)
        return product_id

    @transactional
    async def edit(self, product_id: int, columns: Mapping[str, Any]) -> None:
        """Changes these columns, and what is derived from them."""
        await self._products.update(product_id, columns)
        if columns.keys() & SEARCHED:
            await self._products.write_terms(product_id)
        if columns.keys() & LISTED:
            await self._likes.move_counter(product_id)
