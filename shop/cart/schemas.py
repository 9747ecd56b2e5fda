"""The cart in JSON, and as the pages show it."""

from typing import Annotated

import msgspec

from shop.cart.line import CartLine
from shop.schema import about
from shop.web.i18n import Language
from shop.web.strict import RequestBody


class CartItemOut(msgspec.Struct, frozen=True, cache_hash=True):
    """One product in the cart."""

    product_id: int
    name: str
    image_url: str | None
    quantity: Annotated[int, about("Items.", 2)]
    unit_price: Annotated[int, about("Points for one, now.", 12_800)]
    subtotal: Annotated[int, about("Points; 0 if not available.", 25_600)]
    stock: Annotated[int, about("Items on hand now.", 40)]
    price_seen: Annotated[int, about("Points for one when it was added to the cart.", 12_800)]
    sold: Annotated[bool, about("False if the product was withdrawn.")]
    available: Annotated[bool, about("Whether this many can be ordered now.")]
    on_sale: Annotated[bool, about("False before and after the times at which it is sold.")] = True
    left: Annotated[
        int | None, about("How many items the user may still buy; null without a limit.")
    ] = None

    @classmethod
    def of(cls, line: CartLine, language: Language) -> "CartItemOut":
        product = line.product
        return cls(
            product_id=line.product_id,
            name=product.named(language) if product else "",
            image_url=product.image_url if product else None,
            quantity=line.quantity,
            unit_price=product.price if product else line.price_seen,
            subtotal=line.subtotal,
            stock=product.stock if product and line.sold else 0,
            price_seen=line.price_seen,
            sold=line.sold,
            available=line.available,
            on_sale=product.on_sale if product else True,
            left=line.left,
        )


class CartOut(msgspec.Struct):
    """The user's cart."""

    items: list[CartItemOut]
    total: Annotated[int, about("Points for what is available.", 25_600)]
    count: Annotated[int, about("Items in it, available or not.", 2)]

    @property
    def orderable(self) -> bool:
        return all(item.available for item in self.items)

    @classmethod
    def of(cls, lines: list[CartLine], language: Language) -> "CartOut":
        return cls(
            items=[CartItemOut.of(line, language) for line in lines],
            total=sum(line.subtotal for line in lines),
            count=sum(line.quantity for line in lines),
        )


class QuantityIn(RequestBody):
    quantity: Annotated[int, about("Items, 1 to 99.", 2)]
