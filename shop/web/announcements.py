"""Announcements above every page. Closed ones are named in a cookie, so it works without script."""

import re
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from shop import site
from shop.site import ShownAnnouncement
from shop.web.cookies import make_cookie
from shop.web.request import AnyRequest

COOKIE = "closed"
COOKIES = (f"__Host-{COOKIE}", COOKIE)
CLOSED = re.compile(r"\d{1,18}(\.\d{1,18}){0,9}", re.ASCII)
A_MONTH = 30 * 86_400  # seconds


def shown_announcements(
    connection: ASGIConnection[Any, Any, Any, Any],
) -> list[ShownAnnouncement]:
    closed = closed_of(connection).split(".")
    return [one for one in site.current().announcements if str(one.id) not in closed]


def closed_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The announcements that the cookie lists; empty if the cookie is invalid."""
    value = next(filter(None, map(connection.cookies.get, COOKIES)), "")
    return value if CLOSED.fullmatch(value) else ""


def closing(request: AnyRequest, announcement_id: int) -> Cookie:
    """The cookie with one more."""
    closed = {*filter(None, closed_of(request).split(".")), str(announcement_id)}
    shown = [str(one.id) for one in site.current().announcements]
    value = ".".join(id_ for id_ in shown if id_ in closed)
    return make_cookie(request, COOKIE, value, max_age=A_MONTH)
