"""Responses of Piccolo's API, rewritten on their way to the admin's page."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Send
from piccolo.columns import Timestamptz
from piccolo.table import Table

from shop.admin.form_keys import FIELD, KEY_TITLE
from shop.admin.gate.form_errors import explain
from shop.admin.gate.rules import WRITES, AdminRequest
from shop.admin.i18n import current_language
from shop.admin.opened import opened_new, opened_row
from shop.web.i18n import TIME_ZONE, translate


def rewriting(admin_request: AdminRequest, table: type[Table] | None, send: Send) -> Send:
    """`send`, which writes times in the shop's time zone and what is wrong with a form in the
    reader's language, and gives the forms of the tables that are written their key: as one field
    more of the schema, with a value in each row."""
    if admin_request.is_form:
        return RewriteJson(send, explain, status=422)
    if table is None or admin_request.method != "GET":
        return send
    times = [c._meta.name for c in table._meta.columns if isinstance(c, Timestamptz)]
    part = (admin_request.parts[3:] or ("",))[0]
    if part == "":
        return RewriteJson(
            send, lambda page: {"rows": [_local(row, times) for row in page["rows"]]}
        )
    if part == "schema" and admin_request.table in WRITES:
        return RewriteJson(send, _add_field)
    if part == "new" or part.isdecimal():
        return RewriteJson(send, lambda row: _form(admin_request, _local(row, times)))
    return send


def _local(row: dict[str, Any], times: Iterable[str]) -> dict[str, Any]:
    """`row` with its `times` in the shop's time zone, to the second."""
    return {**row, **{name: _local_time(row[name]) for name in times if row.get(name)}}


def _local_time(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(TIME_ZONE).isoformat(" ", "seconds")


def _form(admin_request: AdminRequest, row: dict[str, Any]) -> dict[str, Any]:
    if admin_request.table not in WRITES:
        return row
    return {**row, FIELD: opened_row(admin_request.table, row) if row.get("id") else opened_new()}


def _add_field(schema: dict[str, Any]) -> dict[str, Any]:
    title = translate(current_language.get(), KEY_TITLE)
    field = {"type": "string", "title": title, "extra": {"nullable": False}}
    return {**schema, "properties": {**schema["properties"], FIELD: field}}


class RewriteJson:
    """A `send` that collects a JSON response of this status and sends what `change` makes of it."""

    def __init__(self, send: Send, change: Callable[[Any], Any], status: int = 200) -> None:
        self._send, self._change, self._status = send, change, status
        self._start: Any = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_meant(message):
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

    def _is_meant(self, start: Any) -> bool:
        kind = MutableScopeHeaders.from_message(start).get("content-type", "")
        return start["status"] == self._status and kind.startswith("application/json")
