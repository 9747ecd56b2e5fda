"""ExternalSystem: the partner that is told of every order, over HTTP.

Messages are signed and numbered after Standard Webhooks 1.0.0
(github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
"""

import asyncio
import base64
import hashlib
import hmac
import logging
import time
from typing import NamedTuple

import httpx

# It would write a line for every message at the level that others use for news.
logging.getLogger("httpx").setLevel(logging.WARNING)

LONGEST_ANSWER = 300  # characters of a refusal that are kept for staff
LONGEST_PAUSE = 86_400  # seconds a partner may ask us to wait


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
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False)

    async def send(self, message_id: str, payload: str) -> Reply:
        """One try. `message_id` is the same in every try, so that the partner can drop repeats."""
        body = payload.encode()
        headers = {**self._signed(message_id, body), "content-type": "application/json"}
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._client.post(
                    self._url, content=body, headers=headers, timeout=self._timeout
                )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            return Reply(False, f"{type(error).__name__}: {error}"[:LONGEST_ANSWER])
        text = f"{answer.status_code} {answer.text[:LONGEST_ANSWER]}".replace("\x00", "")
        return Reply(answer.is_success, text[:LONGEST_ANSWER], _retry_after(answer))

    async def close(self) -> None:
        await self._client.aclose()

    def _signed(self, message_id: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        content = f"{message_id}.{timestamp}.".encode() + body
        digests = (hmac.digest(key, content, hashlib.sha256) for key in self._keys)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(
                f"v1,{base64.b64encode(digest).decode()}" for digest in digests
            ),
        }


def _retry_after(answer: httpx.Response) -> float | None:
    """The pause a partner asks for, in seconds (RFC 9110, 10.2.3); dates are not understood."""
    seconds = answer.headers.get("retry-after", "")
    return min(float(seconds), LONGEST_PAUSE) if seconds.isascii() and seconds.isdigit() else None
