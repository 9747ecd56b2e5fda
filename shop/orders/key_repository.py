"""The only place that writes `idempotency_keys`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from piccolo.columns.combination import WhereRaw

from shop.database.errors import Clash
from shop.orders.tables import IdempotencyKey
from shop.prepared import compile_once


class UserKey(NamedTuple):
    """An `Idempotency-Key`, which is scoped to its user."""

    user_id: int
    key: str


Claim = Literal["free", "placed", "in-progress"]


class SavedKey(NamedTuple):
    """A new key and its order. `fingerprint` identifies the content of the request."""

    user_id: int
    key: str
    fingerprint: str
    order_id: int


class ClaimedKey(NamedTuple):
    """A used key: the content of its request, and its order."""

    fingerprint: str
    order_id: int


class KeyRepository:
    async def claim(self, keys: Sequence[UserKey]) -> dict[UserKey, Claim]:
        """The state of each key. A free key is locked for this transaction until it ends.

        Never waits for another transaction. The unique index ensures one order a key; the advisory
        lock only detects early that another request is placing it.
        """
        rows = await _claim([key.user_id for key in keys], [key.key for key in keys])
        return {UserKey(row["user_id"], row["key"]): row["claim"] for row in rows}

    async def save(self, keys: Sequence[SavedKey]) -> None:
        """Raises Clash if another transaction has saved one of them in the meantime."""
        saved = await _save(
            [key.user_id for key in keys],
            [key.key for key in keys],
            [key.fingerprint for key in keys],
            [key.order_id for key in keys],
        )
        if len(saved) < len(keys):
            raise Clash("an idempotency key was saved by another transaction")

    async def get(self, user_id: int, key: str) -> ClaimedKey | None:
        rows = await _get(user_id, key)
        return ClaimedKey(rows[0]["fingerprint"], rows[0]["order"]) if rows else None

    async def delete(self, age: timedelta) -> None:
        """Deletes keys older than `age`, by PostgreSQL's clock."""
        await IdempotencyKey.delete().where(WhereRaw("created_at < now() - {}::interval", age))


@compile_once
def _claim(user_ids: list[int], keys: list[str]) -> Any:
    """A key that is being placed is locked by its transaction, and its row is not visible yet."""
    return IdempotencyKey.raw(
        """
        SELECT wanted.user_id, wanted.key, CASE
            WHEN k."order" IS NOT NULL THEN 'placed'
            WHEN pg_try_advisory_xact_lock(
                hashtextextended(wanted.user_id || ':' || wanted.key, 0)) THEN 'free'
            ELSE 'in-progress' END AS claim
        FROM unnest({}::bigint[], {}::text[]) AS wanted (user_id, key)
        LEFT JOIN idempotency_keys k ON k."user" = wanted.user_id AND k.key = wanted.key
        """,
        user_ids,
        keys,
    )


@compile_once
def _save(
    user_ids: list[int], keys: list[str], fingerprints: list[str], order_ids: list[int]
) -> Any:
    return IdempotencyKey.raw(
        """
        INSERT INTO idempotency_keys ("user", key, fingerprint, "order")
        SELECT * FROM unnest({}::bigint[], {}::text[], {}::text[], {}::bigint[])
        ON CONFLICT DO NOTHING RETURNING id
        """,
        user_ids,
        keys,
        fingerprints,
        order_ids,
    )


@compile_once
def _get(user_id: int, key: str) -> Any:
    return IdempotencyKey.select(IdempotencyKey.fingerprint, IdempotencyKey.order).where(
        (IdempotencyKey.user == user_id) & (IdempotencyKey.key == key)
    )
