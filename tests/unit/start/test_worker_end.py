"""A worker that has ended is not reported as one that had to be killed."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from shop.start.server import Supervisor, listen


def ends_at_a_signal(*_: object) -> None:
    signal.pause()


@pytest.fixture
def worker() -> Iterator[Any]:
    with listen("127.0.0.1", 0) as listener:
        supervisor = Supervisor(listener, target="none")
        supervisor._init_shared_socket()
        worker = supervisor._spawn_worker(0, ends_at_a_signal, None)
        worker.inner = multiprocessing.get_context("fork").Process(target=ends_at_a_signal)
        worker.inner.start()
        yield worker
        worker.inner.kill()
        worker.inner.join()


def test_a_worker_whose_exit_status_was_read_elsewhere_is_not_alive(worker: Any) -> None:
    assert worker.is_alive()
    worker.terminate()
    os.waitpid(worker.inner.pid, 0)  # as another thread does that waits for it
    assert not worker.is_alive()
