"""Signals wake the supervisor in every state."""

import signal
import threading
from collections.abc import Iterator

import pytest

from shop.start.wakeup import Wakeup


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


@pytest.fixture
def wakeup() -> Iterator[Wakeup]:
    """Set by SIGUSR1."""
    made = Wakeup()
    before = signal.signal(signal.SIGUSR1, lambda *_: made.set())
    yield made
    signal.signal(signal.SIGUSR1, before)


def test_a_signal_wakes_the_waiting_process(wakeup: Wakeup) -> None:
    main = threading.main_thread().ident
    assert main
    for _ in range(2_000):
        sender = threading.Thread(target=signal.pthread_kill, args=(main, signal.SIGUSR1))
        sender.start()
        wakeup.wait()
        sender.join()
        wakeup.clear()


def test_it_stays_set_until_it_is_cleared(wakeup: Wakeup) -> None:
    wakeup.set()
    wakeup.wait()
    assert wakeup.is_set()
    wakeup.clear()
    assert not wakeup.is_set()


def test_a_signal_just_before_a_clear_is_not_lost(wakeup: Wakeup) -> None:
    """Granian clears the event after it has looked at the flags."""
    wakeup.set()
    wakeup.clear()
    wakeup.wait()


def test_a_full_pipe_wakes_all_the_same(wakeup: Wakeup) -> None:
    for _ in range(100_000):
        wakeup.set()
    wakeup.wait()
