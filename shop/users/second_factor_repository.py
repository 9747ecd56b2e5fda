"""The only place with queries on `second_factors` and `recovery_codes`."""

from collections.abc import Iterable
from typing import NamedTuple

from shop.users.tables import RecoveryCode, SecondFactor


class StoredFactor(NamedTuple):
    """`secret` as it is encrypted."""

    secret: str
    last_step: int
    confirmed: bool


class SecondFactorRepository:
    async def time(self) -> float:
        """Unix time by PostgreSQL's clock, which all nodes share."""
        [row] = await SecondFactor.raw("SELECT extract(epoch FROM clock_timestamp())::float8 AS t")
        return float(row["t"])

    async def of(self, user_id: int) -> StoredFactor | None:
        row = await (
            SecondFactor.select(SecondFactor.secret, SecondFactor.last_step, SecondFactor.confirmed)
            .where(SecondFactor.user == user_id)
            .first()
        )
        return StoredFactor(**row) if row else None

    async def offer(self, user_id: int, secret: str) -> bool:
        """Stores a secret to be confirmed, in place of an unconfirmed one; False if one counts."""
        return bool(
            await SecondFactor.raw(
                'INSERT INTO second_factors ("user", secret, last_step, confirmed) '
                "VALUES ({}, {}, 0, false) "
                'ON CONFLICT ("user") DO UPDATE SET secret = EXCLUDED.secret, last_step = 0 '
                'WHERE NOT second_factors.confirmed RETURNING "user"',
                user_id,
                secret,
            )
        )

    async def use_step(self, user_id: int, used: StoredFactor, step: int) -> bool:
        """Marks the step as used and the factor as confirmed.

        False where the step, or a later one, was used meanwhile, or the factor was changed.
        """
        return bool(
            await SecondFactor.update({SecondFactor.last_step: step, SecondFactor.confirmed: True})
            .where(
                (SecondFactor.user == user_id)
                & (SecondFactor.secret == used.secret)
                & (SecondFactor.confirmed.eq(used.confirmed))
                & (SecondFactor.last_step < step)
            )
            .returning(SecondFactor.user)
        )

    async def add_recovery_codes(self, user_id: int, hashes: Iterable[str]) -> None:
        await RecoveryCode.insert(*(RecoveryCode(user=user_id, code_hash=one) for one in hashes))

    async def use_recovery_code(self, user_id: int, code_hash: str) -> bool:
        """Deletes the code; False where there is none, or it was used before."""
        return bool(
            await RecoveryCode.delete()
            .where((RecoveryCode.user == user_id) & (RecoveryCode.code_hash == code_hash))
            .returning(RecoveryCode.id)
        )

    async def recovery_codes_left(self, user_id: int) -> int:
        return await RecoveryCode.count().where(RecoveryCode.user == user_id)

    async def delete(self, user_id: int) -> bool:
        """Whether there was one, confirmed or not."""
        await RecoveryCode.delete().where(RecoveryCode.user == user_id)
        return bool(
            await SecondFactor.delete()
            .where(SecondFactor.user == user_id)
            .returning(SecondFactor.user)
        )
