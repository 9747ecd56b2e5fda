"""Signatures of messages to and from the external system, after Standard Webhooks 1.0.0
(github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md)."""

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Sequence

from shop.external.errors import WrongSignature

TOLERANCE = 300
"""Seconds that the sender's clock may be off, and that a message may be under way."""
MESSAGE_ID = re.compile("[!-~]{1,255}")
SECONDS = re.compile("[0-9]{1,12}")
MAX_SIGNATURES = 10


def signing_keys(secrets: Sequence[str]) -> list[bytes]:
    """The keys of `whsec_…` secrets."""
    return [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets]


def digest(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    content = f"{message_id}.{timestamp}.".encode() + body
    return hmac.digest(key, content, hashlib.sha256)


def signed_headers(keys: Sequence[bytes], message_id: str, body: bytes) -> dict[str, str]:
    """The three headers of a message that is sent now."""
    timestamp = str(int(time.time()))
    digests = (digest(key, message_id, timestamp, body) for key in keys)
    signatures = (f"v1,{base64.b64encode(one).decode()}" for one in digests)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


class Verifier:
    """Checks signatures by any of the shop's secrets: while a key is changed there are two."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = signing_keys(secrets)

    def check(self, message_id: str, timestamp: str, signatures: str, body: bytes) -> None:
        """The values of the three headers. Raises WrongSignature."""
        if not MESSAGE_ID.fullmatch(message_id) or not SECONDS.fullmatch(timestamp):
            raise WrongSignature
        if abs(time.time() - int(timestamp)) > TOLERANCE:
            raise WrongSignature
        expected = [digest(key, message_id, timestamp, body) for key in self._keys]
        sent = [_decoded(text) for text in signatures.split(" ")[:MAX_SIGNATURES]]
        # All are compared, so that the time taken tells nothing.
        matches = [hmac.compare_digest(one, other) for one in expected for other in sent]
        if not any(matches):
            raise WrongSignature


def _decoded(signature: str) -> bytes:
    version, _, text = signature.partition(",")
    try:
        return base64.b64decode(text, validate=True) if version == "v1" else b""
    except (binascii.Error, ValueError):
        return b""
