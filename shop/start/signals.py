"""Signals: what ends the shop, and what must not be disturbed on the way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def end_at_signals() -> None:
    """Has a signal end the process by an exception, so that everything is tidied on the way out.

    Further signals are ignored then: the tidying takes a moment, and is done once.
    """

    def end(*_: object) -> None:
        for other in ENDING:
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(0)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
        # By way of SIGTERM, which the web server knows how to take while it is serving.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


@contextmanager
def held_back() -> Iterator[None]:
    """Signals that end the shop arrive after the block. A process started in it leaves them aside
    for good, unless it takes them up by itself, as PostgreSQL does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
