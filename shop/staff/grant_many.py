"""Points to many: the form in which staff enter who gets how many."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.paging import decode_cursor, page_of
from shop.staff.batch import NewLine
from shop.staff.batch_pages import batch_path
from shop.staff.batch_repository import BatchRepository
from shop.staff.batches import BatchService
from shop.staff.files.cells import typed_number
from shop.staff.files.read import MAX_BYTES, read_file, read_text
from shop.staff.files.rows import Problem
from shop.staff.grant_lines import COLUMNS, Checked, Common, check_common, check_lines
from shop.staff.named_people_repository import NamedPeopleRepository
from shop.staff.once import Result, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.rights import current, requires
from shop.web.csrf import TAKES_FILES
from shop.web.pagination import Cursor
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

SHOWN_PROBLEMS = 200
FIELDS_BYTES = 1_000_000
"""What a form may have beside its file."""
BATCHES_SCOPE = "batches"


class GrantForm(msgspec.Struct):
    """The form as submitted. `data` is the file; the lists come from it, the text or a
    department."""

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
        """The values that identify the submitted form."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__ if name != "data"}
        return {**fields, "file": hashlib.sha256(self.data).hexdigest()}

    @property
    def common(self) -> Common:
        return Common(typed_number(self.amount), self.reason.strip())


NOBODY = N_("Nobody in this department can be granted points by you.")


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
        """Shows the faults, or saves the list and shows it before points are granted."""
        form, actor_id = await GrantForm.of(request), current(request).user.id
        try:
            checked = await _checked(form, actor_id)
        except InvalidInput as error:
            return await _form_page(request, form, error=error)
        if checked.problems:
            return await _form_page(request, form, checked=checked)

        async def work() -> Result:
            return Result(batch_path(await batches.draft(actor_id, checked.lines)), [])

        return await once(request, "points", "grant-many", form.values, work)


async def _checked(form: GrantForm, actor_id: int) -> Checked:
    """The lines of the form, and their faults. Raises InvalidInput."""
    people = NamedPeopleRepository()
    if form.department:
        check_common(form.common)
        found = await people.of_department(form.department)
        amount, reason = form.common.amount or 0, form.common.reason
        lines = [NewLine(p.id, amount, reason) for p in found if p.id != actor_id]
        if not lines:
            raise InvalidInput(FieldError("department", NOBODY))
        return Checked(lines, [])
    if not form.data and not form.text.strip():
        raise InvalidInput(FieldError("text", N_("Please enter a list, or choose a file.")))
    read = read_file(form.data, COLUMNS) if form.data else read_text(form.text, COLUMNS)
    table = await read
    named = await people.named([line.cells.get("person", "") for line in table.lines])
    # In a thread: 50,000 lines take a third of a second.
    checked = await asyncio.to_thread(check_lines, table.lines, named, form.common, actor_id)
    problems = sorted([*table.problems, *checked.problems], key=lambda problem: problem.line)
    return Checked(checked.lines, problems)


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
        departments=await NamedPeopleRepository().departments(),
        batches=found.items,
        **list_links(address(request, ()), found.next_cursor, cursor),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
