"""The JSON of the catalogue."""

from typing import Annotated

import msgspec

from shop.catalogue.rows import ShelfRow
from shop.products.delivery import Delivery
from shop.products.picture import image_url
from shop.schema import NextCursor, about
from shop.web.i18n import Language


class OptionOut(msgspec.Struct, frozen=True):
    """A size or colour of a product; a product of its own."""

    id: int
    label: str
    price: Annotated[int, about("Points for one.", 12_800)]
    stock: Annotated[int, about("Items on hand.", 40)]


class ProductOut(msgspec.Struct, frozen=True, cache_hash=True):
    """A product, in the language of the request. Part of a key of the fragment cache."""

    id: int
    name: str
    description: str
    price: Annotated[int, about("Points for one.", 12_800)]
    stock: Annotated[int, about("Items on hand.", 40)]
    category: Annotated[str, about("The slug of its category.", "kitchen")]
    image_url: Annotated[str | None, about("Path of its picture on this host.")]
    like_count: Annotated[int, about("How many users like it.", 12)]
    liked: Annotated[bool, about("Whether the signed-in user likes it; false for a guest.")]
    delivery: Annotated[
        Delivery,
        about(
            "`parcel`: sent to a recipient. `desk`: picked up at the desk. `code`: a code, shown "
            "once it is paid for.",
            "desk",
        ),
    ]
    options: Annotated[
        tuple[OptionOut, ...],
        about("All options of the product, itself included. Empty without options."),
    ] = ()

    @classmethod
    def of(cls, row: ShelfRow, language: Language) -> "ProductOut":
        english = language == "en"
        return cls(
            id=row.id,
            name=row.named(language),
            description=(english and row.description_en) or row.description,
            price=row.price,
            stock=row.stock,
            category=row.category,
            image_url=image_url(row.picture),
            like_count=row.like_count,
            liked=row.liked,
            delivery=row.delivery,
            options=tuple(
                OptionOut(one.id, one.named(language), one.price, one.stock) for one in row.options
            ),
        )


class ProductPage(msgspec.Struct, frozen=True):
    """Some products of a list."""

    items: list[ProductOut]
    next_cursor: NextCursor = None
