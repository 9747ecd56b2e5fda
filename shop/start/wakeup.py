"""An event that a signal handler may set."""

import os
from contextlib import suppress


class Wakeup:
    """As `threading.Event`, whose lock a signal handler must not ask for: the thread that it
    interrupts may hold it, just as it begins to wait, and then waits for ever."""

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
        """Returns once it is set; at once if it is. What is left in the pipe only wakes it for a
        look."""
        while not self._is_set:
            os.read(self._reader, 1)
