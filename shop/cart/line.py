"""A line of a cart, compared with what its product is now."""

import msgspec

from shop.products.repository import ProductInfo


class CartLine(msgspec.Struct, frozen=True):
    """One product in the cart, with its current product data. Prices in points. `left` items of it
    may still be bought by its user; None without a limit."""

    product_id: int
    quantity: int
    price_seen: int
    product: ProductInfo | None
    left: int | None = None

    @property
    def sold(self) -> bool:
        """False where the product was withdrawn, or where there never was one."""
        return self.product is not None and self.product.active

    @property
    def available(self) -> bool:
        return (
            self.product is not None
            and self.sold
            and self.product.on_sale
            and self.product.stock >= self.quantity
            and (self.left is None or self.left >= self.quantity)
        )

    @property
    def subtotal(self) -> int:
        """Nothing for what cannot be ordered as it stands."""
        return self.product.price * self.quantity if self.product and self.available else 0
