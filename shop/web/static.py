"""Static files: read once, with a digest of the content in the URL, so browsers cache them."""

import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any

from litestar import Request, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from shop.web.compression import ENCODINGS, MIN_SIZE, Encoding, choose_encoding, compressed, is_text

FOREVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"
IMPORT = re.compile(rb'@import "([^"]+)";\n')
NAME = re.compile(r"(?P<stem>.+?)(?:\.(?P<digest>[0-9a-f]{12}))?(?P<suffix>\.[a-z0-9]+)")

TYPES = {
    ".ico": "image/x-icon",  # not every system knows it
    ".svg": "image/svg+xml; charset=utf-8",
}


def read(path: Path) -> bytes:
    """A file as it is served: a stylesheet with those that it imports in their places."""
    content = path.read_bytes()
    if path.suffix != ".css":
        return content
    return IMPORT.sub(lambda found: read(path.parent / found[1].decode()), content)


class StaticFile:
    """A file's bytes, its type, and the start of its SHA-256."""

    def __init__(self, path: Path) -> None:
        self._plain = read(path)
        self.digest = hashlib.sha256(self._plain).hexdigest()[:12]
        guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self.media_type = TYPES.get(path.suffix, guessed)
        self.compressible = is_text(self.media_type) and len(self._plain) >= MIN_SIZE
        self._made: dict[Encoding, bytes] = {}

    def answer(self, accepted: str, known: str, cache_control: str) -> Response[bytes]:
        """In the best encoding of `accepted`; 304 where `known`, an If-None-Match, names that."""
        encoding = choose_encoding(accepted) if self.compressible else None
        etag = f'"{self.digest}-{encoding}"' if encoding else f'"{self.digest}"'
        headers = {"etag": etag, "cache-control": cache_control}
        if self.compressible:
            headers["vary"] = "Accept-Encoding"
        if etag in known or known == "*":
            return Response(b"", status_code=304, headers=headers, media_type=self.media_type)
        if encoding:
            headers["content-encoding"] = encoding
        return Response(self._content(encoding), headers=headers, media_type=self.media_type)

    def precompress(self) -> None:
        """In the encoding that browsers get, before one of them asks."""
        if self.compressible:
            self._content(ENCODINGS[0])

    def _content(self, encoding: Encoding | None) -> bytes:
        """The compressed content, made at the first request and cached."""
        if encoding is None:
            return self._plain
        if encoding not in self._made:
            self._made[encoding] = compressed(self._plain, encoding, "max")
        return self._made[encoding]


class StaticFiles:
    """The folder `static/`. `url("js/a.js")` is its address, `/static/js/a.<digest>.js`."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): StaticFile(path)
            for path in folder.rglob("*")
            if path.is_file()
        }

    def url(self, name: str) -> str:
        stem, _, suffix = name.rpartition(".")
        return f"/static/{stem}.{self._files[name].digest}.{suffix}"

    def answer(self, request: Request[Any, Any, Any], name: str) -> Response[bytes]:
        """The file of this name. Raises NotFoundException.

        A digest that is not ours is another version's, while the shop is being replaced: its pages
        get what we have, but not to keep.
        """
        parts = NAME.fullmatch(name)
        file = self._files.get(parts["stem"] + parts["suffix"]) if parts else None
        if parts is None or file is None:
            raise NotFoundException
        return file.answer(
            request.headers.get("accept-encoding", ""),
            request.headers.get("if-none-match", ""),
            FOREVER if parts["digest"] == file.digest else FOR_A_WHILE,
        )

    def precompress(self) -> None:
        for file in self._files.values():
            file.precompress()

    def router(self) -> Router:
        # In a thread, because making a file as small as it gets takes a tenth of a second, once.
        @get("/{name:path}", include_in_schema=False, sync_to_thread=True)
        def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
            return self.answer(request, name.lstrip("/"))

        return Router("/static", route_handlers=[static_file])
