"""Responses of Piccolo's API, rewritten on their way to the admin's page."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Send
from piccolo.columns import Timestamptz
from piccolo.table import Table

from shop.admin.form_keys import FIELD, KEY_TITLE
from shop.admin.gate.form_errors import explain
from shop.admin.gate.page import for_reader
from shop.admin.gate.rights import may_send, may_write, read_only
from shop.admin.gate.rules import AdminRequest
from shop.admin.gate.words import in_words
from shop.admin.i18n import current_language
from shop.admin.opened import opened_new, opened_row
from shop.web.i18n import time_zone, translate


def rewriting(
    admin_request: AdminRequest, table: type[Table] | None, rights: frozenset[str], send: Send
) -> Send:
    """`send`, which rewrites JSON and the page for this reader: their language, their rights, times
    in the shop's time zone, what is wrong with a form in words, and the key of a form of a row: one
    field more of the schema, with a value in each row."""
    if admin_request.is_form:
        return RewriteJson(send, explain, status=422)
    if admin_request.method != "GET":
        return send
    if admin_request.is_front_page:
        return Rewrite(send, lambda page: for_reader(page, _shop_name(), read_only(rights)))
    if table is None:
        change = LISTS.get(admin_request.parts[1:])
        return RewriteJson(send, lambda found: change(found, rights)) if change else send
    return _rewriting_table(admin_request, table, may_write(admin_request.table, rights), send)


def _rewriting_table(
    admin_request: AdminRequest, table: type[Table], writable: bool, send: Send
) -> Send:
    times = [c._meta.name for c in table._meta.columns if isinstance(c, Timestamptz)]
    part = (admin_request.parts[3:] or ("",))[0]
    if part == "":
        return RewriteJson(
            send, lambda page: {"rows": [_local(row, times) for row in page["rows"]]}
        )
    if part == "schema":
        return RewriteJson(send, lambda schema: _schema(schema, writable))
    if part == "new" or part.isdecimal():
        return RewriteJson(send, lambda row: _form(admin_request, _local(row, times), writable))
    return send


def _local(row: dict[str, Any], times: Iterable[str]) -> dict[str, Any]:
    """`row` with its `times` in the shop's time zone, to the second."""
    return {**row, **{name: _local_time(row[name]) for name in times if row.get(name)}}


def _local_time(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(time_zone()).isoformat(" ", "seconds")


def _form(admin_request: AdminRequest, row: dict[str, Any], writable: bool) -> dict[str, Any]:
    if not writable:
        return row
    return {**row, FIELD: opened_row(admin_request.table, row) if row.get("id") else opened_new()}


def _schema(schema: dict[str, Any], writable: bool) -> dict[str, Any]:
    named = in_words(schema, current_language.get())
    return _with_key(named) if writable else named


def _with_key(schema: dict[str, Any]) -> dict[str, Any]:
    title = translate(current_language.get(), KEY_TITLE)
    field = {"type": "string", "title": title, "extra": {"nullable": False}}
    return {**schema, "properties": {**schema["properties"], FIELD: field}}


def _sendable(forms: list[dict[str, Any]], rights: frozenset[str]) -> list[dict[str, Any]]:
    return [form for form in forms if may_send(form["slug"], rights)]


def _sendable_groups(found: dict[str, Any], rights: frozenset[str]) -> dict[str, Any]:
    groups = {name: _sendable(forms, rights) for name, forms in found["grouped"].items()}
    shown = {name: forms for name, forms in groups.items() if forms}
    return {"grouped": shown, "ungrouped": _sendable(found["ungrouped"], rights)}


def _links(found: dict[str, str], _: frozenset[str]) -> dict[str, str]:
    language = current_language.get()
    return {translate(language, label): address for label, address in found.items()}


def _meta(found: dict[str, Any], _: frozenset[str]) -> dict[str, Any]:
    return {**found, "site_name": _shop_name()}


def _shop_name() -> str:
    return translate(current_language.get(), "Pointmall")


# The shop's name, and lists of the admin's side bar, by the path below `/admin/api/`.
LISTS: Mapping[tuple[str, ...], Callable[[Any, frozenset[str]], Any]] = {
    ("meta",): _meta,
    ("forms",): _sendable,
    ("forms", "grouped"): _sendable_groups,
    ("links",): _links,
}


class Rewrite:
    """A `send` that collects a response of this kind and status, and sends what `change` makes of
    its body."""

    kind = "text/html"

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

    def changed(self, body: bytes) -> bytes:
        return self._change(body.decode()).encode()

    async def _collect(self, message: Any) -> None:
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            body = self.changed(bytes(self._body))
            MutableScopeHeaders.from_message(self._start)["content-length"] = str(len(body))
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _is_meant(self, start: Any) -> bool:
        kind = MutableScopeHeaders.from_message(start).get("content-type", "")
        return start["status"] == self._status and kind.startswith(self.kind)


class RewriteJson(Rewrite):
    """The same for JSON, which `change` gets and returns as values."""

    kind = "application/json"

    def changed(self, body: bytes) -> bytes:
        return msgspec.json.encode(self._change(msgspec.json.decode(body)))
