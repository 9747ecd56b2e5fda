"""Which requests all guests are answered alike, and what of a request that answer depends on."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from litestar.connection import ASGIConnection
from litestar.types import HTTPScope

from shop.web.compression import Encoding, choose_encoding
from shop.web.languages import COOKIES, PARAMETER, Language, language_of
from shop.web.query import LIST_PARAMETERS

PARAMETERS = {
    re.compile(r"(/api/v1/products|/)"): LIST_PARAMETERS,
    re.compile(r"(/api/v1)?/products/[1-9][0-9]{0,18}"): frozenset({PARAMETER}),
}
"""The paths that are cached, and the query parameters that their handlers read."""
API = "/api/"
OF_SOMEBODY = {b"x-user-id", b"hx-request", b"authorization"}
TELLING = OF_SOMEBODY | {b"host", b"cookie", b"accept-language", b"accept-encoding"}
LONGEST = 4_000  # bytes of query and headers; no browser's are as long

Pairs = Sequence[tuple[str, str]]
Headers = tuple[tuple[bytes, bytes], ...]


class Variant(NamedTuple):
    """What the headers decide of an answer to a guest."""

    host: str
    language: Language
    encoding: Encoding | None


class Key(NamedTuple):
    """All that an answer to a guest depends on, but for the database. `query` has the parameters
    that the handler reads, in the order of their names."""

    scheme: str
    path: str
    query: bytes
    variant: Variant

    @property
    def is_json(self) -> bool:
        return self.path.startswith(API)


def key_of(scope: HTTPScope) -> Key | None:
    """None for what is not alike for all, or says something twice: what goes by the one would be
    kept for the other. Also for what is longer than LONGEST, and for parameters that JSON has not.
    """
    if scope["method"] != "GET" or (query := _query_of(scope)) is None:
        return None
    told = tuple((name, value) for name, value in scope["headers"] if name in TELLING)
    names = {name for name, _ in told}
    if len(names) < len(told) or not OF_SOMEBODY.isdisjoint(names):
        return None
    if len(scope["query_string"]) + sum(len(value) for _, value in told) > LONGEST:
        return None
    variant = _variant(told, dict(query).get(PARAMETER, ""))
    encoded = urlencode(query).encode()
    return variant and Key(scope["scheme"], scope["path"], encoded, variant)


def _query_of(scope: HTTPScope) -> Pairs | None:
    path = scope["path"]
    known = next((names for paths, names in PARAMETERS.items() if paths.fullmatch(path)), None)
    if known is None:
        return None
    given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    read = sorted(pair for pair in given if pair[0] in known)
    if len(dict(read)) < len(read) or (len(read) < len(given) and path.startswith(API)):
        return None
    return read


@lru_cache(1_000)
def _variant(told: Headers, language: str) -> Variant | None:
    query = urlencode({PARAMETER: language}).encode()
    scope = {"type": "http", "headers": told, "query_string": query}
    connection: ASGIConnection = ASGIConnection(scope)  # type: ignore[arg-type]  # no more is read
    if connection.cookies.keys() - set(COOKIES):
        return None
    headers = connection.headers
    encoding = choose_encoding(headers.get("accept-encoding", ""))
    return Variant(headers.get("host", ""), language_of(connection), encoding)
