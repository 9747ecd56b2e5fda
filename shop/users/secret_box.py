"""Encryption of secrets that the shop has to read again: those of authenticator apps."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"pointmall second factor"


class Unreadable(Exception):
    """Encrypted with another `SHOP_SECRET`, or damaged."""


class SecretBox:
    """Fernet (AES-128-CBC, HMAC-SHA256) with a key made from `SHOP_SECRET` by HKDF (RFC 5869)."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, value: bytes) -> str:
        return self._fernet.encrypt(value).decode()

    def decrypt(self, token: str) -> bytes:
        """Raises Unreadable."""
        try:
            return self._fernet.decrypt(token.encode(errors="replace"))
        except InvalidToken:
            raise Unreadable from None
