"""The page cache's key: which requests are cacheable, and what their responses depend on."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope

from shop import site
from shop.web import announcements
from shop.web.compression import Encoding, choose_encoding
from shop.web.i18n import COOKIES, PARAMETER, Language, language_of
from shop.web.viewed import without_viewed

OPT = "cached_parameters"
INTEGER = "[1-9][0-9]{0,18}"
API = "/api/"
BYPASS_HEADERS = {b"x-user-id", b"hx-request", b"authorization"}
VARY_ON = BYPASS_HEADERS | {b"host", b"cookie", b"accept-language", b"accept-encoding"}
MAX_LENGTH = 4_000  # bytes of query and headers; no browser's are as long

Paths = Sequence[tuple[re.Pattern[str], frozenset[str]]]
"""The paths that are cached, each with the query parameters that its handler reads."""
Pairs = Sequence[tuple[str, str]]
Headers = tuple[tuple[bytes, bytes], ...]


def cached(*parameters: str) -> dict[str, Any]:
    """A handler's `opt`: anonymous visitors may get its response from the page cache. `parameters`
    are all query parameters that it reads, besides the language's."""
    return {OPT: frozenset({*parameters, PARAMETER})}


def cacheable_paths(app: Litestar) -> Paths:
    """Of the handlers that opted in with `cached`."""
    return [
        (_pattern(route.path), handler.opt[OPT])
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if OPT in handler.opt
    ]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+:int\}", INTEGER, path))


class Variant(NamedTuple):
    """What a response to a guest depends on besides its address; `closed` are announcements."""

    host: str
    language: Language
    encoding: Encoding | None
    closed: str = ""


class Key(NamedTuple):
    """All that a response to a guest depends on, except the database. `query` has the parameters
    that the handler reads, sorted by name; `site` is the serial of the shop's own words."""

    scheme: str
    path: str
    query: bytes
    variant: Variant
    site: int = 0

    @property
    def is_json(self) -> bool:
        return self.path.startswith(API)


def key_of(scope: HTTPScope, paths: Paths) -> Key | None:
    """None if the request is not cacheable: not of a guest, longer than MAX_LENGTH, with a repeated
    header or parameter, or with a parameter that the JSON handler does not read."""
    if scope["method"] != "GET" or (query := _query_of(scope, paths)) is None:
        return None
    headers = tuple(
        (name, without_viewed(value) if name == b"cookie" else value)
        for name, value in scope["headers"]
        if name in VARY_ON
    )
    names = {name for name, _ in headers}
    if len(names) < len(headers) or not BYPASS_HEADERS.isdisjoint(names):
        return None
    if len(scope["query_string"]) + sum(len(value) for _, value in headers) > MAX_LENGTH:
        return None
    variant = _variant(headers, dict(query).get(PARAMETER, ""))
    encoded = urlencode(query).encode()
    return variant and Key(scope["scheme"], scope["path"], encoded, variant, site.serial())


def _query_of(scope: HTTPScope, paths: Paths) -> Pairs | None:
    path = scope["path"]
    known = next((names for pattern, names in paths if pattern.fullmatch(path)), None)
    if known is None:
        return None
    given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    read = sorted(pair for pair in given if pair[0] in known)
    if len(dict(read)) < len(read) or (len(read) < len(given) and path.startswith(API)):
        return None
    return read


@lru_cache(1_000)
def _variant(headers: Headers, language: str) -> Variant | None:
    query = urlencode({PARAMETER: language}).encode()
    scope = {"type": "http", "headers": headers, "query_string": query}
    connection: ASGIConnection = ASGIConnection(scope)  # type: ignore[arg-type]  # no more is read
    if connection.cookies.keys() - {*COOKIES, *announcements.COOKIES}:
        return None
    encoding = choose_encoding(connection.headers.get("accept-encoding", ""))
    closed = announcements.closed_of(connection)
    return Variant(connection.headers.get("host", ""), language_of(connection), encoding, closed)
