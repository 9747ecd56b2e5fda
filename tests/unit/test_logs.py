"""How a line of the log looks, and that nothing sent can make one look like another."""

import json
import logging

import pytest

from shop.logs import CONTINUED, JsonFormatter, LineFormatter, get_logger
from shop.security_log import security_event

FORGERIES = {
    "newline": "x\n2026-11-26T01:02:03.456+00:00 INFO shop.security event='sign-in' user='admin'",
    "carriage return": "x\rforged",
    "escape": "x\x1b[2J\x1b[31m",
    "C1 control": "x\x9b2J",
    "line separator": "x\u2028forged",
    "right-to-left override": "x\u202egnp.exe",
    "isolate": "x\u2066forged\u2069",
    "zero width": "x\u200bforged",
    "lone surrogate": "x\ud800",
    "closing quote": "x' user='admin",
}


@pytest.fixture(params=FORGERIES.values(), ids=list(FORGERIES))
def forged(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="shop")


def _only_entry(caplog: pytest.LogCaptureFixture) -> str:
    [record] = caplog.records
    return LineFormatter().format(record)


def _unprintable(text: str) -> list[str]:
    return [sign for sign in text if not sign.isprintable()]


def test_a_security_event_is_one_line_of_fields(caplog: pytest.LogCaptureFixture) -> None:
    security_event("sign-in-failed", address="192.0.2.1", user="alice")
    line = _only_entry(caplog)
    assert line.endswith(
        " INFO shop.security event='sign-in-failed' address='192.0.2.1' user='alice'"
    )


def test_no_field_forges_a_line(caplog: pytest.LogCaptureFixture, forged: str) -> None:
    security_event("sign-in-failed", user=forged, path=forged.encode("utf-8", "replace"))
    line = _only_entry(caplog)
    assert _unprintable(line) == []
    assert f" user={forged!r} " in line


def test_no_name_of_korean_letters_is_escaped(caplog: pytest.LogCaptureFixture) -> None:
    security_event("sign-in-failed", user="김민지")
    assert "user='김민지'" in _only_entry(caplog)


def test_a_long_field_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    security_event("sign-in-failed", user="x" * 100_000, address="192.0.2.1")
    line = _only_entry(caplog)
    assert len(line) < 700
    assert line.endswith("x…' address='192.0.2.1'")


def test_no_message_of_a_library_forges_a_line(forged: str) -> None:
    record = logging.LogRecord("asyncio", logging.WARNING, "", 0, "closing %s", (forged,), None)
    assert _unprintable(LineFormatter().format(record)) == []


def test_a_traceback_is_whole_and_each_of_its_lines_is_marked(
    caplog: pytest.LogCaptureFixture, forged: str
) -> None:
    log = get_logger("shop.test")
    try:
        int(forged)
    except ValueError:
        log.exception("failed", path=forged)
    head, *trace = _only_entry(caplog).split("\n")
    assert "event='failed'" in head
    assert [line for line in trace if not line.startswith(CONTINUED)] == []
    assert _unprintable(head + "".join(trace)) == []
    assert f'File "{__file__}"' in "".join(trace)
    assert "ValueError" in "".join(trace)


def test_json_has_the_same_fields_on_one_line(
    caplog: pytest.LogCaptureFixture, forged: str
) -> None:
    security_event("sign-in-failed", user=forged, count=3, level="forged", path=b"\xff")
    [record] = caplog.records
    line = JsonFormatter().format(record)
    assert _unprintable(line) == []
    read = json.loads(line)
    assert list(read)[:3] == ["time", "level", "logger"]
    assert (read["level"], read["event"]) == ("INFO", "sign-in-failed")
    assert (read["user"], read["count"], read["path"]) == (forged, 3, r"b'\xff'")


def test_json_of_a_library_and_of_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    library = logging.LogRecord("asyncio", logging.WARNING, "", 0, "closing %s", ("x\x7f",), None)
    assert json.loads(JsonFormatter().format(library))["event"] == "closing x\x7f"
    try:
        int("x\ny")
    except ValueError:
        get_logger("shop.test").exception("failed")
    line = JsonFormatter().format(caplog.records[-1])
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["exception"]
