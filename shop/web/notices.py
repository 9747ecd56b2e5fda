"""Messages for the next page, carried over a redirect by a cookie that holds only their names.

Each room declares its own in its `notices.py`; `shop.start.routes` puts them together.
"""

from typing import Any, NamedTuple

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from shop.web.cookies import make_cookie, read_cookie
from shop.web.request import AnyRequest
from shop.web.state import state_of

COOKIE = "notice"


class Notice(NamedTuple):
    """A notice's name, and the number in it."""

    name: str
    n: int = 0


class ShownNotice(NamedTuple):
    """A message id, for %(n)s and for %(name)s of the signed-in user."""

    message: str
    n: int


def notices_of(connection: ASGIConnection[Any, Any, Any, Any]) -> list[ShownNotice]:
    """The notices for this page; unknown names in the cookie are ignored."""
    known = state_of(connection.app).notices
    named = [part.partition("=") for part in (read_cookie(connection, COOKIE) or "").split(".")]
    return [
        _shown(known[name], int(number[:4]) if number.isdecimal() else 0)
        for name, _, number in named
        if name in known
    ]


def _shown(messages: str | tuple[str, str], n: int) -> ShownNotice:
    if isinstance(messages, str):
        return ShownNotice(messages, n)
    one, several = messages
    return ShownNotice(several if n > 1 else one, n)


def notice_cookie(request: AnyRequest, *notices: Notice) -> Cookie:
    assert {notice.name for notice in notices} <= state_of(request.app).notices.keys()
    value = ".".join(f"{name}={n}" if n else name for name, n in notices)
    return make_cookie(request, COOKIE, value, max_age=30)
