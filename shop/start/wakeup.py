"""An event that a signal handler may set."""

import os
from contextlib import suppress


class Wakeup:
    """In place of the supervisor's `threading.Event`, whose lock a signal handler must not take:
    the thread that it interrupts may hold it.

    No `set` is lost to a later `clear`: each wakes one `wait`, whose caller then looks at flags.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)

    def set(self) -> None:
        self._is_set = True
        with suppress(BlockingIOError):  # the pipe is full: it wakes all the same
            os.write(self._writer, b"\0")

    def clear(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def wait(self) -> None:
        """Returns after each `set`, also one that came before; may return once too often."""
        os.read(self._reader, 1)
