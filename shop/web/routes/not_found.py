"""An address that leads nowhere. It is a route, because only there the reader is known."""

from typing import Any

from litestar import route
from litestar.enums import HttpMethod
from litestar.params import FromPath

from shop.errors import NotFound

METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]


@route("/{path:path}", http_method=METHODS, include_in_schema=False, status_code=200)
async def missing(path: FromPath[str]) -> Any:
    raise NotFound(path)
