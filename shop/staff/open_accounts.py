"""Staff open accounts, one or many, and pass on a link by which each owner sets a password."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Response, Stream, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.mail.service import MailService
from shop.paging import decode_cursor, page_of
from shop.points.service import PointService
from shop.staff.account_opening import Opening
from shop.staff.files.cells import Cell
from shop.staff.files.read import MAX_BYTES, Line, Table, read_file, read_text
from shop.staff.files.rows import Problem, WrongLines
from shop.staff.files.write import Format, download
from shop.staff.new_accounts import COLUMNS, as_text, check_accounts
from shop.staff.once import Result, Sentence, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.rights import current, requires
from shop.users.accounts import Accounts
from shop.users.password_links import PasswordLinks
from shop.web.csrf import TAKES_FILES
from shop.web.i18n import language_of, translate
from shop.web.links import origin_of
from shop.web.pagination import Cursor
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "password-links"
FIELDS = ("username", "name", "employee_no", "department", "email", "points")
FORMATS: dict[str, Format] = {"csv": "csv", "xlsx": "xlsx"}
FILE_ROWS = 500
SHOWN_PROBLEMS = 200
OPENED = N_("Accounts opened: %(n)s. Their links are below.")


class OpenAccountsController(Controller):
    path = "/staff/people"
    include_in_schema = False
    guards = [requires("people")]

    @get("/new")
    async def form(self, request: ShopRequest) -> Template:
        return await _form_page(request, {})

    @post(
        "/new",
        status_code=200,
        request_max_body_size=MAX_BYTES + 1_000_000,
        opt={TAKES_FILES: True},
    )
    async def open(
        self,
        request: ShopRequest,
        accounts: NamedDependency[Accounts],
        points: NamedDependency[PointService],
        links: NamedDependency[PasswordLinks],
        mail: NamedDependency[MailService],
    ) -> Response[Any]:
        fields = await request.form()
        form = {name: value for name, value in fields.items() if isinstance(value, str)}
        upload = fields.get("file")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
        try:
            table = await _table(form, data)
        except InvalidInput as error:
            return await _form_page(request, form, error=error)
        is_list = bool(data or form.get("text", "").strip())
        if is_list and not form.get("confirmed"):
            return await _preview(request, form, table)
        opening = Opening(request, accounts, points, links, mail)

        async def work() -> Result:
            new = await opening.open(table)
            return Result("/staff/people/links", [Sentence(OPENED, {"n": new})])

        values = {**form, "file": hashlib.sha256(data).hexdigest()}
        values.pop("_csrf_token", None)
        try:
            return await once(request, "people", "open-accounts", values, work)
        except WrongLines as wrong:
            return await _form_page(request, form, problems=wrong.problems)

    @get(["/links", "/links.csv", "/links.xlsx"])
    async def links(
        self,
        request: ShopRequest,
        links: NamedDependency[PasswordLinks],
        cursor: Cursor = None,
    ) -> Template | Stream:
        """The unused links that this member of staff has made."""
        actor_id = current(request).user.id
        ending = str(request.scope["path"]).rpartition(".")[2]
        if format_ := FORMATS.get(ending):
            titles = [
                translate(language_of(request), title) for title in (N_("Username"), N_("Link"))
            ]
            rows = _rows(links, actor_id, f"{origin_of(request)}/password/")
            return download("links", format_, titles, rows)
        after = decode_cursor(cursor, CURSOR_SCOPE)
        found = await links.made_by(actor_id, after[0] if after else 0, ROWS + 1)
        page = page_of(found, ROWS, CURSOR_SCOPE, lambda link: [link.id])
        return await staff_page(
            request,
            "staff/links.html",
            "people",
            password_links=[(link, links.token(link)) for link in page.items],
            origin=origin_of(request),
            **list_links(address(request, ()), page.next_cursor, cursor),
        )


async def _table(form: dict[str, str], data: bytes) -> Table:
    """The lines of the file, of the list, or the one account of the fields. Raises InvalidInput."""
    if data:
        return await read_file(data, COLUMNS)
    if text := form.get("text", "").strip():
        return await read_text(text, COLUMNS)
    cells = {name: form.get(name, "").strip() for name in FIELDS}
    if not any(cells.values()):
        raise InvalidInput(FieldError("username", N_("Please enter an account, or choose a file.")))
    return Table([Line(1, cells)], [])


async def _preview(request: AnyRequest, form: dict[str, str], table: Table) -> Template:
    """The accounts of a list before they are opened, or the list's faults. Nothing is saved: the
    page holds the list."""
    accounts, wrong = await check_accounts(table.lines)
    if problems := [*table.problems, *wrong]:
        return await _form_page(request, form, problems=problems)
    return await staff_page(
        request,
        "staff/open_accounts_preview.html",
        "people",
        accounts=accounts,
        points=sum(account.points for account in accounts),
        text=as_text(accounts),
    )


async def _rows(
    links: PasswordLinks, actor_id: int, prefix: str
) -> AsyncIterator[list[list[Cell]]]:
    last = 0
    while found := await links.made_by(actor_id, last, FILE_ROWS):
        yield [[link.username, prefix + links.token(link)] for link in found]
        last = found[-1].id


async def _form_page(
    request: AnyRequest,
    form: dict[str, str],
    *,
    problems: Sequence[Problem] = (),
    error: InvalidInput | None = None,
) -> Template:
    return await staff_page(
        request,
        "staff/open_accounts.html",
        "people",
        status=400 if problems or error else 200,
        form={name: form.get(name, "") for name in (*FIELDS, "text")},
        problems=problems[:SHOWN_PROBLEMS],
        problem_count=len(problems),
        refusal=refusal_for(request, error) if error else None,
    )
