"""Our own files, read once, named by their content, so that a browser asks for each just once."""

import hashlib
import mimetypes
from pathlib import Path
from typing import Annotated, Any

from litestar import MediaType, Request, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

FOREVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"


class StaticFile:
    """A file's bytes, its type, and the start of its SHA-256."""

    def __init__(self, path: Path) -> None:
        self.content = path.read_bytes()
        self.digest = hashlib.sha256(self.content).hexdigest()[:12]
        self.media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"


class StaticFiles:
    """The folder `static/`. `url("css/base.css")` is its address with its content's digest."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): StaticFile(path)
            for path in folder.rglob("*")
            if path.is_file()
        }

    def url(self, name: str) -> str:
        return f"/static/{name}?v={self._files[name].digest}"

    def answer(self, name: str, version: str | None, known: str | None) -> Response[bytes]:
        """The file, or 304 where `known`, the asker's If-None-Match, is what we have."""
        file = self._files.get(name)
        if file is None:
            raise NotFoundException
        etag = f'"{file.digest}"'
        headers = {
            "etag": etag,
            "cache-control": FOREVER if version == file.digest else FOR_A_WHILE,
        }
        if known and etag in known:
            return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
        return Response(file.content, headers=headers, media_type=file.media_type)

    def router(self) -> Router:
        @get("/{name:path}", include_in_schema=False, media_type=MediaType.TEXT)
        async def static_file(
            request: Request[Any, Any, Any],
            name: FromPath[str],
            version: Annotated[str | None, QueryParameter(name="v")] = None,
        ) -> Response[bytes]:
            return self.answer(name.lstrip("/"), version, request.headers.get("if-none-match"))

        @get("/favicon.ico", include_in_schema=False, media_type=MediaType.TEXT)
        async def favicon() -> Response[bytes]:
            """Browsers ask for it where a page names no icon, as Piccolo Admin's does not."""
            return self.answer("images/icon.svg", None, None)

        return Router(
            "/", route_handlers=[Router("/static", route_handlers=[static_file]), favicon]
        )
