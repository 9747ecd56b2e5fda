"""Points to many: who gets how many, as it is entered, shown and confirmed."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.paging import decode_cursor, page_of
from shop.staff.batch_repository import Batch, BatchRepository, NewLine
from shop.staff.batches import BatchService
from shop.staff.files.cells import whole_number
from shop.staff.files.read import MAX_BYTES, read_file, read_text
from shop.staff.files.rows import Problem
from shop.staff.grant_lines import COLUMNS, Checked, Common, check_common, check_lines
from shop.staff.once import Result, Sentence, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.people_repository import PeopleRepository
from shop.staff.rights import current, requires
from shop.web.csrf import TAKES_FILES
from shop.web.pagination import Cursor
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

SHOWN_PROBLEMS = 200
FIELDS_BYTES = 1_000_000
"""What a form may have beside its file."""
LINES_SCOPE, BATCHES_SCOPE = "batch-lines", "batches"

STATES = {
    "running": N_("%(total)s points are being granted to %(people)s people."),
    "waiting": N_("%(total)s points for %(people)s people wait for a second member of staff."),
}
TAKING_BACK = N_("%(total)s points are being taken back from %(people)s people.")
DISCARDED = N_("The list of %(total)s points for %(people)s people was discarded.")


class GrantForm(msgspec.Struct):
    """As it was filled in. `data` is the file; the lists come from it, the text or a department."""

    text: str = ""
    department: str = ""
    amount: str = ""
    reason: str = ""
    form_key: str = ""
    data: bytes = b""

    @classmethod
    async def of(cls, request: AnyRequest) -> "GrantForm":
        fields = await request.form()
        names = ("text", "department", "amount", "reason", "form_key")
        texts = {name: _text(fields.get(name)) for name in names}
        upload = fields.get("file")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
        return cls(**texts, data=data)

    @property
    def values(self) -> dict[str, str]:
        """What identifies the form as it was sent."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__ if name != "data"}
        return {**fields, "file": hashlib.sha256(self.data).hexdigest()}

    @property
    def common(self) -> Common:
        return Common(whole_number(self.amount), self.reason.strip())


class ConfirmForm(msgspec.Struct):
    total: str = ""
    form_key: str = ""


class ReasonForm(msgspec.Struct):
    reason: str = ""
    form_key: str = ""


class GrantManyController(Controller):
    path = "/staff/points"
    include_in_schema = False
    guards = [requires("points")]

    @get("/grant-many")
    async def form(self, request: ShopRequest, cursor: Cursor = None) -> Template:
        return await _form_page(request, GrantForm(), cursor=cursor)

    @post(
        "/grant-many",
        status_code=200,
        request_max_body_size=MAX_BYTES + FIELDS_BYTES,
        opt={TAKES_FILES: True},
    )
    async def draft(
        self, request: ShopRequest, batches: NamedDependency[BatchService]
    ) -> Response[Any]:
        """Shows what is wrong, or saves the list and shows it before anything is granted."""
        form, actor_id = await GrantForm.of(request), current(request).user.id
        try:
            checked = await _checked(form, actor_id)
        except InvalidInput as error:
            return await _form_page(request, form, error=error)
        if checked.problems:
            return await _form_page(request, form, checked=checked)

        async def work() -> Result:
            return Result(_path(await batches.draft(actor_id, checked.lines)), [])

        return await once(request, "points", "grant-many", form.values, work)

    @get("/batches/{batch_id:int}")
    async def batch(
        self,
        request: ShopRequest,
        batches: NamedDependency[BatchService],
        batch_id: FromPath[int],
        cursor: Cursor = None,
    ) -> Template:
        return await _batch_page(request, await batches.one(batch_id), cursor)

    @post("/batches/{batch_id:int}/confirm", status_code=200)
    async def confirm(
        self,
        request: ShopRequest,
        batches: NamedDependency[BatchService],
        batch_id: FromPath[int],
        data: URLEncodedBody[ConfirmForm],
    ) -> Response[Any]:
        actor_id, total = current(request).user.id, whole_number(data.total)

        async def work() -> Result:
            return _result(await batches.confirm(actor_id, batch_id, total))

        try:
            return await _once(request, f"batch-confirm/{batch_id}", data, work)
        except InvalidInput as error:
            return await _batch_page(request, await batches.one(batch_id), None, error)

    @post("/batches/{batch_id:int}/agree", status_code=200)
    async def agree(
        self,
        request: ShopRequest,
        batches: NamedDependency[BatchService],
        batch_id: FromPath[int],
        data: URLEncodedBody[ConfirmForm],
    ) -> Response[Any]:
        actor_id = current(request).user.id

        async def work() -> Result:
            return _result(await batches.agree(actor_id, batch_id))

        try:
            return await _once(request, f"batch-agree/{batch_id}", data, work)
        except InvalidInput as error:
            return await _batch_page(request, await batches.one(batch_id), None, error)

    @post("/batches/{batch_id:int}/discard", status_code=200)
    async def discard(
        self,
        request: ShopRequest,
        batches: NamedDependency[BatchService],
        batch_id: FromPath[int],
        data: URLEncodedBody[ConfirmForm],
    ) -> Response[Any]:
        actor_id = current(request).user.id

        async def work() -> Result:
            batch = await batches.discard(actor_id, batch_id)
            return Result("/staff/points/grant-many", [_sentence(DISCARDED, batch)])

        return await _once(request, f"batch-discard/{batch_id}", data, work)

    @post("/batches/{batch_id:int}/take-back", status_code=200)
    async def take_back(
        self,
        request: ShopRequest,
        batches: NamedDependency[BatchService],
        batch_id: FromPath[int],
        data: URLEncodedBody[ReasonForm],
    ) -> Response[Any]:
        """Shows what would be taken back, to be confirmed like a grant."""
        actor_id, reason = current(request).user.id, data.reason.strip()

        async def work() -> Result:
            check_common(Common(1, reason))
            return Result(_path(await batches.draft_reversal(actor_id, batch_id, reason)), [])

        try:
            return await _once(request, f"batch-take-back/{batch_id}", data, work)
        except InvalidInput as error:
            return await _batch_page(request, await batches.one(batch_id), None, error)


