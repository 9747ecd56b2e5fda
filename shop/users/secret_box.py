"""Encryption of what the shop must be able to read again: the secrets of authenticator apps."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"pointmall second factor"
NONCE = 12  # bytes (NIST SP 800-38D, 8.2)


class Unreadable(Exception):
    """It was encrypted under another `SHOP_SECRET`, or is damaged."""


class SecretBox:
    """AES-256-GCM with a key made from `SHOP_SECRET` by HKDF (RFC 5869)."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode())
        self._cipher = AESGCM(key)

    def encrypt(self, value: bytes) -> str:
        nonce = os.urandom(NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, value, None)
        return base64.urlsafe_b64encode(sealed).decode()

    def decrypt(self, text: str) -> bytes:
        """Raises Unreadable."""
        try:
            sealed = base64.b64decode(text, altchars=b"-_", validate=True)
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except (ValueError, InvalidTag):
            raise Unreadable from None
