"""The second step of a sign-in: a code of an authenticator app, or a recovery code."""

from shop.database import transactional
from shop.errors import SecondFactorUnreadable, WrongCode
from shop.users.one_time_codes import (
    cleaned,
    hash_recovery_code,
    is_app_code,
    matching_step,
    new_recovery_codes,
    new_secret,
)
from shop.users.second_factor_repository import SecondFactorRepository, StoredFactor
from shop.users.secret_box import SecretBox, Unreadable


class SecondFactorService:
    """Turns the second factor of an account on and off, and checks its codes.

    Callers count the tries first: see `count_code_try`.
    """

    def __init__(self, repository: SecondFactorRepository, box: SecretBox) -> None:
        self._factors, self._box = repository, box

    async def is_on(self, user_id: int) -> bool:
        found = await self._factors.of(user_id)
        return found is not None and found.confirmed

    async def offer(self, user_id: int) -> str | None:
        """A new secret for an app, which counts once it is confirmed; None where one is on."""
        secret = new_secret()
        stored = await self._factors.offer(user_id, self._box.encrypt(secret))
        return secret if stored else None

    async def offered(self, user_id: int) -> str | None:
        """The secret that waits for its first code, if any."""
        found = await self._factors.of(user_id)
        if found is None or found.confirmed:
            return None
        try:
            return self._box.decrypt(found.secret)
        except Unreadable:
            return None

    @transactional
    async def confirm(self, user_id: int, code: str) -> list[str]:
        """Turns it on, by a first code of the app. Returns the recovery codes, which are not kept.

        Raises WrongCode.
        """
        found = await self._factors.of(user_id)
        if found is None or found.confirmed:
            raise WrongCode
        await self._use_app_code(user_id, found, cleaned(code))
        codes = new_recovery_codes()
        await self._factors.add_recovery_codes(user_id, map(hash_recovery_code, codes))
        return codes

    async def use_code(self, user_id: int, code: str) -> None:
        """Checks a code of the app or a recovery code, which cannot be used again.

        Raises WrongCode, and SecondFactorUnreadable for a code of the app after `SHOP_SECRET` was
        changed.
        """
        found, tidy = await self._factors.of(user_id), cleaned(code)
        if found is None or not found.confirmed:
            raise WrongCode
        if is_app_code(tidy):
            await self._use_app_code(user_id, found, tidy)
        elif not await self._factors.use_recovery_code(user_id, hash_recovery_code(tidy)):
            raise WrongCode

    async def _use_app_code(self, user_id: int, found: StoredFactor, code: str) -> None:
        try:
            secret = self._box.decrypt(found.secret)
        except Unreadable:
            raise SecondFactorUnreadable from None
        step = matching_step(secret, code, await self._factors.time(), found.last_step)
        if step is None or not await self._factors.use_step(user_id, found, step):
            raise WrongCode

    @transactional
    async def turn_off(self, user_id: int, code: str) -> None:
        """As `use_code`, and the account is opened by its password alone again."""
        await self.use_code(user_id, code)
        await self._factors.delete(user_id)

    async def recovery_codes_left(self, user_id: int) -> int:
        return await self._factors.recovery_codes_left(user_id)

    @transactional
    async def reset(self, user_id: int) -> bool:
        """Turns it off without a code, for somebody who has lost theirs; whether it was there."""
        return await self._factors.delete(user_id)
