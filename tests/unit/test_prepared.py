"""Queries that are compiled once and run with other arguments each time."""

from typing import Any

import pytest
from piccolo.columns.column_types import DEFAULT

from shop.likes.tables import Like
from shop.prepared import compile_once
from shop.products.tables import Category
from tests.cast import Cast


@compile_once
def _by_slug(slug: str, position: int) -> Any:
    return Category.select(Category.name).where(
        (Category.slug == slug) & (Category.position >= position)
    )


@compile_once
def _move(category_id: int, places: int) -> Any:
    return (
        Category.update({Category.position: Category.position + places})
        .where(Category.id == category_id)
        .returning(Category.position)
    )


async def test_each_call_has_its_own_arguments(cast: Cast) -> None:
    for slug, name in (("tea", "차"), ("pens", "펜")):
        await Category.insert(Category(slug=slug, name=name, position=1))
    assert await _by_slug("tea", 1) == [{"name": "차"}]
    assert await _by_slug("pens", 0) == [{"name": "펜"}]
    assert await _by_slug("tea", 2) == []


async def test_an_argument_can_be_computed_with(cast: Cast) -> None:
    [row] = await Category.insert(Category(slug="tea", name="차")).returning(Category.id)
    assert await _move(row["id"], 3) == [{"position": 3}]
    assert await _move(row["id"], -1) == [{"position": 2}]


async def test_the_builder_runs_once(cast: Cast) -> None:
    built = []

    @compile_once
    def by_position(position: int) -> Any:
        built.append(position)
        return Category.select(Category.id).where(Category.position == position)

    await by_position(1)
    await by_position(2)
    assert len(built) == 1


async def test_a_time_that_would_never_change_is_refused(cast: Cast) -> None:
    @compile_once
    def save(user: int, product: int) -> Any:
        return Like.insert(Like(user=user, product=product))

    with pytest.raises(TypeError, match="cannot be compiled once"):
        await save(cast.alice, 1)


async def test_a_query_that_loses_an_argument_is_refused(cast: Cast) -> None:
    """Piccolo writes a limit into the text of the query."""

    @compile_once
    def first(limit: int) -> Any:
        return Category.select(Category.id).limit(limit)

    with pytest.raises(TypeError, match="cannot be compiled once"):
        await first(1)


async def test_the_database_fills_in_its_default(cast: Cast) -> None:
    @compile_once
    def save(user: int) -> Any:
        return Like.insert(Like(user=user, product=1, created_at=DEFAULT)).returning(Like.id)

    with pytest.raises(Exception, match="likes_product_fkey"):
        await save(cast.alice)
