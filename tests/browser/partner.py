"""An external system that can be switched to unavailable and back."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

SECRET = "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRoZXNlIHRlc3RzIGtub3c="


class Partner:
    """Accepts all messages on a free port; answers 503 while `away`."""

    def __init__(self) -> None:
        self.away = False
        partner = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(503 if partner.away else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Logs nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
