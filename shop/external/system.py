"""ExternalSystem: the partner that is told of every order, over HTTP.

Messages are signed and numbered after Standard Webhooks 1.0.0
(github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
"""

import asyncio
import base64
import hashlib
import hmac
import time
from datetime import timedelta
from typing import NamedTuple

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import DetailedPyreqwestError, PyreqwestError
from pyreqwest.response import Response

from shop.logs import request_id

MAX_REPLY_LENGTH = 300  # characters of a refusal that are kept for staff
MAX_REPLY_BYTES = 4 * MAX_REPLY_LENGTH  # bytes of it that are read; no character has more than four
MAX_RETRY_AFTER = 86_400  # seconds a partner may ask us to wait

IDLE_TIMEOUT = timedelta(seconds=5)  # a connection that nothing is sent over

NETWORK_ERRORS = (
    PyreqwestError,
    TimeoutError,
    ValueError,
)  # the last: an address that cannot be read


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
        self._client = _new_client()

    async def send(self, message_id: str, payload: str) -> Reply:
        """One try. `message_id` is the same in every try, so that the partner can drop repeats."""
        body = payload.encode()
        headers = [("content-type", "application/json"), *self._signed(message_id, body)]
        if own := request_id.get():  # not in later tries: the relay makes these
            headers.append(("x-request-id", own))
        try:
            async with asyncio.timeout(self._timeout):
                return await self._ask(headers, body)
        except NETWORK_ERRORS as error:
            return Reply(False, f"{type(error).__name__}: {_cause(error)}"[:MAX_REPLY_LENGTH])

    async def _ask(self, headers: list[tuple[str, str]], body: bytes) -> Reply:
        request = self._client.post(self._url).headers(headers).body_bytes(body)
        async with request.streamed_read_buffer_limit(MAX_REPLY_BYTES).build_streamed() as answer:
            read = await answer.body_reader.read(MAX_REPLY_BYTES) or b""
            said = bytes(read).decode(errors="replace").replace("\x00", "")
            text = f"{answer.status} {said}"[:MAX_REPLY_LENGTH]
            return Reply(200 <= answer.status < 300, text, _retry_after(answer))

    async def close(self) -> None:
        await self._client.close()

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


def _new_client() -> Client:
    """One that goes where it is told to: along no redirect, through no proxy of the environment."""
    return (
        ClientBuilder()
        .follow_redirects(False)
        .no_proxy()
        .max_connections(100)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build()
    )


def _cause(error: Exception) -> object:
    causes = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    return causes[-1]["message"] if causes else error


def _retry_after(answer: Response) -> float | None:
    """The pause a partner asks for, in seconds (RFC 9110, 10.2.3); dates are not understood."""
    try:
        value = answer.get_header("retry-after") or ""
    except ValueError:  # it is not ASCII
        return None
    return min(float(value), MAX_RETRY_AFTER) if value.isdecimal() else None
