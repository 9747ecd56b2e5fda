"""Encryption of values that the shop must be able to read again: secrets of authenticator apps, and
codes for sale."""

import base64
import os
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"pointmall second factor"
NONCE = 12  # bytes (NIST SP 800-38D, 8.2)


class Unreadable(Exception):
    """It was encrypted under another `SHOP_SECRET`, or is damaged."""


class SecretBox:
    """AES-256-GCM with keys made from each `SHOP_SECRET` by HKDF (RFC 5869), others for each
    purpose. Encrypts with the first, decrypts what any of them has encrypted."""

    def __init__(self, secrets: Sequence[str], purpose: bytes = PURPOSE) -> None:
        self._ciphers = [AESGCM(_key(secret, purpose)) for secret in secrets]

    @property
    def has_older_keys(self) -> bool:
        return len(self._ciphers) > 1

    def encrypt(self, value: bytes) -> str:
        nonce = os.urandom(NONCE)
        sealed = nonce + self._ciphers[0].encrypt(nonce, value, None)
        return base64.urlsafe_b64encode(sealed).decode()

    def decrypt(self, text: str) -> bytes:
        """Raises Unreadable."""
        return self._decrypt(text)[0]

    def is_older(self, text: str) -> bool:
        """Whether another key than the first has encrypted it. Raises Unreadable."""
        return self._decrypt(text)[1] > 0

    def _decrypt(self, text: str) -> tuple[bytes, int]:
        """The value, and the position of the key."""
        try:
            sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        except ValueError:
            raise Unreadable from None
        for position, cipher in enumerate(self._ciphers):
            with suppress(ValueError, InvalidTag):
                return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None), position
        raise Unreadable


def _key(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())