async def _checked(form: GrantForm, actor_id: int) -> Checked:
    """The lines of the form, and what is wrong with them. Raises InvalidInput."""
    people = PeopleRepository()
    if form.department:
        check_common(form.common)
        found = await people.of_department(form.department)
        amount, reason = form.common.amount or 0, form.common.reason
        return Checked([NewLine(p.id, amount, reason) for p in found if p.id != actor_id], [])
    if not form.data and not form.text.strip():
        raise InvalidInput(FieldError("text", N_("Please enter a list, or choose a file.")))
    read = read_file(form.data, COLUMNS) if form.data else read_text(form.text, COLUMNS)
    table = await read
    named = await people.named([line.cells.get("person", "") for line in table.lines])
    # In a thread: 50,000 lines take a third of a second.
    checked = await asyncio.to_thread(check_lines, table.lines, named, form.common, actor_id)
    problems = sorted([*table.problems, *checked.problems], key=lambda problem: problem.line)
    return Checked(checked.lines, problems)


async def _once(request: AnyRequest, form: str, data: msgspec.Struct, work: Any) -> Response[Any]:
    return await once(request, "points", form, msgspec.structs.asdict(data), work)


async def _form_page(
    request: AnyRequest,
    form: GrantForm,
    *,
    checked: Checked | None = None,
    error: InvalidInput | None = None,
    cursor: str | None = None,
) -> Template:
    problems: Sequence[Problem] = checked.problems if checked else ()
    after = decode_cursor(cursor, BATCHES_SCOPE)
    rows = await BatchRepository().latest(after[0] if after else None, ROWS + 1)
    found = page_of(rows, ROWS, BATCHES_SCOPE, lambda batch: [batch.id])
    return await staff_page(
        request,
        "staff/grant_many.html",
        "points",
        status=400 if problems or error else 200,
        form=form,
        problems=problems[:SHOWN_PROBLEMS],
        problem_count=len(problems),
        good=checked.lines if checked else [],
        refusal=refusal_for(request, error) if error else None,
        departments=await PeopleRepository().departments(),
        batches=found.items,
        **list_links(address(request, ()), found.next_cursor, cursor),
    )


async def _batch_page(
    request: AnyRequest, batch: Batch, cursor: str | None, error: InvalidInput | None = None
) -> Template:
    after = decode_cursor(cursor, LINES_SCOPE)
    rows = await BatchRepository().lines(batch.id, after[0] if after else 0, ROWS + 1)
    found = page_of(rows, ROWS, LINES_SCOPE, lambda line: [line.id])
    at = address(request, ())._replace(path=_path(batch.id))
    return await staff_page(
        request,
        "staff/batch.html",
        "points",
        status=400 if error else 200,
        batch=batch,
        lines=found.items,
        refusal=refusal_for(request, error) if error else None,
        **list_links(at, found.next_cursor, cursor),
    )


def _result(batch: Batch) -> Result:
    message = TAKING_BACK if batch.reverses else STATES[batch.status]
    return Result(_path(batch.id), [_sentence(message, batch)])


def _sentence(message: str, batch: Batch) -> Sentence:
    return Sentence(message, {"total": batch.total, "people": batch.people})


def _path(batch_id: int) -> str:
    return f"/staff/points/batches/{batch_id}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
