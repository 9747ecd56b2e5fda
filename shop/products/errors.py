"""Refusals of products and stock."""

from typing import NamedTuple

from shop.errors import N_, Answer, FieldError, InvalidInput, NotFound, ShopError
from shop.products.facets import Facet


class ProductNotFound(NotFound):
    answer = Answer(
        404,
        "product-not-found",
        N_("We could not find that product"),
        N_("The shop does not sell it, or no longer sells it (number %(ids)s)."),
    )

    def __init__(self, *product_ids: int) -> None:
        self.values = {"ids": ", ".join(str(id_) for id_ in product_ids)}
        super().__init__(f"no product {self.values['ids']}")


class ProductWithdrawn(ProductNotFound):
    """For its page: there was such a product."""

    answer = Answer(
        404,
        "product-not-found",
        N_("This product is no longer sold"),
        N_("You may like another product."),
    )


class UnknownValue(InvalidInput):
    """No facet has this value: it was renamed or removed, or never there."""

    def __init__(self, facet: Facet) -> None:
        self.facet = facet
        super().__init__(FieldError(facet.name, facet.unknown))


class Shortage(NamedTuple):
    product_id: int
    requested: int
    available: int


class OutOfStock(ShopError):
    """Fewer items on hand than asked for; `shortages` names every such product."""

    answer = Answer(
        409,
        "out-of-stock",
        N_("Not enough in stock"),
        N_("You asked for %(requested)s, but only %(available)s are left. You were not charged."),
    )

    def __init__(self, *shortages: Shortage) -> None:
        self.shortages = shortages
        self.extra = {"items": [shortage._asdict() for shortage in shortages]}
        self.values = {"available": shortages[0].available, "requested": shortages[0].requested}
        super().__init__(str(shortages))
