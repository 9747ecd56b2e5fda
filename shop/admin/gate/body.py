"""Request bodies of the admin: size limit, and JSON where it is required."""

from typing import Any

import msgspec
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope
from piccolo.table import Table

from shop.admin.form_keys import FIELD
from shop.admin.gate.rules import AdminRequest
from shop.admin.opened import SCOPE_KEY, read_opened
from shop.web.strict import read_json

LARGEST_PICTURE = 8 * 1024 * 1024
LARGEST_UPLOAD = LARGEST_PICTURE + 64 * 1024  # the form around it
LARGEST_JSON = 1024 * 1024


def too_large() -> HTTPException:
    return HTTPException(status_code=413, detail="Too large")


async def checked_body(
    admin_request: AdminRequest, scope: Scope, receive: Receive, table: type[Table] | None
) -> Receive:
    """`receive` for the admin, with the body checked. Raises InvalidInput, FormNotOpened, or
    HTTPException 413.

    Piccolo Admin answers 500 to JSON that is not an object, so nothing else reaches it. `table` is
    the one that is written to, if any: what its form was opened with goes into the scope.
    """
    length = dict(scope["headers"]).get(b"content-length", b"").decode("latin-1")
    limit = LARGEST_UPLOAD if admin_request.is_upload else LARGEST_JSON
    if length and (not length.isdecimal() or int(length) > limit):
        raise too_large()
    if not admin_request.is_write:
        return receive
    if admin_request.is_upload:
        return _limited(receive, limit)
    body = await whole(receive, limit)
    if body or not admin_request.is_logout:
        values = read_json(body, dict[str, Any])
        if table:
            scope[SCOPE_KEY] = read_opened(values.pop(FIELD, ""), admin_request.row)  # type: ignore[literal-required]  # ours
            values = _without_blanks(values, table)
        body = msgspec.json.encode(values)
    return _again(body, receive)


def _without_blanks(values: dict[str, Any], table: type[Table]) -> dict[str, Any]:
    """Empty fields become null, except text, so that the shop's own checks report them."""
    texts = {column._meta.name for column in table._meta.columns if column.value_type is str}
    return {
        name: None if value == "" and name not in texts else value for name, value in values.items()
    }


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


async def whole(receive: Receive, limit: int) -> bytes:
    """All of the body; what there is of it where the client has gone. Raises HTTPException 413."""
    body, more, limited = bytearray(), True, _limited(receive, limit)
    while more:
        message: Any = await limited()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more, and then what comes after it."""
    parts: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Any:
        return parts.pop() if parts else await receive()

    return replay
