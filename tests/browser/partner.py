"""An external system that can be switched to unavailable and back."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self
from urllib.parse import urlsplit

import httpx

from shop.external.signatures import signed_headers, signing_keys

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

    @staticmethod
    def tells(receipt: str, type_: str, **data: str) -> None:
        """Sends the shop an event about the order of this receipt."""
        parts = urlsplit(receipt)
        order_id = int(parts.path.rpartition("/")[2])
        body = json.dumps({"type": type_, "data": {"order_id": order_id, **data}}).encode()
        headers = signed_headers(signing_keys([SECRET]), f"evt_{type_}_{order_id}", body)
        answer = httpx.post(
            f"{parts.scheme}://{parts.netloc}/external/events", content=body, headers=headers
        )
        assert answer.status_code == 200, answer.text

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
