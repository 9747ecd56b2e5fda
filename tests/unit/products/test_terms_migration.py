"""A shop that had products before it could search them has them all in the index afterwards."""

from shop.products.tables import ProductTerms
from tests.cast import Cast, make_product
from tests.unit.migrating import migration, run


async def test_the_products_that_there_are_become_findable(cast: Cast) -> None:
    for number in range(5):
        await make_product(f"무선 충전기 {number}")
    by_the_shop = await ProductTerms.select().order_by(ProductTerms.product)
    await ProductTerms.raw("DELETE FROM product_terms")
    await ProductTerms.raw("DROP INDEX product_terms_held, products_prose")
    terms = migration("shop_2026_11_22t19_20_00_000000")
    terms.BATCH = 2
    await run(terms)
    assert await ProductTerms.select().order_by(ProductTerms.product) == by_the_shop
