"""What is logged, and how a line looks: one event a line, which nothing that was sent can forge.

Every logger of the shop comes from `get_logger`. `configure_logging` gives these, and those of
the libraries, their one way out: standard error, as plain text or as JSON.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.processors import KeyValueRenderer

CONTINUED = "    | "
"""Begins each line of a traceback, so that no message in it looks like a line of its own."""

LONGEST = 500
"""Characters of a text in a field: what was sent must not fill the log either."""

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being handled; in every line that is logged meanwhile."""

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""That of the request (W3C Trace Context), if it had a valid one; passed on, not logged."""

_rendered = KeyValueRenderer(key_order=["event"])


def get_logger(name: str) -> Any:
    """A structlog logger: `log.warning("what happened", key=value, ...)`.

    Values are written by `repr`, which escapes everything that does not print; long texts are cut.
    """
    return structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.filter_by_level, _to_record],
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _to_record(logger: Any, method: str, fields: Any) -> tuple[tuple[str], dict[str, Any]]:
    trace = fields.pop("exc_info", None)
    bounded = {name: _bounded(value) for name, value in fields.items()}
    return (_rendered(logger, method, {**bounded}),), {
        "exc_info": trace,
        "extra": {"fields": bounded},
    }


def _bounded(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}…"
    return value


class LineFormatter(logging.Formatter):
    """`2026-11-26T01:02:03.456+00:00 INFO shop.users event='...' key='...'`, then the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_time(record)} {record.levelname} {record.name} {record.getMessage()}"
        if own := request_id.get():
            head += f" request_id={own!r}"
        trace = self.formatException(record.exc_info).split("\n") if record.exc_info else []
        return "\n".join([_printable(head), *(CONTINUED + _printable(line) for line in trace)])


class JsonFormatter(logging.Formatter):
    """One JSON object a line, in ASCII: time, level, logger, event, fields, request_id, exception.

    A field never replaces one of the first three. Values that JSON lacks are written by `repr`.
    """

    def format(self, record: logging.LogRecord) -> str:
        head = {"time": _time(record), "level": record.levelname, "logger": record.name}
        line = head | getattr(record, "fields", {"event": record.getMessage()}) | head
        if own := request_id.get():
            line["request_id"] = own
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=repr).replace("\x7f", "\\u007f")


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in line)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


FORMATTERS: dict[str, type[logging.Formatter]] = {"text": LineFormatter, "json": JsonFormatter}


def configure_logging(format_name: str = "text") -> None:
    """Warnings of all loggers and the shop's own events, each a line on standard error.

    For a process that serves or runs a command. A second call only sets the format.
    """
    root, formatter = logging.getLogger(), FORMATTERS[format_name]()
    ours = [one for one in root.handlers if type(one.formatter) in FORMATTERS.values()]
    if ours:
        ours[0].setFormatter(formatter)
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("shop").setLevel(logging.INFO)
