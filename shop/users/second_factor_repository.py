"""The only place that writes `second_factors` and `recovery_codes`."""

from collections.abc import Iterable
from typing import NamedTuple

import asyncpg

from shop.database import transactional
from shop.users.tables import RecoveryCode, SecondFactor


class StoredFactor(NamedTuple):
    """`secret` is encrypted."""

    secret: str
    last_step: int


class SecondFactorRepository:
    async def time(self) -> float:
        """Unix time by PostgreSQL's clock, which all nodes share."""
        [row] = await SecondFactor.raw("SELECT extract(epoch FROM clock_timestamp())::float8 AS t")
        return float(row["t"])

    async def of(self, user_id: int) -> StoredFactor | None:
        row = await (
            SecondFactor.select(SecondFactor.secret, SecondFactor.last_step)
            .where(SecondFactor.user == user_id)
            .first()
        )
        return StoredFactor(**row) if row else None

    async def add(self, user_id: int, factor: StoredFactor, code_hashes: Iterable[str]) -> bool:
        """Stores it and its recovery codes; False, with nothing stored, if there is one already."""
        try:
            await self._add(user_id, factor, code_hashes)
        except asyncpg.UniqueViolationError:
            return False
        return True

    @transactional
    async def _add(self, user_id: int, factor: StoredFactor, code_hashes: Iterable[str]) -> None:
        await SecondFactor.insert(
            SecondFactor(user=user_id, secret=factor.secret, last_step=factor.last_step)
        )
        await RecoveryCode.insert(*(RecoveryCode(user=user_id, code_hash=it) for it in code_hashes))

    async def use_step(self, user_id: int, factor: StoredFactor, step: int) -> bool:
        """Marks the step as used; False if it, or a later one, was used already."""
        return bool(
            await SecondFactor.update({SecondFactor.last_step: step})
            .where(
                (SecondFactor.user == user_id)
                & (SecondFactor.secret == factor.secret)
                & (SecondFactor.last_step < step)
            )
            .returning(SecondFactor.user)
        )

    async def some(self, after_id: int, limit: int) -> list[tuple[int, StoredFactor]]:
        """The factors of users with ids above `after_id`, in their order, with these ids."""
        rows = await SecondFactor.raw(
            'SELECT "user" AS id, secret, last_step FROM second_factors'
            ' WHERE "user" > {} ORDER BY "user" LIMIT {}',
            after_id,
            limit,
        )
        return [(row.pop("id"), StoredFactor(**row)) for row in rows]

    async def replace_secret(self, user_id: int, factor: StoredFactor, secret: str) -> bool:
        """False if the user has another factor by now."""
        query = SecondFactor.update({SecondFactor.secret: secret}).where(
            (SecondFactor.user == user_id) & (SecondFactor.secret == factor.secret)
        )
        return bool(await query.returning(SecondFactor.user))

    async def use_recovery_code(self, user_id: int, code_hash: str) -> bool:
        """Deletes the code; False if there is none."""
        return bool(
            await RecoveryCode.delete()
            .where((RecoveryCode.user == user_id) & (RecoveryCode.code_hash == code_hash))
            .returning(RecoveryCode.id)
        )

    async def recovery_codes_left(self, user_id: int) -> int:
        return await RecoveryCode.count().where(RecoveryCode.user == user_id)

    @transactional
    async def delete(self, user_id: int) -> bool:
        """Deletes it and its recovery codes; False if there was none."""
        await RecoveryCode.delete().where(RecoveryCode.user == user_id)
        return bool(
            await SecondFactor.delete()
            .where(SecondFactor.user == user_id)
            .returning(SecondFactor.user)
        )
