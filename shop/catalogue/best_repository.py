"""The only place that writes `week_bests`."""

from collections.abc import Mapping

from shop.catalogue.tables import WeekBest


class BestRepository:
    async def replace(self, scores: Mapping[int, int]) -> None:
        """These products with these scores and no others; a row that stays as it is, is not
        written. Must run in a transaction."""
        await WeekBest.raw("LOCK TABLE week_bests IN SHARE ROW EXCLUSIVE MODE")
        products = [*scores]
        await WeekBest.raw("DELETE FROM week_bests WHERE product <> ALL({}::bigint[])", products)
        await WeekBest.raw(
            """
            INSERT INTO week_bests (product, score)
            SELECT * FROM unnest({}::bigint[], {}::bigint[])
            ON CONFLICT (product) DO UPDATE SET score = excluded.score
            WHERE week_bests.score <> excluded.score
            """,
            products,
            [*scores.values()],
        )
