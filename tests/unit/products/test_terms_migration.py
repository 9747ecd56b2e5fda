"""A shop that had products before it could search them has them all in the index afterwards."""

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from shop.products.tables import ProductTerms
from shop.start.migrate import MIGRATIONS
from tests.cast import Cast, make_product


def migration() -> Any:
    path = MIGRATIONS / "shop_2026_11_22t19_20_00_000000.py"
    spec = spec_from_file_location("terms_migration", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_products_that_there_are_become_findable(cast: Cast) -> None:
    for number in range(5):
        await make_product(f"무선 충전기 {number}")
    by_the_shop = await ProductTerms.select().order_by(ProductTerms.product)
    await ProductTerms.raw("DELETE FROM product_terms")
    await ProductTerms.raw("DROP INDEX product_terms_held, products_prose")
    terms = migration()
    terms.BATCH = 2
    manager = await terms.forwards()
    for step in manager.raw:
        await step()
    assert await ProductTerms.select().order_by(ProductTerms.product) == by_the_shop
