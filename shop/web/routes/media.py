"""Pictures of products, as staff uploaded them."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from shop.web.members import IDENTITY_FOR_MEMBERS
from shop.web.pictures import media_type
from shop.web.static import FOREVER


def media_router(read: Callable[[str], Awaitable[bytes | None]]) -> Router:
    @get("/{name:str}", include_in_schema=False)
    async def picture(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[Any]:
        kind, etag = media_type(name), f'"{name}"'
        if kind is None:
            raise NotFoundException
        headers = {"cache-control": FOREVER, "etag": etag}
        if etag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        content = await read(name)
        if content is None:
            raise NotFoundException
        return Response(content, media_type=kind, headers=headers)

    return Router("/media", route_handlers=[picture], opt=IDENTITY_FOR_MEMBERS)
