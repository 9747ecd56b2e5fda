"""The request id: accepted, generated, returned and logged."""

import json
import logging
import re

import httpx
import pytest

from shop.logs import JsonFormatter, LineFormatter, get_logger, request_id
from shop.web.request_id import with_request_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
NEW = re.compile("[0-9a-f]{32}")


async def returned(guest: httpx.AsyncClient, *headers: tuple[str, str]) -> str:
    response = await guest.get("/healthz", headers=list(headers))
    [own] = response.headers.get_list("x-request-id")
    return str(own)


async def test_the_clients_request_id_is_returned(guest: httpx.AsyncClient) -> None:
    assert await returned(guest, ("X-Request-Id", "a-B_9.z")) == "a-B_9.z"
    assert await returned(guest, ("traceparent", TRACEPARENT)) == TRACE
    both = ("X-Request-Id", "mine"), ("traceparent", TRACEPARENT)
    assert await returned(guest, *both) == "mine"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Request-Id", "")],
        [("X-Request-Id", "x" * 65)],
        [("X-Request-Id", "two words")],
        [("X-Request-Id", "<b>")],
        [("X-Request-Id", "one"), ("X-Request-Id", "two")],
        [("traceparent", f"00-{'0' * 32}-00f067aa0ba902b7-01")],
        [("traceparent", f"ff-{TRACE}-00f067aa0ba902b7-01")],
        [("traceparent", TRACE)],
    ],
)
async def test_a_missing_or_malformed_request_id_is_replaced(
    guest: httpx.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    first, second = await returned(guest, *headers), await returned(guest, *headers)
    assert NEW.fullmatch(first)
    assert first != second


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/v1/nowhere", "/static/none.css"])
async def test_every_response_has_its_own_request_id(guest: httpx.AsyncClient, path: str) -> None:
    for own in ("first", "second"):  # also from the page cache
        response = await guest.get(path, headers={"X-Request-Id": own})
        assert response.headers.get_list("x-request-id") == [own]


async def test_the_request_id_is_in_each_log_line() -> None:
    records: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.extend(one.format(record) for one in (LineFormatter(), JsonFormatter()))

    async def app(*_: object) -> None:
        get_logger("shop.test").warning("happened", product=3)

    handler = Collector()
    logging.getLogger("shop.test").addHandler(handler)
    try:
        scope = {"type": "http", "headers": [(b"x-request-id", b"mine")]}
        await with_request_id(app)(scope, None, None)  # type: ignore[arg-type]  # not called
    finally:
        logging.getLogger("shop.test").removeHandler(handler)
    text, line = records
    assert text.endswith("event='happened' product=3 request_id='mine'")
    assert json.loads(line)["request_id"] == "mine"
    assert request_id.get() is None
