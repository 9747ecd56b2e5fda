"""Values that travel through a browser and come back as they left, or not at all."""

import base64
import binascii
import hashlib
import hmac
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Signer:
    """Signs with HMAC-SHA256; `purpose` keeps a value signed for one use from another."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def digest(self, purpose: str, value: bytes) -> bytes:
        key = hmac.digest(self._secret, purpose.encode(), hashlib.sha256)
        return hmac.digest(key, value, hashlib.sha256)

    def pack(self, purpose: str, value: msgspec.Struct) -> str:
        """`value` as text for a cookie. It is signed, not hidden."""
        raw = msgspec.json.encode(value)
        return base64.urlsafe_b64encode(self.digest(purpose, raw) + raw).decode().rstrip("=")

    def unpack(self, purpose: str, text: str | None, kind: type[T]) -> T | None:
        """What `pack` was given for the same purpose; None for anything else."""
        try:
            packed = base64.urlsafe_b64decode((text or "") + "=" * (-len(text or "") % 4))
            digest, raw = packed[:32], packed[32:]
            if not hmac.compare_digest(digest, self.digest(purpose, raw)):
                return None
            return msgspec.json.decode(raw, type=kind)
        except (ValueError, binascii.Error, msgspec.MsgspecError):
            return None
