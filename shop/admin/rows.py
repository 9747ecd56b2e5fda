"""How the hooks of the tables write: a new row once per opened form, and only the changed fields of
an edited one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

import msgspec
from piccolo.columns import Column
from piccolo.table import Table
from starlette.requests import Request

from shop.admin.form_actions import actor_of
from shop.admin.form_keys import FormKeys
from shop.admin.i18n import raise_validation_error
from shop.admin.opened import EDITABLE, SCOPE_KEY, OpenedRow, digest
from shop.admin.repository import SentForm, StaffRepository
from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.products.facets import FACETS
from shop.staff_log.repository import StaffLogRepository

CHANGED_MEANWHILE = N_(
    "Someone else has changed this to “%(now)s”. Open the row again to change it."
)
SUBJECTS = {facet.tablename: facet.name for facet in FACETS} | {
    "products": "product",
    "users": "user",
}
SHOWN = 60  # characters of a value in a message

Values = Mapping[str, Any]
Errors = AsyncIterator[FieldError]
Check = Callable[[Values], Errors]
Write = Callable[[int, Values], Awaitable[None]]


class Change(NamedTuple):
    """The columns that were written, before and after."""

    before: Values
    after: Values


class NewRow:
    """Piccolo has no hook for what comes after a row: it saves what a `pre_save` hook answers."""

    def __init__(self, add: Callable[[], Awaitable[int]]) -> None:
        self._add = add

    def save(self) -> Self:
        return self

    async def run(self) -> list[dict[str, int]]:
        return [{"id": await self._add()}]


class Rows:
    def __init__(self, keys: FormKeys) -> None:
        self._keys = keys
        self._staff = StaffRepository()
        self._log = StaffLogRepository()

    def new(self, request: Request, values: Values, add: Callable[[], Awaitable[int]]) -> NewRow:
        """A row that `add` saves and numbers. Refuses where the form was sent with other values."""
        opened = _opened(request)
        sent = self._keys.sent(opened.key, actor_of(request), opened.row, values)

        async def add_once() -> int:
            async def number() -> str:
                row_id = await add()
                subject = subject_of(opened.row, row_id)
                await self._log.record(actor_of(request), "row.add", subject, after=values)
                return str(row_id)

            with _refusing(request):
                return int(await self._keys.once(sent, number))

        return NewRow(add_once)

    @transactional
    async def edit(
        self,
        request: Request,
        table: type[Table],
        row_id: int,
        values: Values,
        check: Check,
        write: Write,
    ) -> Change:
        """Calls `write` with those of `values` that differ from the values in their form. Refuses a
        field that has changed in the database meanwhile, naming it, and the faults that `check`
        finds."""
        opened = _opened(request)
        now = await self._staff.locked_row(table, row_id, sorted(values))
        sent = SentForm(opened.key, actor_of(request), opened.row, "")
        with _refusing(request):
            shown = await self._digests_shown(sent, opened)
        sent_digests = {name: digest(value) for name, value in values.items()}
        changed = {name for name in values if sent_digests[name] != shown.get(name)}
        stale = [
            FieldError(name, CHANGED_MEANWHILE, {"now": _shown(now[name])})
            for name in sorted(changed)
            if digest(now[name]) not in {shown.get(name), sent_digests[name]}
        ]
        after = {name: values[name] for name in changed}
        await check_values(request, stale, check(after))
        before = {name: now[name] for name in changed}
        if after:
            await write(row_id, after)
            subject = subject_of(opened.row, row_id)
            await self._log.record(
                actor_of(request), "row.edit", subject, before=before, after=after
            )
        await self._keys.set_result(sent, msgspec.json.encode({**shown, **sent_digests}).decode())
        return Change(before, after)

    async def _digests_shown(self, sent: SentForm, opened: OpenedRow) -> dict[str, str]:
        """The values that the form shows: after it was saved, those that were sent then."""
        result = await self._keys.claim_again(sent)
        return msgspec.json.decode(result, type=dict[str, str]) if result else opened.digests


def editable(request: Request, table: type[Table], values: Mapping[Column, Any]) -> dict[str, Any]:
    """The submitted fields that may be changed, by name. Refuses if there are none."""
    names = EDITABLE[table._meta.tablename]
    found = {column._meta.name: value for column, value in values.items()}
    kept = {name: tidied(value) for name, value in found.items() if name in names}
    if not kept:
        raise_validation_error(request, FieldError("body", N_("Nothing was changed.")))
    return kept


def subject_of(row: str, row_id: int) -> str:
    """How the log of staff names a row: `product:12`."""
    return f"{SUBJECTS[row.partition(':')[0]]}:{row_id}"


def _shown(value: Any) -> Any:
    """A value in a message; numbers are written as the reader writes them."""
    return value if type(value) is int else str("" if value is None else value)[:SHOWN]


def tidied(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


async def check_values(request: Request, known: list[FieldError], wrong: Errors) -> None:
    """Refuses where anything is wrong."""
    if errors := [*known, *[error async for error in wrong]]:
        raise_validation_error(request, *errors)


@contextmanager
def _refusing(request: Request) -> Iterator[None]:
    """Shows beside the row what is wrong with its form."""
    try:
        yield
    except InvalidInput as error:
        raise_validation_error(request, *error.errors)


def _opened(request: Request) -> OpenedRow:
    opened: OpenedRow = request.scope[SCOPE_KEY]
    return opened
