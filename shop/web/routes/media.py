"""Pictures of products, as staff uploaded them. A name is never used for another picture again."""

import re
from pathlib import Path
from typing import Any

from litestar import Request, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from shop.web.static import FOREVER

TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".webp": "image/webp",
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,250}")


def media_router(folder: Path) -> Router:
    # In a thread: the folder may lie on another machine, and be slow. Read at once: to ask a thread
    # anew for each piece, as a streamed file does, takes five times as long.
    @get("/{name:str}", include_in_schema=False, sync_to_thread=True)
    def picture(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[Any]:
        path = folder / name
        media_type = TYPES.get(path.suffix)
        if media_type is None or not NAME.fullmatch(name) or not path.is_file():
            raise NotFoundException
        etag = f'"{name}"'
        headers = {"cache-control": FOREVER, "etag": etag}
        if etag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        return Response(path.read_bytes(), media_type=media_type, headers=headers)

    return Router("/media", route_handlers=[picture], opt={"anonymous": True})
