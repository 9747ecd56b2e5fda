"""Password hashing in threads: PBKDF2 takes a third of a second and releases the GIL."""

import asyncio
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar

from shop.errors import Overloaded
from shop.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

# OWASP's figure for PBKDF2-HMAC-SHA256; the format is Piccolo's, so that its admin reads it too.
ITERATIONS = 600_000
MIN_LENGTH = 8
MAX_LENGTH = 128

NO_PASSWORD = f"pbkdf2_sha256${ITERATIONS}$none$-"
"""What is stored for an account whose owner has not set a password yet. No password matches it."""

# Published in the README.
DEMO_PASSWORDS = {"alice-demo", "bob-demo", "admin-demo"}
RANDOM_DEMO_PASSWORD = re.compile(r"demo(-[a-z2-7]{4}){5}")

# As many as processors: more would only slow the pages down.
THREADS = os.cpu_count() or 1


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="password")


# A worker is a copy of a process that may have hashed for the demo; threads are not copied.
os.register_at_fork(after_in_child=_threads.cache_clear)

# The last one waits about three seconds; beyond that its user has probably left.
MOST_WAITING = 8 * THREADS
_waiting: set[asyncio.Future[Any]] = set()


def may_open(password: str, settings: Settings) -> bool:
    """False for a demo password that must not open any account with these settings."""
    if password in DEMO_PASSWORDS:
        return settings.known_passwords
    return settings.demo or RANDOM_DEMO_PASSWORD.fullmatch(password) is None


def normalise_password(password: str) -> str:
    """NFKC, so that a password is the same from every keyboard (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


async def hash_password(password: str) -> str:
    """`pbkdf2_sha256$iterations$salt$hex` of the normalised password, as `BaseUser` stores it."""
    return await run_in_threads(
        _hash, normalise_password(password), secrets.token_hex(16), ITERATIONS
    )


async def check_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the stored one. Takes as long, and is False, if none is stored."""
    return await matching_form(password, stored) is not None


async def matching_form(password: str, stored: str | None) -> str | None:
    """The form of `password` that `stored` is the hash of: normalised or as typed.

    Older hashes were made of passwords as they were typed.
    """
    for form in dict.fromkeys((normalise_password(password), password)):
        if len(form) <= MAX_LENGTH and await _matches(form, stored):
            return form
    return None


async def _matches(password: str, stored: str | None) -> bool:
    _, iterations, salt, _ = (stored or f"-${ITERATIONS}$none$-").split("$")
    hashed = await run_in_threads(_hash, password, salt, int(iterations))
    return stored is not None and hmac.compare_digest(hashed, stored)


def _hash(password: str, salt: str, iterations: int) -> str:
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations).hex()
    return f"pbkdf2_sha256${iterations}${salt}${digest}"


def check_capacity() -> None:
    """Raises Overloaded if too many passwords wait already."""
    if len(_waiting) >= MOST_WAITING:
        raise Overloaded


async def run_in_threads(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs `work` in one of the password threads and returns its result. Raises Overloaded at once
    if too many wait already."""
    check_capacity()
    loop = asyncio.get_running_loop()
    result = loop.run_in_executor(_threads(), partial(work, *args, **kwargs))
    _waiting.add(result)
    result.add_done_callback(_waiting.discard)
    return await result
