"""Which requests all guests are answered alike, and what of a request that answer depends on."""

import re
from functools import lru_cache
from typing import NamedTuple

from litestar.connection import ASGIConnection
from litestar.types import HTTPScope

from shop.web.compression import Encoding, choose_encoding
from shop.web.languages import COOKIE, Language, language_of

ALIKE = re.compile(r"/|(/api/v1)?/products/\d+|/api/v1/products", re.ASCII)
OF_SOMEBODY = {b"x-user-id", b"hx-request", b"authorization"}
TELLING = OF_SOMEBODY | {b"host", b"cookie", b"accept-language", b"accept-encoding"}
LONGEST = 4_000  # bytes of what is told; no browser's is as long, and thousands are remembered


class Key(NamedTuple):
    """All that an answer to a guest depends on, but for the database."""

    scheme: str
    host: str
    path: str
    query: bytes
    language: Language
    encoding: Encoding | None


def key_of(scope: HTTPScope) -> Key | None:
    """None for what is not alike for all, or says something twice: what goes by the one would be
    kept for the other. Also for what is longer than LONGEST."""
    if scope["method"] != "GET" or not ALIKE.fullmatch(scope["path"]):
        return None
    told = tuple((name, value) for name, value in scope["headers"] if name in TELLING)
    names = {name for name, _ in told}
    if len(names) < len(told) or not OF_SOMEBODY.isdisjoint(names):
        return None
    if len(scope["query_string"]) + sum(len(value) for _, value in told) > LONGEST:
        return None
    return _key(scope["scheme"], scope["path"], scope["query_string"], told)


@lru_cache(4_000)
def _key(scheme: str, path: str, query: bytes, told: tuple[tuple[bytes, bytes], ...]) -> Key | None:
    scope = {"type": "http", "headers": told, "query_string": query}
    connection: ASGIConnection = ASGIConnection(scope)  # type: ignore[arg-type]  # no more is read
    if connection.cookies.keys() - {COOKIE}:
        return None
    headers = connection.headers
    return Key(
        scheme,
        headers.get("host", ""),
        path,
        query,
        language_of(connection),
        choose_encoding(headers.get("accept-encoding", "")),
    )
