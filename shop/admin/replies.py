"""What Piccolo's API answers, changed on its way to the admin's page."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Send
from piccolo.columns import Timestamptz
from piccolo.table import Table

from shop.admin.form_keys import FIELD, KEY_TITLE
from shop.admin.language import reading
from shop.admin.opened import opened_new, opened_row
from shop.admin.rules import WRITES, Ask
from shop.web.languages import TIME_ZONE, translate


def as_page_wants(ask: Ask, table: type[Table] | None, send: Send) -> Send:
    """`send`, which writes times in the shop's time zone, and gives the forms of the tables that
    are written their key: as one field more of the schema, with a value in each row."""
    if table is None or ask.method != "GET":
        return send
    times = [c._meta.name for c in table._meta.columns if isinstance(c, Timestamptz)]
    part = (ask.parts[3:] or ("",))[0]
    if part == "":
        return Changing(send, lambda page: {"rows": [_local(row, times) for row in page["rows"]]})
    if part == "schema" and ask.table in WRITES:
        return Changing(send, _add_field)
    if part == "new" or part.isdecimal():
        return Changing(send, lambda row: _form(ask, _local(row, times)))
    return send


def _local(row: dict[str, Any], times: Iterable[str]) -> dict[str, Any]:
    """`row` with its `times` in the shop's time zone, to the second."""
    return {**row, **{name: _local_time(row[name]) for name in times if row.get(name)}}


def _local_time(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(TIME_ZONE).isoformat(" ", "seconds")


def _form(ask: Ask, row: dict[str, Any]) -> dict[str, Any]:
    if ask.table not in WRITES:
        return row
    return {**row, FIELD: opened_row(ask.table, row) if row.get("id") else opened_new()}


def _add_field(schema: dict[str, Any]) -> dict[str, Any]:
    title = translate(reading.get(), KEY_TITLE)
    field = {"type": "string", "title": title, "extra": {"nullable": False}}
    return {**schema, "properties": {**schema["properties"], FIELD: field}}


class Changing:
    """A `send` that collects a JSON answer with status 200, and sends what `change` makes of it."""

    def __init__(self, send: Send, change: Callable[[Any], Any]) -> None:
        self._send, self._change = send, change
        self._start: Any = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start:
            await self._collect(message)
        else:
            await self._send(message)

    async def _collect(self, message: Any) -> None:
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            body = msgspec.json.encode(self._change(msgspec.json.decode(self._body)))
            MutableScopeHeaders.from_message(self._start)["content-length"] = str(len(body))
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _is_json(start: Any) -> bool:
    kind = MutableScopeHeaders.from_message(start).get("content-type", "")
    return start["status"] == 200 and kind.startswith("application/json")
