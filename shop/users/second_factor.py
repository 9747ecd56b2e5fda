"""Two-factor authentication: codes of an authenticator app, and recovery codes."""

import msgspec

from shop.database import transactional
from shop.errors import ForgedRequest
from shop.logs import get_logger
from shop.users.errors import SecondFactorUnreadable, WrongCode
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

log = get_logger("shop.users")

AT_ONCE = 100


class Offer(msgspec.Struct, frozen=True):
    """A second factor that is stored only once its first code was given."""

    user_id: int
    secret: str
    recovery_codes: list[str]


class SecondFactorService:
    """Turns the second factor of an account on and off, and checks its codes.

    Callers count the tries first: see `count_code_try`.
    """

    def __init__(self, repository: SecondFactorRepository, box: SecretBox) -> None:
        self._factors, self._box = repository, box

    async def is_on(self, user_id: int) -> bool:
        return await self._factors.of(user_id) is not None

    async def time(self) -> float:
        """Unix time, by the clock that codes are checked by."""
        return await self._factors.time()

    def offer(self, user_id: int) -> str:
        """A new second factor, encrypted, for the form that turns it on."""
        offer = Offer(user_id, new_secret(), new_recovery_codes())
        return self._box.encrypt(msgspec.json.encode(offer))

    def offered(self, user_id: int, offer: str) -> Offer:
        """What `offer` made for this user. Raises ForgedRequest for anything else."""
        try:
            found = msgspec.json.decode(self._box.decrypt(offer), type=Offer)
        except Unreadable:
            raise ForgedRequest from None
        if found.user_id != user_id:
            raise ForgedRequest
        return found

    async def turn_on(self, user_id: int, offer: str, code: str) -> list[str]:
        """Turns it on with a first code of the app. Returns the recovery codes.

        Idempotent: the same form sent twice returns the same codes. Raises ForgedRequest, and
        WrongCode, also where another second factor is on.
        """
        offered = self.offered(user_id, offer)
        step = matching_step(offered.secret, cleaned(code), await self.time(), used=0)
        if step is None:
            raise WrongCode
        factor = StoredFactor(self._box.encrypt(offered.secret.encode()), step)
        hashes = map(hash_recovery_code, offered.recovery_codes)
        if not await self._factors.add(user_id, factor, hashes):
            await self._check_repeated(user_id, offered, step)
        return offered.recovery_codes

    async def _check_repeated(self, user_id: int, offered: Offer, step: int) -> None:
        found = await self._factors.of(user_id)
        if found is None or found.last_step != step or self._secret(found) != offered.secret:
            raise WrongCode

    async def use_code(self, user_id: int, code: str) -> None:
        """Checks a code of the app or a recovery code, which cannot be used again.

        Raises WrongCode, and SecondFactorUnreadable for a code of the app after `SHOP_SECRET` was
        changed.
        """
        found, code = await self._factors.of(user_id), cleaned(code)
        if found is None:
            raise WrongCode
        if is_app_code(code):
            await self._use_app_code(user_id, found, code)
        elif not await self._factors.use_recovery_code(user_id, hash_recovery_code(code)):
            raise WrongCode

    async def _use_app_code(self, user_id: int, found: StoredFactor, code: str) -> None:
        step = matching_step(self._secret(found), code, await self.time(), found.last_step)
        if step is None or not await self._factors.use_step(user_id, found, step):
            raise WrongCode

    def _secret(self, factor: StoredFactor) -> str:
        try:
            return self._box.decrypt(factor.secret).decode()
        except Unreadable:
            raise SecondFactorUnreadable from None

    @transactional
    async def turn_off(self, user_id: int, code: str) -> None:
        """As `use_code`; afterwards the password alone signs in."""
        try:
            await self.use_code(user_id, code)
        except WrongCode:
            if await self.is_on(user_id):
                raise
            return  # the same form, sent twice
        await self._factors.delete(user_id)

    async def reseal(self) -> None:
        """Encrypts with the shop's first secret everything that an older one has encrypted. Logs
        how much no secret can decrypt."""
        if not self._box.has_older_keys:
            return
        after, unreadable, resealed = 0, 0, 0
        while some := await self._factors.some(after, AT_ONCE):
            for user_id, factor in some:
                try:
                    resealed += await self._reseal(user_id, factor)
                except Unreadable:
                    unreadable += 1
            after = some[-1][0]
        log.info("second-factors-resealed", resealed=resealed, unreadable=unreadable)

    async def _reseal(self, user_id: int, factor: StoredFactor) -> bool:
        if not self._box.is_older(factor.secret):
            return False
        sealed = self._box.encrypt(self._box.decrypt(factor.secret))
        return await self._factors.replace_secret(user_id, factor, sealed)

    async def recovery_codes_left(self, user_id: int) -> int:
        return await self._factors.recovery_codes_left(user_id)
