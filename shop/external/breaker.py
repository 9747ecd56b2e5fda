"""Circuit breaker: while the external system keeps failing, orders do not wait for it.

Its state is in the memory of one process; each process detects a failure by itself. Correctness
does not depend on it: every message is in the outbox, and a relay sends it.
"""

import random
import time
from collections.abc import Callable

from prometheus_client import Counter, Gauge

from shop.logs import get_logger

log = get_logger("shop.external")

THRESHOLD = 5  # failures in a row
FIRST_PAUSE = 1.0  # seconds; each failed try doubles it
MAX_PAUSE = 60.0
MAX_REQUESTED_PAUSE = 3_600.0  # seconds for which a `Retry-After` stops all messages

OPEN = Gauge(
    "shop_external_circuit_open",
    "Processes that do not wait for the external system.",
    multiprocess_mode="livesum",
)
CHANGES = Counter("shop_external_circuit_changes", "Changes of state.", ["to"])


class Breaker:
    """Opens after THRESHOLD failures in a row or a `Retry-After`; the first success closes it.

    `clock` returns seconds, and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._pause = 0.0  # 0 while closed
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        return self._pause > 0

    @property
    def remaining(self) -> float:
        """Seconds until the next try; 0 while closed."""
        return max(0.0, self._next_try - self._clock()) if self.is_open else 0.0

    def succeeded(self) -> None:
        if self.is_open:
            _report("closed")
        self._failures, self._pause = 0, 0.0

    def failed(self, retry_after: float | None) -> None:
        """`retry_after`: seconds that the external system asked us to wait, if it did."""
        self._failures += 1
        if self.is_open or retry_after or self._failures >= THRESHOLD:
            self._stay_open(min(retry_after or 0.0, MAX_REQUESTED_PAUSE))

    def _stay_open(self, requested: float) -> None:
        if not self.is_open:
            _report("open")
        now = self._clock()
        if not self.remaining:  # otherwise the call began before the circuit opened
            self._pause = min(self._pause * 2, MAX_PAUSE) or FIRST_PAUSE
            self._next_try = now + self._pause * random.uniform(0.8, 1.2)
        self._next_try = max(self._next_try, now + requested)


def _report(state: str) -> None:
    OPEN.set(state == "open")
    CHANGES.labels(state).inc()
    log.warning("external-circuit", state=state)
