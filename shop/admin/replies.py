"""What Piccolo's API answers, changed on its way to the admin's page."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Send

from shop.admin.form_keys import FIELD, KEY_TITLE
from shop.admin.language import reading
from shop.admin.opened import opened_new, opened_row
from shop.admin.rules import Ask
from shop.web.languages import translate


def with_form_key(ask: Ask, send: Send) -> Send:
    """`send`, which gives the forms of the tables their key: as one field more of the schema, with
    a value in each row."""
    if not ask.shows_form:
        return send
    part = ask.parts[3]
    if part == "schema":
        return Changing(send, _add_field)
    if part == "new":
        return Changing(send, lambda row: {**row, FIELD: opened_new()})
    if part.isdecimal():
        return Changing(send, lambda row: {**row, FIELD: opened_row(ask.table, row)})
    return send


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
