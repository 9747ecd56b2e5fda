"""How many items of products with a limit a person has bought."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shop.prepared import compile_once
from shop.products.tables import Product


class Buyer(NamedTuple):
    """A user who buys a product."""

    user_id: int
    product_id: int


class PurchaseRepository:
    async def bought(self, limits: Mapping[Buyer, int | None]) -> dict[Buyer, int]:
        """Items that each buyer has bought, without cancelled or returned ones, within so many
        days; None: ever. Exact if the products' stock is locked: then no order of them is being
        placed."""
        if not limits:
            return {}
        rows = await _bought(
            [buyer.user_id for buyer in limits],
            [buyer.product_id for buyer in limits],
            list(limits.values()),
        )
        return {Buyer(row["user"], row["product"]): row["bought"] for row in rows}


BOUGHT = """(
    SELECT COALESCE(sum(l.quantity - l.cancelled - l.returned), 0)::bigint
    FROM orders o JOIN order_lines l ON l."order" = o.id AND l.product = wanted.product
    WHERE o."user" = wanted."user" AND o.status <> 'cancelled'
        AND o.created_at > COALESCE(now() - wanted.days * interval '1 day', '-infinity'))"""
"""How many items of `wanted.product` the user has bought within so many days."""


@compile_once
def _bought(user_ids: list[int], product_ids: list[int], days: list[int | None]) -> Any:
    return Product.raw(
        f"""
        SELECT wanted."user", wanted.product, {BOUGHT} AS bought
        FROM unnest({{}}::bigint[], {{}}::bigint[], {{}}::integer[])
            AS wanted ("user", product, days)
        """,  # noqa: S608 - no input in it
        user_ids,
        product_ids,
        days,
    )
