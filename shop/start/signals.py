"""Signals: what stops the shop, and what must not be interrupted on the way."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def exit_on_signals() -> None:
    """Makes a stop signal raise SystemExit, so that everything is cleaned up on the way out.

    Further signals are ignored then: the clean-up takes a moment, and is done once.
    """

    def stop(*_: object) -> None:
        for other in STOP_SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        # What asyncio.run() cancels now may fail, for example at a silent database: of no interest.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        raise SystemExit(0)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
        # By way of SIGTERM, which Granian handles while it serves.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Stop signals arrive after the block. A process that is started in it keeps them blocked,
    unless it unblocks them itself, as PostgreSQL does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
