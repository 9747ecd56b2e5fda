"""What Patroni's REST API says of a server: `GET /primary` is 200 on the primary, else 503."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.unit.wire import Wire


class Role:
    """Silent while the host behind `wire` is."""

    def __init__(self, wire: Wire) -> None:
        self.is_primary = False
        role, restored = self, threading.Event()
        self._restored = restored

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                while wire.is_cut and not restored.wait(1):
                    pass
                with suppress(OSError):  # HAProxy did not wait
                    self.send_response(200 if role.is_primary else 503)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: Any) -> None:
                """No log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._restored.set()
        self._server.shutdown()
        self._server.server_close()
