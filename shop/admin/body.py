"""What is sent to the admin: not too much of it, and JSON where JSON is due."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar.exceptions import HTTPException
from litestar.types import Receive

from shop.admin.rules import Ask
from shop.errors import N_, FieldError, InvalidInput

LARGEST_PICTURE = 8 * 1024 * 1024
LARGEST_UPLOAD = LARGEST_PICTURE + 64 * 1024  # the form around it
LARGEST_JSON = 1024 * 1024

Asgi = Callable[[], Awaitable[Any]]


class Login(msgspec.Struct):
    username: str
    password: str


def too_large() -> HTTPException:
    return HTTPException(status_code=413, detail="Too large")


async def checked_body(ask: Ask, length: str | None, receive: Receive) -> Receive:
    """`receive` for the admin, with the body checked. Raises InvalidInput, or HTTPException 413.

    Piccolo Admin answers 500 to JSON that is not an object, so nothing else reaches it.
    """
    limit = LARGEST_UPLOAD if ask.is_upload else LARGEST_JSON
    if length and (not length.isdecimal() or int(length) > limit):
        raise too_large()
    if not ask.is_write:
        return receive
    if ask.is_upload:
        return _limited(receive, limit)
    body = await _whole(receive, limit)
    _check_json(ask, body)
    return _again(body, receive)


def _check_json(ask: Ask, body: bytes) -> None:
    if not body and ask.parts == ("public", "logout"):
        return
    try:
        msgspec.json.decode(body, type=Login if ask.is_login else dict[str, Any])
    except (msgspec.MsgspecError, ValueError):
        raise InvalidInput(FieldError("body", N_("The request could not be read."))) from None


def _limited(receive: Receive, limit: int) -> Receive:
    """`receive`, which raises once more than `limit` bytes have come."""
    seen = 0

    async def counting() -> Any:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b"")) if message["type"] == "http.request" else 0
        if seen > limit:
            raise too_large()
        return message

    return counting


async def _whole(receive: Receive, limit: int) -> bytes:
    """All of the body; what there is of it where the client has gone."""
    body, more, limited = b"", True, _limited(receive, limit)
    while more:
        message: Any = await limited()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more, and then what comes after it."""
    parts: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Any:
        return parts.pop() if parts else await receive()

    return replay
