"""A worker's tie to the process that started it."""

import asyncio
import multiprocessing
import os
import signal


def watch_parent() -> None:
    """Has this worker stop, as at a SIGTERM, when its parent is gone, even by a `kill -9`.

    Without it workers would live on and hold the port. Does nothing in a process that is no
    worker. Needs a running event loop; the watch ends with it.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop = asyncio.get_running_loop()
    sentinel = parent.sentinel

    def stop() -> None:
        loop.remove_reader(sentinel)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(sentinel, stop)
