"""An S3-compatible store on a free port, and ways in which it fails."""

import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET, KEY = "pictures", "hunter2-of-the-bucket"
DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class S3:
    """Moto's server. `mode` is `well`, `read-only`, `gone` (connections break off) or `silent`."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.mode, self.writes_left = "well", 1_000_000
        self._awake = threading.Event()

    def url(self, bucket: str = BUCKET, prefix: str = "shop") -> str:
        keys = f"access_key_id=AKIA&secret_access_key={KEY}"
        return f"s3://{bucket}/{prefix}?endpoint={self.endpoint}&region=us-east-1&{keys}"

    def fail(self, mode: str, after_writes: int = 0) -> None:
        """Begins to fail after so many more files are written."""
        self.mode, self.writes_left = mode, after_writes

    def recover(self) -> None:
        self.mode, self.writes_left = "well", 1_000_000
        self._awake.set()
        self._awake = threading.Event()

    def names(self) -> list[str]:
        """Of all files."""
        with urllib.request.urlopen(f"{self.endpoint}/{BUCKET}?list-type=2") as answer:
            text = answer.read().decode()
        return [part.partition("</Key>")[0] for part in text.split("<Key>")[1:]]

    def make_bucket(self) -> None:
        self._bucket("PUT")

    def remove_bucket(self) -> None:
        self._bucket("DELETE")

    def _bucket(self, method: str) -> None:
        request = urllib.request.Request(f"{self.endpoint}/{BUCKET}", method=method)
        urllib.request.urlopen(request).close()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            self.make_bucket()
            yield
        finally:
            self.recover()
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        is_write = environ["REQUEST_METHOD"] != "GET"
        mode = self.mode
        failing = mode != "well" and self.writes_left <= 0
        if failing and mode == "silent":
            self._awake.wait(60)
        if failing and mode in ("silent", "gone"):
            environ["werkzeug.socket"].close()
            raise ConnectionError
        if failing and is_write:
            start("403 Forbidden", [("Content-Length", str(len(DENIED)))])
            return [DENIED]
        self.writes_left -= is_write
        return self._moto(environ, start)


class _Quiet(WSGIRequestHandler):
    def log(self, *arguments: Any) -> None:
        """No line per request."""
