"""Codes of orders: taken, shown, given back, replaced. With stock_repository.py the only place that
writes `codes`."""

from collections.abc import Mapping, Sequence
from typing import Any

from shop import site
from shop.orders.codes.stored import IS_FREE, STORED, TODAY, KeptCode, StoredCode
from shop.orders.codes.tables import Code
from shop.orders.refund_repository import Returned
from shop.prepared import compile_once


class SoldCodeRepository:
    async def free(self, wanted: Mapping[int, int], days: int) -> dict[int, list[int]]:
        """Ids of up to so many free codes of each product, the soonest to expire first, without
        codes that are valid for fewer than `days` days. The products' stock must be locked: then no
        other transaction changes which codes are free."""
        found: dict[int, list[int]] = {product_id: [] for product_id in wanted}
        zone = site.current().time_zone
        for row in await _free(list(wanted), list(wanted.values()), zone, days):
            found[row["product"]].append(row["id"])
        return found

    async def take(self, taken: Mapping[int, int]) -> bool:
        """Gives codes to orders: order ids by code id. False if one of them is not free: then some
        are taken, and the transaction must be rolled back. The check is in the update itself."""
        rows = await _take(list(taken), list(taken.values()))
        return len(rows) == len(taken)

    async def of_line(self, order_id: int, product_id: int) -> list[KeptCode]:
        """The codes that the line has, without voided ones."""
        rows = await Code.raw(
            """
            SELECT id, product AS product_id, key, sealed, revealed_at IS NOT NULL AS revealed
            FROM codes WHERE "order" = {} AND product = {} AND voided_at IS NULL ORDER BY id
            """,
            order_id,
            product_id,
        )
        return [KeptCode(**row) for row in rows]

    async def of_order(self, order_id: int) -> list[StoredCode]:
        """All codes that the order has or had, in the order of their ids."""
        rows = await Code.raw(
            f'SELECT {STORED} FROM codes WHERE "order" = {{}} ORDER BY id',  # noqa: S608
            order_id,
        )
        return [StoredCode(**row) for row in rows]

    async def lock_order(self, order_id: int, user_id: int | None) -> str | None:
        """The status of the user's order, any user's if None, locked until the transaction's
        end."""
        rows = await Code.raw(
            """
            SELECT status FROM orders WHERE id = {} AND "user" = coalesce({}::bigint, "user")
            FOR NO KEY UPDATE
            """,
            order_id,
            user_id,
        )
        return str(rows[0]["status"]) if rows else None

    async def is_revealed(self, order_id: int) -> bool:
        """Whether the buyer has seen a code of the order, also one that was voided since."""
        rows = await Code.raw(
            'SELECT FROM codes WHERE "order" = {} AND revealed_at IS NOT NULL LIMIT 1', order_id
        )
        return bool(rows)

    async def set_revealed(self, code_ids: Sequence[int]) -> None:
        await Code.raw(
            """
            UPDATE codes SET revealed_at = now()
            WHERE id = ANY({}::bigint[]) AND revealed_at IS NULL
            """,
            code_ids,
        )

    async def unseen(self, order_id: int) -> dict[int, int]:
        """How many codes its buyer has not seen, by product."""
        rows = await Code.raw(
            """
            SELECT product, count(*) AS count FROM codes
            WHERE "order" = {} AND revealed_at IS NULL AND voided_at IS NULL GROUP BY product
            """,
            order_id,
        )
        return {row["product"]: row["count"] for row in rows}

    async def give_back(self, order_id: int, items: Sequence[Returned]) -> int:
        """Takes so many codes of each product from the order, and returns their number. Of these,
        `restocked` are free again, which the buyer must not have seen, the last to expire first;
        the others are voided. The products' stock must be locked."""
        rows = await Code.raw(
            """
            UPDATE codes SET
                "order" = CASE WHEN number > restocked THEN codes."order" END,
                voided_at = CASE WHEN number > restocked THEN now() END
            FROM (
                SELECT c.id, item.quantity, item.restocked, row_number() OVER (
                    PARTITION BY c.product
                    ORDER BY c.revealed_at IS NOT NULL, c.valid_until DESC NULLS FIRST, c.id DESC
                ) AS number
                FROM codes c JOIN unnest({}::bigint[], {}::integer[], {}::integer[])
                    AS item (product, quantity, restocked) ON item.product = c.product
                WHERE c."order" = {} AND c.voided_at IS NULL
            ) chosen
            WHERE codes.id = chosen.id AND number <= quantity
                AND (number > restocked OR codes.revealed_at IS NULL)
            RETURNING codes.id
            """,
            [item.product_id for item in items],
            [item.quantity for item in items],
            [item.restocked for item in items],
            order_id,
        )
        return len(rows)

    async def void_sold(self, order_id: int, code_id: int) -> int | None:
        """The product of the code; None, with no change, unless the order has it."""
        rows = await Code.raw(
            """
            UPDATE codes SET voided_at = now()
            WHERE id = {} AND "order" = {} AND voided_at IS NULL RETURNING product
            """,
            code_id,
            order_id,
        )
        return int(rows[0]["product"]) if rows else None


@compile_once
def _free(product_ids: list[int], counts: list[int], time_zone: str, days: int) -> Any:
    return Code.raw(
        f"""
        SELECT wanted.product, c.id
        FROM unnest({{}}::bigint[], {{}}::bigint[]) AS wanted (product, count)
        CROSS JOIN LATERAL (
            SELECT id, valid_until FROM codes
            WHERE product = wanted.product AND {IS_FREE}
                AND (valid_until IS NULL OR valid_until >= {TODAY} + {{}}::integer)
            ORDER BY valid_until, id LIMIT wanted.count
        ) c
        ORDER BY wanted.product, c.valid_until, c.id
        """,  # noqa: S608
        product_ids,
        counts,
        time_zone,
        days,
    )


@compile_once
def _take(code_ids: list[int], order_ids: list[int]) -> Any:
    return Code.raw(
        """
        UPDATE codes SET "order" = taken."order"
        FROM unnest({}::bigint[], {}::bigint[]) AS taken (id, "order")
        WHERE codes.id = taken.id AND codes."order" IS NULL AND codes.voided_at IS NULL
        RETURNING codes.id
        """,
        code_ids,
        order_ids,
    )
