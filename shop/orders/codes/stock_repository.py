"""Codes as stock: imported, counted, voided, sealed again. With sold_repository.py the only place
that writes `codes`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from shop import site
from shop.orders.codes.box import SealedCode
from shop.orders.codes.stored import IS_FREE, STORED, TODAY, KeptCode, StoredCode
from shop.orders.codes.tables import Code


class NewCode(NamedTuple):
    """A code to be imported. `digests` are those with all secrets of the shop."""

    code: SealedCode
    digests: Sequence[str]
    valid_until: date | None


class CodeStockRepository:
    async def add(self, product_id: int, codes: Sequence[NewCode]) -> set[str]:
        """Adds the codes that are not stored yet, and returns their digests."""
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

    async def void_free(self, product_id: int, code_ids: Sequence[int]) -> list[int]:
        """Voids the codes that are free, and returns their ids."""
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
        """Codes that were encrypted with these keys, locked; skips codes that another process has
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

    async def count_sealed_with_others(self, keys: Sequence[str]) -> int:
        """Codes that are not void and were encrypted with none of these keys."""
        # In ranges, because there is no index for what is not equal.
        rows = await Code.raw(
            """
            SELECT count(*) AS codes FROM codes
            WHERE (key < {} OR key > {}) AND key <> ALL({}) AND voided_at IS NULL
            """,
            *(keys[0], keys[0], list(keys)),
        )
        return int(rows[0]["codes"])

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
