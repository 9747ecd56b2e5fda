"""How a code is stored: encrypted, and with a keyed hash by which it is found."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import NamedTuple

from shop.users.secret_box import SecretBox, Unreadable

PURPOSE = b"pointmall codes"


class SealedCode(NamedTuple):
    """A code as it is stored; `key` names the secret that made it."""

    key: str
    sealed: str
    digest: str


class _Key:
    """One secret."""

    def __init__(self, secret: str) -> None:
        self._hashing = hmac.digest(secret.encode(), PURPOSE + b" digest", hashlib.sha256)
        self.name = hmac.digest(secret.encode(), PURPOSE + b" name", hashlib.sha256).hex()[:16]
        self.box = SecretBox([secret], PURPOSE)

    def digest(self, code: str) -> str:
        return hmac.digest(self._hashing, code.encode(), hashlib.sha256).hex()


class CodeBox:
    """Seals with the first of the shop's secrets, and opens what any of them has sealed."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [_Key(secret) for secret in secrets]

    @property
    def keys(self) -> list[str]:
        """The names of all."""
        return [known.name for known in self._keys]

    @property
    def older_keys(self) -> list[str]:
        """The names of all but the first."""
        return self.keys[1:]

    def seal(self, code: str) -> SealedCode:
        first = self._keys[0]
        return SealedCode(first.name, first.box.encrypt(code.encode()), first.digest(code))

    def open(self, key: str, sealed: str) -> str:
        """Raises Unreadable if no secret of the shop has sealed it."""
        for known in self._keys:
            if known.name == key:
                return known.box.decrypt(sealed).decode()
        raise Unreadable

    def digests(self, code: str) -> list[str]:
        """Its digest with each secret: by one of them it is found."""
        return [known.digest(code) for known in self._keys]
