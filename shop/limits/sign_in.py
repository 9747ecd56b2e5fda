"""How often a password may be tried: at either sign-in form, and where it is changed.

No user can lock another out. What is refused is refused for the address that tries, and for
the pair of it and the name; by the name alone a try is only slowed down. A browser that has signed
in before has an allowance of its own (OWASP, "device cookies").
"""

from datetime import timedelta

from shop.limits.addresses import network_of
from shop.limits.service import Limit, RateLimiter

FIVE_MINUTES = timedelta(minutes=5)

BY_ADDRESS = Limit("sign-in-address", 60, FIVE_MINUTES)
BY_DEVICE = Limit("sign-in-device", 10, FIVE_MINUTES)
BY_PAIR = Limit("sign-in-pair", 10, FIVE_MINUTES)
BY_NAME = Limit("sign-in-name", 30, FIVE_MINUTES)
CODE_BY_DEVICE = Limit("code-device", 10, FIVE_MINUTES)
CODE_BY_USER = Limit("code-user", 20, timedelta(days=1))


async def count_password_try(
    limiter: RateLimiter, address: str, name: str, device: str | None = None
) -> None:
    """Counts one try, before the password is looked at. Raises TooManyRequests.

    `name` is normalised; `device` is the id of a browser known to that account. The address comes
    first, so that one over its limit uses up no other limit.
    """
    network = network_of(address)
    await limiter.use(BY_ADDRESS, network)
    if device and await limiter.try_use(BY_DEVICE, device):
        return
    await limiter.use(BY_PAIR, network, name)
    await limiter.slow_down(BY_NAME, name)


async def count_code_try(limiter: RateLimiter, user_id: int, device: str | None = None) -> None:
    """Counts one try of a second factor's code. Raises TooManyRequests.

    Only a user who knows the password gets this far. An attacker who does has 20 guesses a day,
    of which one in 300,000 is right, and cannot lock out a known browser.
    """
    if device and await limiter.try_use(CODE_BY_DEVICE, device):
        return
    await limiter.use(CODE_BY_USER, user_id)
