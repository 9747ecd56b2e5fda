"""ExternalSystem: the partner that is told of every order, over HTTP.

Messages are signed and numbered after Standard Webhooks 1.0.0
(github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
"""

import asyncio
import base64
import hashlib
import hmac
import time
from typing import NamedTuple

import httpcore

LONGEST_ANSWER = 300  # characters of a refusal that are kept for staff
LONGEST_PAUSE = 86_400  # seconds a partner may ask us to wait

NO_ANSWER = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    TimeoutError,
    OSError,
    ValueError,  # an address that cannot be read
)


class Reply(NamedTuple):
    """What came of one try. `retry_after` in seconds, where the partner asked for a pause."""

    accepted: bool
    text: str
    retry_after: float | None = None


class ExternalSystem:
    """Sends messages, each within `timeout` seconds. What the network does raises nothing.

    `secrets` are `whsec_…`; while a key is being changed there are two, and each signs.
    """

    def __init__(self, url: str, secrets: tuple[str, ...], timeout: float) -> None:
        self._url = url
        self._keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets]
        self._timeout = timeout
        # What httpx is made of, at half its cost: redirects and proxies are not wanted here.
        self._pool = httpcore.AsyncConnectionPool(max_connections=100, keepalive_expiry=5.0)

    async def send(self, message_id: str, payload: str) -> Reply:
        """One try. `message_id` is the same in every try, so that the partner can drop repeats."""
        body = payload.encode()
        headers = [("content-type", "application/json"), *self._signed(message_id, body)]
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._pool.request("POST", self._url, headers=headers, content=body)
        except NO_ANSWER as error:
            return Reply(False, f"{type(error).__name__}: {error}"[:LONGEST_ANSWER])
        said = answer.content[: 4 * LONGEST_ANSWER].decode(errors="replace").replace("\x00", "")
        text = f"{answer.status} {said}"[:LONGEST_ANSWER]
        return Reply(200 <= answer.status < 300, text, _retry_after(answer))

    async def close(self) -> None:
        await self._pool.aclose()

    def _signed(self, message_id: str, body: bytes) -> list[tuple[str, str]]:
        timestamp = str(int(time.time()))
        content = f"{message_id}.{timestamp}.".encode() + body
        digests = (hmac.digest(key, content, hashlib.sha256) for key in self._keys)
        signatures = (f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
        return [
            ("webhook-id", message_id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", " ".join(signatures)),
        ]


def _retry_after(answer: httpcore.Response) -> float | None:
    """The pause a partner asks for, in seconds (RFC 9110, 10.2.3); dates are not understood."""
    for name, value in answer.headers:
        if name.lower() == b"retry-after" and value.isdigit():
            return min(float(value), LONGEST_PAUSE)
    return None
