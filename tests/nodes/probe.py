"""How long no order can be placed."""

import threading
import time
from typing import Self

import httpx

from tests.faults import books

PAUSE = 0.1
"""Seconds between two requests."""
PATIENCE = 2.0
"""Seconds after which a client gives a request up and sends it again."""


class Probe(threading.Thread):
    """Writes into a cart again and again; `longest` is the longest time between two answers of
    200, in seconds."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = f"{url}/api/v1/cart/items/{books.PRODUCTS[-1]}"
        self._is_over = threading.Event()
        self._last = time.monotonic()
        self.longest = 0.0

    def run(self) -> None:
        quantity = 1
        while not self._is_over.wait(PAUSE):
            quantity = quantity % 9 + 1
            if self._writes(quantity):
                now = time.monotonic()
                self.longest, self._last = max(self.longest, now - self._last), now

    def _writes(self, quantity: int) -> bool:
        user = {"X-USER-ID": str(books.USERS[-1])}
        try:
            response = httpx.put(
                self._url,
                json={"quantity": quantity},
                headers=user,
                timeout=PATIENCE,
                trust_env=False,
            )
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.join()
