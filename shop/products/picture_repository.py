"""The only place that writes `product_pictures`. The first picture is the product's own column."""

from collections.abc import Sequence
from typing import NamedTuple

from shop.products.tables import Product, ProductPicture

MOST = 8
"""Pictures of a product, with its first."""


class ShownPicture(NamedTuple):
    """A picture of a product, with its alternative texts."""

    picture: str
    alt: str = ""
    alt_en: str = ""


class ProductPictureRepository:
    async def lock(self, product_id: int) -> list[ShownPicture]:
        """All pictures of the product in their order, locked until the transaction's end."""
        await Product.raw("SELECT FROM products WHERE id = {} FOR NO KEY UPDATE", product_id)
        return await self.of(product_id)

    async def of(self, product_id: int) -> list[ShownPicture]:
        """All pictures in their order; alternative texts only of those beside the first."""
        rows = await Product.raw(
            """
            SELECT picture, '' AS alt, '' AS alt_en, 0 AS place FROM products
            WHERE id = {} AND picture <> ''
            UNION ALL
            SELECT picture, alt, alt_en, place FROM product_pictures WHERE product = {}
            ORDER BY place
            """,
            product_id,
            product_id,
        )
        return [ShownPicture(row["picture"], row["alt"], row["alt_en"]) for row in rows]

    async def replace(self, product_id: int, further: Sequence[ShownPicture]) -> None:
        """Those beside the first. The product must be locked."""
        await ProductPicture.delete().where(ProductPicture.product == product_id)
        if further:
            await ProductPicture.insert(
                *(
                    ProductPicture(product=product_id, place=place, **shown._asdict())
                    for place, shown in enumerate(further, 1)
                )
            )
