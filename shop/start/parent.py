"""A process and its parent, which it does not outlive, even after a `kill -9`."""

import os
import signal
import threading
import time

LOOK_EVERY = 0.5
"""Seconds."""


def end_with_parent(parent: int, grace: float) -> None:
    """Has this process end when the process `parent` is gone: as at a SIGTERM, and after `grace`
    seconds whatever it is doing. Without it a worker would live on and hold the port."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
