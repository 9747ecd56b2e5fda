"""Passwords, hashed in threads: PBKDF2 takes a third of a second, and frees the GIL."""

import asyncio
import hashlib
import hmac
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

# OWASP's figure for PBKDF2-HMAC-SHA256; the format is Piccolo's, so that its admin reads it too.
ITERATIONS = 600_000
MIN_LENGTH = 8
MAX_LENGTH = 128

# Known to everybody who has read the README; they open nothing outside the demo.
DEMO_PASSWORDS = {"alice-demo", "bob-demo", "admin-demo"}

# As many at once as there are processors: more would only take them from the pages.
_threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="password")


async def hash_password(password: str) -> str:
    """`pbkdf2_sha256$iterations$salt$hex`, as `BaseUser` stores it."""
    return await _in_thread(password, secrets.token_hex(16), ITERATIONS)


async def check_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one stored. Without one stored it takes as long and says no."""
    if len(password) > MAX_LENGTH:
        return False
    _, iterations, salt, _ = (stored or f"-${ITERATIONS}$none$-").split("$")
    hashed = await _in_thread(password, salt, int(iterations))
    return stored is not None and hmac.compare_digest(hashed, stored)


def _hash(password: str, salt: str, iterations: int) -> str:
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations).hex()
    return f"pbkdf2_sha256${iterations}${salt}${digest}"


async def _in_thread(password: str, salt: str, iterations: int) -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _hash, password, salt, iterations)
