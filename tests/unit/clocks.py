"""Simulates a node with a wrong clock, by which stored times must not be measured."""

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from piccolo.columns.defaults.timestamptz import TimestamptzNow

Clock = Callable[[dt.timedelta], AbstractContextManager[None]]


def clock_of(monkeypatch: pytest.MonkeyPatch) -> Clock:
    @contextmanager
    def wrong(off: dt.timedelta) -> Iterator[None]:
        with monkeypatch.context() as patch:
            for module in _modules_with_a_clock():
                patch.setattr(module, "datetime", _shifted(off))
            patch.setattr(TimestamptzNow, "python", lambda _: _shifted(off).now(dt.UTC))
            now = time.time
            patch.setattr(time, "time", lambda: now() + off.total_seconds())
            yield

    return wrong


def _modules_with_a_clock() -> list[Any]:
    shop = [module for name, module in [*sys.modules.items()] if name.startswith("shop.")]
    return [module for module in shop if getattr(module, "datetime", None) is dt.datetime]


def _shifted(off: dt.timedelta) -> type[dt.datetime]:
    class Shifted(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            """Returns a plain datetime: subclasses are not encoded as JSON."""
            return dt.datetime.now(tz) + off

    return Shifted
