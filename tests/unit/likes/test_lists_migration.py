"""A shop whose counters of likes knew no category has them in their lists afterwards."""

from shop.likes.tables import LikeCounter
from tests.cast import Cast, make_product
from tests.unit.migrating import migration, run

BEFORE = (
    "DROP TRIGGER products_listed ON products",
    "DROP TRIGGER like_counters_listed ON like_counters",
    "DROP FUNCTION move_like_counter, list_like_counter",
    "ALTER TABLE like_counters DROP COLUMN category, DROP COLUMN active",
    "CREATE INDEX like_counters_most ON like_counters (like_count DESC, product DESC)",
)


async def test_the_counters_that_there_are_stand_in_their_products_lists(cast: Cast) -> None:
    await make_product(likes=2)
    await make_product(category="books", likes=1, active=False)
    by_the_shop = await LikeCounter.select().order_by(LikeCounter.product)
    for statement in BEFORE:
        await LikeCounter.raw(statement)
    await run(migration("shop_2026_11_22t22_15_00_000000"))
    assert await LikeCounter.select().order_by(LikeCounter.product) == by_the_shop
