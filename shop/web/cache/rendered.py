"""Cache of whole pages for signed-in users, rendered and compressed.

Browsers store no page of a signed-in user, so "back" to a list, the cart or a receipt loads it
again, mostly with the same products and points. All of these are read for each request; what is
saved is to render and to compress the same page again.
"""

from collections.abc import Callable, Hashable
from typing import Any

from litestar.enums import MediaType
from litestar.response import Response, Template
from litestar.response.base import ASGIResponse

from shop.web.cache.lru import BoundedCache
from shop.web.compression import choose_encoding, compressed
from shop.web.request import AnyRequest

MAX_BYTES = 8 * 2**20  # per process; a list takes about 7 KB
_cache: BoundedCache[bytes] = BoundedCache(MAX_BYTES)


class RenderedPage(Template):
    """`template` with the variables that `context` returns, which is called if no page with this
    key is cached. Not for pages whose forms have keys of their own: two views of it would have the
    same."""

    def __init__(
        self,
        template: str,
        key: Hashable,
        context: Callable[[], dict[str, Any]],
        headers: dict[str, str],
    ) -> None:
        super().__init__(template, headers=headers, media_type=MediaType.HTML)
        self._key, self._context = key, context

    def create_template_context(self, request: AnyRequest) -> dict[str, Any]:
        return {**self._context(), "request": request}

    def to_asgi_response(self, app: Any, request: AnyRequest, **options: Any) -> ASGIResponse:
        encoding = choose_encoding(request.headers.get("accept-encoding", ""))
        key = (self.template_name, self._key, encoding)
        body = _cache.get(key)
        if body is None:
            body = super().to_asgi_response(app, request, **options).body
            body = compressed(body, encoding, "fast") if encoding else body
            _cache.put(key, body)
        self.content = body
        self.headers["vary"] += ", Accept-Encoding"
        if encoding:
            self.headers["content-encoding"] = encoding
        return Response.to_asgi_response(self, app, request, **options)
