"""An authenticator app, and a clock that tests set."""

from collections.abc import Sequence

import pyotp
import pytest

from shop.users.second_factor import SecondFactorService
from shop.users.second_factor_repository import SecondFactorRepository
from shop.users.secret_box import SecretBox

NOON = 1_764_158_400.0  # the beginning of a time step
SECRET = "a secret of the tests, which is long enough"


def second_factors(secrets: Sequence[str] = (SECRET,)) -> SecondFactorService:
    return SecondFactorService(SecondFactorRepository(), SecretBox(secrets))


class Clock:
    """Replaces PostgreSQL's clock for the second factor."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = NOON

        async def time(_: SecondFactorRepository) -> float:
            return self.time

        monkeypatch.setattr(SecondFactorRepository, "time", time)

    def later(self, seconds: float) -> None:
        self.time += seconds


class App:
    """An authenticator app, on a phone whose clock may be fast."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.secret, self._clock = secret, clock

    def code(self, *, fast: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(self._clock.time) + fast)

    def wrong_code(self) -> str:
        near = {self.code(fast=seconds) for seconds in (-60, -30, 0, 30, 60)}
        return next(code for code in map("{:06}".format, range(10)) if code not in near)


async def enrolled(
    user_id: int, clock: Clock, factors: SecondFactorService | None = None
) -> tuple[App, list[str]]:
    """Turns on a second factor whose current code is unused. Returns app and recovery codes."""
    factors = factors or second_factors()
    offer = factors.offer(user_id)
    app = App(factors.offered(user_id, offer).secret, clock)
    codes = await factors.turn_on(user_id, offer, app.code())
    clock.later(30)
    return app, codes
