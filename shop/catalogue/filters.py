"""The filters of a list of products."""

import msgspec

from shop.catalogue.lists import Sort
from shop.products.facets import FACETS, Choice


class Filters(msgspec.Struct, frozen=True):
    """`q` is a search. Each facet has a field of its name, a slug, or empty for all. `most`: points
    that a product of the list `affordable` costs at most."""

    q: str = ""
    category: str = ""
    sort: Sort = "newest"
    most: int | None = None

    @property
    def choices(self) -> tuple[Choice, ...]:
        chosen = map(Choice, FACETS, self._slugs)
        return tuple(choice for choice in chosen if choice.slug)

    @property
    def start(self) -> list[int] | None:
        """The keys after which the list starts; None for those of a list that has no bound."""
        return None if self.most is None else [self.most + 1, 0]

    @property
    def list_name(self) -> str:
        """The list that they show, for its cursors."""
        return f"{self.sort}:{','.join(self._slugs).rstrip(',')}:{self.q}"

    @property
    def _slugs(self) -> tuple[str, ...]:
        return tuple(getattr(self, facet.name) for facet in FACETS)
