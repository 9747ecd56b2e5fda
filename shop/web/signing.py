"""Values that travel through a browser and come back as they left, or not at all."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from prometheus_client import Counter

T = TypeVar("T")

OLD_SECRET_USES = Counter(
    "shop_old_secret_uses", "Values that only an older SHOP_SECRET has signed.", ["purpose"]
)


class Signer:
    """Signs with HMAC-SHA256 and the first of the secrets; accepts what any of them has signed.

    `purpose` keeps a value signed for one use from another.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]

    def proof(self, purpose: str, value: bytes, length: int = 64) -> str:
        """That the shop has signed `value`, as `length` hexadecimal digits."""
        return _digest(self._secrets[0], purpose, value).hex()[:length]

    def proofs(self, purpose: str, value: bytes, length: int = 64) -> list[str]:
        """One with each secret; any of them is valid."""
        return [_digest(secret, purpose, value).hex()[:length] for secret in self._secrets]

    def is_proof(self, purpose: str, value: bytes, proof: str, length: int = 64) -> bool:
        """Whether `proof` made this for the same value, purpose and length."""
        given = proof.encode()
        return self._is_one_of(
            [known.encode() for known in self.proofs(purpose, value, length)], given, purpose
        )

    def pack(self, purpose: str, value: msgspec.Struct) -> str:
        """`value` as text for a cookie. It is signed, not hidden."""
        raw = msgspec.json.encode(value)
        digest = _digest(self._secrets[0], purpose, raw)
        return base64.urlsafe_b64encode(digest + raw).decode().rstrip("=")

    def unpack(self, purpose: str, text: str | None, kind: type[T]) -> T | None:
        """The value that `pack` got for the same purpose; None for anything else."""
        try:
            packed = base64.urlsafe_b64decode((text or "") + "=" * (-len(text or "") % 4))
            digest, raw = packed[:32], packed[32:]
            known = [_digest(secret, purpose, raw) for secret in self._secrets]
            if not self._is_one_of(known, digest, purpose):
                return None
            return msgspec.json.decode(raw, type=kind)
        except (ValueError, binascii.Error, msgspec.MsgspecError):
            return None

    def _is_one_of(self, known: list[bytes], given: bytes, purpose: str) -> bool:
        valid = [hmac.compare_digest(digest, given) for digest in known]
        if any(valid) and not valid[0]:
            OLD_SECRET_USES.labels(purpose).inc()
        return any(valid)


def _digest(secret: bytes, purpose: str, value: bytes) -> bytes:
    key = hmac.digest(secret, purpose.encode(), hashlib.sha256)
    return hmac.digest(key, value, hashlib.sha256)
