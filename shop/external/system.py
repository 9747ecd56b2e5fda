"""ExternalSystem: the partner that receives every order, over HTTP.

Messages are signed and numbered after Standard Webhooks 1.0.0
(github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
"""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

from shop.external.breaker import Breaker
from shop.external.signatures import signed_headers, signing_keys
from shop.logs import request_id, traceparent

MAX_REPLY_LENGTH = 300  # characters of a refusal that are kept for staff
MAX_REPLY_BYTES = 4 * MAX_REPLY_LENGTH  # bytes of it that are read; no character has more than four
MAX_RETRY_AFTER = 86_400  # seconds a partner may ask us to wait

MAX_CONNECTIONS = 100
IDLE_TIMEOUT = 5.0  # seconds that an unused connection stays open

# OSError: of a connection or of TLS. ValueError: an address that cannot be parsed.
NETWORK_ERRORS = (ClientError, TimeoutError, OSError, ValueError)


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
        self._keys = signing_keys(secrets)
        self._timeout = timeout
        self._session: ClientSession | None = None
        self.breaker = Breaker()

    async def send(self, message_id: str, payload: str) -> Reply:
        """One try. `message_id` is the same in every try, so that the partner can drop repeats."""
        reply = await self._try(message_id, payload)
        if reply.accepted:
            self.breaker.succeeded()
        else:
            self.breaker.failed(reply.retry_after)
        return reply

    async def _try(self, message_id: str, payload: str) -> Reply:
        body = payload.encode()
        headers = {"content-type": "application/json", **self._signed(message_id, body)}
        if own := request_id.get():  # not in later tries: the relay makes these
            headers["x-request-id"] = own
        if trace := traceparent.get():
            headers["traceparent"] = trace
        try:
            async with asyncio.timeout(self._timeout):
                return await self._post(headers, body)
        except NETWORK_ERRORS as error:
            return Reply(False, _storable(f"{type(error).__name__}: {error}"))

    async def _post(self, headers: dict[str, str], body: bytes) -> Reply:
        if self._session is None:
            self._session = _new_session()
        request = self._session.post(self._url, data=body, headers=headers, allow_redirects=False)
        async with request as response:
            content = (await _read(response)).decode(errors="replace")
            text = _storable(f"{response.status} {content}")
            pause = _retry_after(response.headers.get("retry-after", ""))
            return Reply(200 <= response.status < 300, text, pause)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _signed(self, message_id: str, body: bytes) -> dict[str, str]:
        return signed_headers(self._keys, message_id, body)


def _new_session() -> ClientSession:
    """Must be called in an event loop. No proxy or password comes from the environment, no cookie
    is kept, nothing is decompressed. The time-out is the caller's."""
    return ClientSession(
        connector=TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=IDLE_TIMEOUT),
        timeout=ClientTimeout(total=None),
        cookie_jar=DummyCookieJar(),
        skip_auto_headers=("accept-encoding", "user-agent"),
        auto_decompress=False,
        trust_env=False,
    )


async def _read(response: ClientResponse) -> bytes:
    """The first MAX_REPLY_BYTES. If there are more, leaving the response closes its connection."""
    content = b""
    while len(content) < MAX_REPLY_BYTES and (
        chunk := await response.content.read(MAX_REPLY_BYTES - len(content))
    ):
        content += chunk
    return content


def _storable(text: str) -> str:
    """What PostgreSQL can store of a text, and staff can read."""
    return text.encode(errors="replace").decode().replace("\x00", "")[:MAX_REPLY_LENGTH]


def _retry_after(value: str) -> float | None:
    """The pause a partner asks for, in seconds (RFC 9110, 10.2.3); None if it cannot be read."""
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_RETRY_AFTER)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    seconds = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)
