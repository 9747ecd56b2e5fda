"""The request id: accepted from the client or generated, returned, logged, sent to the partner."""

import random
import re
from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from shop.logs import request_id, traceparent

ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,64}")
TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def with_request_id(app: ASGIApp) -> ASGIApp:
    """`app`, with a request id in its log lines and its responses.

    It is the client's X-Request-Id, else the trace id of its traceparent (W3C Trace Context), else
    a new one; a malformed or repeated header is ignored.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        trace = _trace_of(scope["headers"])
        own = _id_of(scope["headers"], trace)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), (b"x-request-id", own)]
                message = {**message, "headers": headers}
            await send(message)

        token = request_id.set(own.decode())
        trace_token = traceparent.set(trace[0].decode() if trace else None)
        try:
            await app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)
            traceparent.reset(trace_token)

    return handle


def _id_of(headers: Iterable[tuple[bytes, bytes]], trace: re.Match[bytes] | None) -> bytes:
    given = _values(headers, b"x-request-id")
    if len(given) == 1 and ACCEPTED.fullmatch(given[0]):
        return given[0]
    return trace[1] if trace else _new_id()


def _new_id() -> bytes:
    """32 hexadecimal digits. They are no secret, and `uuid4` would take a system call. Python seeds
    `random` again in each worker that is forked."""
    return b"%032x" % random.getrandbits(128)


def _trace_of(headers: Iterable[tuple[bytes, bytes]]) -> re.Match[bytes] | None:
    """The valid traceparent; its group is the trace id."""
    given = _values(headers, b"traceparent")
    return TRACEPARENT.fullmatch(given[0]) if len(given) == 1 else None


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for header, value in headers if header == name]
