"""The passwords of the demo's accounts: well-known on a loopback address, random elsewhere."""

import asyncio
import secrets
from pathlib import Path

from shop.database import transaction
from shop.settings import Settings
from shop.settings.data_dir import load_or_create
from shop.users.passwords import check_password, hash_password
from shop.users.repository import UserRepository
from shop.users.session_repository import SessionRepository

KNOWN = {name: f"{name}-demo" for name in ("alice", "bob", "admin")}
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def passwords_file(settings: Settings) -> Path:
    """The file of the random passwords, readable by its owner only."""
    return settings.data_dir / "demo-passwords"


async def set_passwords(settings: Settings) -> dict[str, str]:
    """Replaces known passwords by random ones, or back, as `settings.known_passwords` says.

    The new ones by name: only those replaced now, so that they are shown once. An account whose
    owner chose another password keeps it. Replacing one ends the account's sessions.
    """
    path = passwords_file(settings)
    if not settings.known_passwords:
        return await _replace_all(KNOWN, _random(path))
    if not path.exists():
        return {}
    replaced = await _replace_all(_random(path), KNOWN)
    path.unlink(missing_ok=True)
    return replaced


def _random(path: Path) -> dict[str, str]:
    kept = load_or_create(path, lambda: " ".join(_random_password() for _ in KNOWN))
    return dict(zip(KNOWN, kept.split(), strict=True))


def _random_password() -> str:
    """100 random bits, in a form that is refused once the demo is off."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(20))
    return "-".join(["demo", *(letters[at : at + 4] for at in range(0, 20, 4))])


async def _replace_all(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    replaced = await asyncio.gather(*(_replace(name, old[name], new[name]) for name in KNOWN))
    return {name: new[name] for name, done in zip(KNOWN, replaced, strict=True) if done}


async def _replace(name: str, old: str, new: str) -> bool:
    users = UserRepository()
    user = await users.by_name(name)
    stored = await users.password_of(user.id) if user else None
    if user is None or not await check_password(old, stored):
        return False
    hashed = await hash_password(new)
    async with transaction():
        replaced = await users.set_password(user.id, hashed, stored)
        if replaced:
            await SessionRepository().delete_all(user.id)
    return replaced
