"""Canonical and alternate URLs of pages, for search engines."""

import re
from typing import NamedTuple
from urllib.parse import urlencode

from litestar.utils import url_quote

from shop.web.i18n import LANGUAGES, PARAMETER
from shop.web.request import AnyRequest
from shop.web.state import state_of

HOST = re.compile(r"([a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
X_DEFAULT = "x-default"  # the URL that negotiates the language


class Links(NamedTuple):
    """A page's one address in the language it is in, and its addresses by language (hreflang)."""

    origin: str
    canonical: str
    alternates: dict[str, str]


def links_of(request: AnyRequest, **query: str) -> Links:
    """Of a page that search engines may show. `query` is what makes it another page than its path
    alone; how it is sorted, or where the reader came from, does not."""
    origin = origin_of(request)
    address = origin + url_quote(request.scope["path"])
    known = {name: value for name, value in query.items() if value}
    alternates = {str(code): _with(address, known | {PARAMETER: code}) for code in LANGUAGES}
    alternates[X_DEFAULT] = _with(address, known)
    canonical = alternates.get(request.query_params.get(PARAMETER, ""), alternates[X_DEFAULT])
    return Links(origin, canonical, alternates)


def origin_of(request: AnyRequest) -> str:
    """Scheme and host: `SHOP_PUBLIC_URL`, else those of the request. Empty, so that URLs are
    relative, if the Host header is not valid (RFC 3986, 3.2.2).

    The client chooses Host: a cache must have it in its key, unless SHOP_PUBLIC_URL is set.
    """
    settings = state_of(request.app).settings
    if settings.public_url:
        return str(settings.public_url)
    host = request.headers.get("host", "")
    scheme = "https" if settings.https else request.scope["scheme"]
    return f"{scheme}://{host}" if HOST.fullmatch(host) else ""


def _with(address: str, query: dict[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address
