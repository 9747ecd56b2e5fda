"""A process and its parent: copies of this one, which end when it does, even by a `kill -9`."""

import asyncio
import atexit
import gc
import multiprocessing
import os
import signal
import socket
from multiprocessing.context import ForkProcess
from typing import ClassVar

from shop.start.signals import held_back


class Child(ForkProcess):
    """A copy of this process as it is now, with all that it has imported.

    To be made where no event loop runs, and no thread beside this one. Takes SIGTERM only: a Ctrl-C
    reaches the whole family, and is for the parent to pass on.
    """

    line: ClassVar[socket.socket | None] = None
    """Where a child hears that the parent is gone, which alone holds the other end."""

    def start(self) -> None:
        if Child.line is None:
            ours, Child.line = socket.socketpair()
            os.register_at_fork(after_in_child=ours.close)
        gc.freeze()  # else the child's first collection would copy all that it shares
        with held_back():
            super().start()

    def run(self) -> None:
        for number in signal.valid_signals():
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)  # the parent's own way is not the child's
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        atexit._clear()  # noqa: SLF001 - what the parent has to do at its end
        try:
            super().run()
        finally:
            # Left out at the end of a copy otherwise, and the last lines of the log with it.
            atexit._run_exitfuncs()  # noqa: SLF001


def watch_parent() -> None:
    """Has this worker stop, as at a SIGTERM, when its parent is gone, even by a `kill -9`.

    Without it workers would live on and hold the port. Does nothing in a process that is no
    worker. Needs a running event loop; the watch ends with it.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop = asyncio.get_running_loop()
    # A child's own sentinel is held open by the children that were forked after it.
    sentinel = Child.line.fileno() if Child.line else parent.sentinel

    def stop() -> None:
        loop.remove_reader(sentinel)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(sentinel, stop)
