"""The only place that writes `codes`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from shop import site
from shop.orders.codes.box import SealedCode
from shop.orders.codes.tables import Code
from shop.orders.refund_repository import Returned
from shop.prepared import compile_once

TODAY = "(now() AT TIME ZONE {}::text)::date"
"""By PostgreSQL's clock; its argument is the shop's time zone."""
STORED = (
    'id, product AS product_id, "order" AS order_id, valid_until, revealed_at, voided_at, '
    "created_at"
)
IS_FREE = '"order" IS NULL AND voided_at IS NULL'


class NewCode(NamedTuple):
    """A code to be imported. `digests` are those with all secrets of the shop."""

    code: SealedCode
    digests: Sequence[str]
    valid_until: date | None


class StoredCode(msgspec.Struct, frozen=True):
    """What staff see of a code, which is never the code itself."""

    id: int
    product_id: int
    order_id: int | None
    valid_until: date | None
    revealed_at: datetime | None
    voided_at: datetime | None
    created_at: datetime

    @property
    def state(self) -> str:
        if self.voided_at:
            return "void"
        if self.order_id is None:
            return "free"
        return "shown" if self.revealed_at else "sold"


class KeptCode(NamedTuple):
    """A code, still sealed, and whether its buyer has seen it."""

    id: int
    product_id: int
    key: str
    sealed: str
    revealed: bool


class CodeRepository:
    async def add(self, product_id: int, codes: Sequence[NewCode]) -> set[str]:
        """Adds those that are not there yet. Their digests."""
        rows = await Code.raw(
            """
            INSERT INTO codes (product, key, sealed, digest, valid_until)
            SELECT {}::bigint, * FROM unnest({}::text[], {}::text[], {}::text[], {}::date[])
            ON CONFLICT (digest) DO NOTHING RETURNING digest
            """,
            product_id,
            [new.code.key for new in codes],
            [new.code.sealed for new in codes],
            [new.code.digest for new in codes],
            [new.valid_until for new in codes],
        )
        return {row["digest"] for row in rows}

    async def known(self, digests: Sequence[str]) -> set[str]:
        """Those of the digests that a code has."""
        rows = await Code.raw("SELECT digest FROM codes WHERE digest = ANY({})", digests)
        return {row["digest"] for row in rows}

    async def first_day(self, days: int) -> date:
        """The day that is `days` after today."""
        rows = await Code.raw(
            f"SELECT {TODAY} + {{}}::integer AS day",
            site.current().time_zone,
            days,
        )
        found: date = rows[0]["day"]
        return found

    async def ids_of(self, product_id: int, digests: Sequence[str]) -> dict[str, int]:
        """The ids of the product's codes, by digest."""
        rows = await Code.raw(
            "SELECT digest, id FROM codes WHERE product = {} AND digest = ANY({})",
            product_id,
            digests,
        )
        return {row["digest"]: row["id"] for row in rows}

    async def free(self, wanted: Mapping[int, int], days: int) -> dict[int, list[int]]:
        """Ids of up to so many free codes of each product, the soonest to expire first, without
        those that are valid for fewer than `days` days. The products' stock must be locked: then
        no other transaction changes which codes are free."""
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
        """The status of the user's order, any user's if None; nobody else changes it until the
        transaction's end."""
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

    async def void_free(self, product_id: int, code_ids: Sequence[int]) -> list[int]:
        """The ids of those that were free."""
        rows = await Code.raw(
            f"""
            UPDATE codes SET voided_at = now()
            WHERE product = {{}} AND id = ANY({{}}::bigint[]) AND {IS_FREE} RETURNING id
            """,  # noqa: S608
            product_id,
            code_ids,
        )
        return [row["id"] for row in rows]

    async def void_expiring(self, product_id: int, days: int, limit: int) -> int:
        """Voids free codes that are valid for fewer than `days` days. Their number."""
        rows = await Code.raw(
            f"""
            UPDATE codes SET voided_at = now() WHERE id IN (
                SELECT id FROM codes
                WHERE product = {{}} AND {IS_FREE} AND valid_until < {TODAY} + {{}}::integer
                ORDER BY valid_until, id LIMIT {{}}
            ) RETURNING id
            """,  # noqa: S608
            product_id,
            site.current().time_zone,
            days,
            limit,
        )
        return len(rows)

    async def with_expiring(self, days: int) -> list[int]:
        """Ids of products with free codes that are valid for fewer than `days` days."""
        rows = await Code.raw(
            f"""
            SELECT DISTINCT product FROM codes
            WHERE {IS_FREE} AND valid_until < {TODAY} + {{}}::integer ORDER BY product
            """,  # noqa: S608
            site.current().time_zone,
            days,
        )
        return [row["product"] for row in rows]

    async def sealed_with(self, keys: Sequence[str], limit: int) -> list[KeptCode]:
        """Codes that were sealed with these keys, locked, without those that another process has
        locked."""
        rows = await Code.raw(
            """
            SELECT id, product AS product_id, key, sealed, revealed_at IS NOT NULL AS revealed
            FROM codes WHERE key = ANY({}) ORDER BY id LIMIT {} FOR UPDATE SKIP LOCKED
            """,
            keys,
            limit,
        )
        return [KeptCode(**row) for row in rows]

    async def reseal(self, resealed: Mapping[int, SealedCode]) -> None:
        """By id."""
        await Code.raw(
            """
            UPDATE codes SET key = new.key, sealed = new.sealed, digest = new.digest
            FROM unnest({}::bigint[], {}::text[], {}::text[], {}::text[])
                AS new (id, key, sealed, digest)
            WHERE codes.id = new.id
            """,
            list(resealed),
            [code.key for code in resealed.values()],
            [code.sealed for code in resealed.values()],
            [code.digest for code in resealed.values()],
        )

    async def counts(self, product_id: int) -> dict[str, int]:
        """How many codes of the product are free, sold, shown and void."""
        rows = await Code.raw(
            f"""
            SELECT count(*) FILTER (WHERE {IS_FREE}) AS free,
                count(*) FILTER (WHERE "order" IS NOT NULL AND voided_at IS NULL
                    AND revealed_at IS NULL) AS sold,
                count(*) FILTER (WHERE revealed_at IS NOT NULL AND voided_at IS NULL) AS shown,
                count(*) FILTER (WHERE voided_at IS NOT NULL) AS void
            FROM codes WHERE product = {{}}
            """,  # noqa: S608
            product_id,
        )
        return dict(rows[0])

    async def of_product(
        self, product_id: int, below_id: int | None, limit: int
    ) -> list[StoredCode]:
        """The newest first, with ids below `below_id`."""
        rows = await Code.raw(
            f"""
            SELECT {STORED} FROM codes
            WHERE product = {{}} AND id < {{}} ORDER BY id DESC LIMIT {{}}
            """,  # noqa: S608
            product_id,
            below_id or 2**62,
            limit,
        )
        return [StoredCode(**row) for row in rows]


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
