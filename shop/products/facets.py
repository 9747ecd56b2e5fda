"""Facets: the properties by which lists of products are filtered. Category is the first."""

from typing import NamedTuple

from piccolo.table import Table

from shop.errors import N_
from shop.products.tables import Category, Product


class Facet(NamedTuple):
    """`name` is the query parameter and the column of `products`, which refers to `table`;
    `like_counters` repeats it. `table` has `slug`, `name`, `name_en` and `position` in the menu.
    The other fields are message ids.
    """

    name: str
    table: type[Table]
    label: str
    all_label: str
    unknown: str
    gone: str
    choose: str

    @property
    def is_optional(self) -> bool:
        """Whether a product may have no value."""
        return bool(Product._meta.get_column_by_name(self.name)._meta.null)

    @property
    def tablename(self) -> str:
        return self.table._meta.tablename

    @property
    def ids(self) -> str:
        """SQL of the id of the value whose slug is its one parameter."""
        return f"(SELECT id FROM {self.tablename} WHERE slug = {{}})"  # noqa: S608 - no input in it


CATEGORY = Facet(
    "category",
    Category,
    label=N_("Categories"),
    all_label=N_("All"),
    unknown=N_("There is no such category."),
    gone=N_("This category no longer exists"),
    choose=N_("Please choose a category."),
)
FACETS = (CATEGORY,)
"""In the order of their menus. A list is read from the index of the first that is chosen."""


class Choice(NamedTuple):
    """One value of a facet."""

    facet: Facet
    slug: str
