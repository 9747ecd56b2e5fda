"""Facets: the first that is chosen gives the list, any other is a condition of its search."""

from collections.abc import Sequence

import pytest

from shop.catalogue.filters import Filters
from shop.catalogue.lists import ListQuery, Sort
from shop.catalogue.repository import ShelfRepository
from shop.catalogue.search import EVERYTHING, SearchStrategy, by_names
from shop.products.facets import CATEGORY, FACETS, Choice
from shop.products.tables import Product
from shop.products.terms import as_typed
from tests.cast import Cast, make_product

PENCILS = by_names([as_typed("연필")])


async def found(strategy: SearchStrategy, sort: Sort, slugs: Sequence[str]) -> list[int]:
    """In the category desk, of those that are in one of these categories, too."""
    query = ListQuery(Choice(CATEGORY, "desk"), sort, None)
    rows = await ShelfRepository().shelf(query, strategy.among(CATEGORY, slugs), 24, None)
    return [row.id for row in rows]


@pytest.mark.parametrize("sort", ["newest", "likes"])
@pytest.mark.parametrize(
    "strategy", [EVERYTHING, by_names([as_typed("연필")])], ids=["all", "word"]
)
async def test_a_further_choice_narrows_the_list(
    cast: Cast, sort: Sort, strategy: SearchStrategy
) -> None:
    products = [await make_product(category=slug) for slug in ("desk", "tea", "desk")]
    assert await found(strategy, sort, ["desk"]) == [products[2], products[0]]
    assert await found(strategy, sort, ["tea", "desk"]) == [products[2], products[0]]
    assert await found(strategy, sort, ["tea"]) == []


def test_filters_are_part_of_the_lists_name() -> None:
    assert Filters(q="a", category="tea", sort="likes").list_name == "likes:tea:a"
    assert Filters().list_name == "newest::"
    assert Filters(category="tea").choices == (Choice(CATEGORY, "tea"),)


def test_each_facet_is_a_table_of_products_with_a_column_of_its_name() -> None:
    for facet in FACETS:
        column = Product._meta.get_column_by_name(facet.name)
        assert column._foreign_key_meta.resolved_references is facet.table  # type: ignore[attr-defined]
        assert facet.table.__module__ == Product.__module__
