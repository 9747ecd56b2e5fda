"""Import and export of products: a file with all of them, and a changed one, previewed and
imported."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Stream, Template

from shop.errors import N_, InvalidInput, NotFound
from shop.paging import MAX_INT, decode_cursor, page_of
from shop.security_log import security_event
from shop.staff.files.read import MAX_BYTES
from shop.staff.files.rows import Problem, WrongLines
from shop.staff.files.write import download
from shop.staff.once import Result, Sentence, once
from shop.staff.page import ROWS, address, format_of, list_links, staff_page
from shop.staff.products.columns import COLUMNS, FIELDS, TITLES, cell_of
from shop.staff.products.export import exported_rows
from shop.staff.products.pictures import ProductPictures
from shop.staff.products.repository import ProductFileRepository
from shop.staff.products.service import ProductFiles
from shop.staff.products.upload import Upload
from shop.staff.products.zip_pictures import MAX_BYTES as ZIP_BYTES
from shop.staff.rights import current, requires
from shop.web.csrf import TAKES_FILES
from shop.web.i18n import language_of
from shop.web.pagination import Cursor
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

PATH = "/staff/products/import"
CURSOR_SCOPE = "product-import"
SHOWN_PROBLEMS = 200
DRAFTS = 20
FIELDS_BYTES = 1_000_000
"""What a form may have beside its files."""

NOTHING = N_("Nothing would change: %(n)s products are as in this file.")
IMPORTED = N_("Products added: %(new)s. Products changed: %(changed)s.")
DISCARDED = N_("The file was discarded. No product was changed.")


class KeyForm(msgspec.Struct):
    form_key: str = ""


class ProductImportController(Controller):
    path = "/staff/products"
    include_in_schema = False
    guards = [requires("catalogue")]

    @get("/import")
    async def form(self, request: ShopRequest) -> Template:
        return await _form_page(request)

    @get(["/export.csv", "/export.xlsx"])
    async def export(self, request: ShopRequest) -> Stream:
        format_ = format_of(request)
        if format_ is None:
            raise NotFound
        language = language_of(request)
        titles = [column.titles[language == "en"] for column in COLUMNS]
        return download("products", format_, titles, exported_rows(language))

    @post(
        "/import",
        status_code=200,
        request_max_body_size=MAX_BYTES + ZIP_BYTES + FIELDS_BYTES,
        opt={TAKES_FILES: True},
    )
    async def check(
        self,
        request: ShopRequest,
        files: NamedDependency[ProductFiles],
        pictures: NamedDependency[ProductPictures],
    ) -> Response[Any]:
        """Shows the faults, or saves the changes of the file as a draft and shows it."""
        upload, actor_id = await Upload.of(request), current(request).user.id
        try:
            table, zipped = await upload.table(), await upload.zipped()
            checked = await files.check(table.lines, zipped)
            problems = [*table.problems, *checked.problems]
            changes = checked.changes
            if not problems:
                changes, problems = await pictures.stored(changes, zipped)
        except InvalidInput as error:
            return await _form_page(request, upload.text, error=error)
        if problems:
            return await _form_page(request, upload.text, problems)

        async def work() -> Result:
            if not changes:
                return Result(PATH, [Sentence(NOTHING, {"n": checked.unchanged})])
            draft_id = await files.draft(actor_id, changes, checked.unchanged)
            return Result(f"{PATH}/{draft_id}", [])

        return await once(request, "catalogue", "products-check", upload.values, work)

    @get("/import/{import_id:int}")
    async def draft(
        self, request: ShopRequest, import_id: FromPath[int], cursor: Cursor = None
    ) -> Template:
        return await _draft_page(request, import_id, cursor)

    @post("/import/{import_id:int}", status_code=200)
    async def run(
        self,
        request: ShopRequest,
        files: NamedDependency[ProductFiles],
        import_id: FromPath[int],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        actor_id, imported = current(request).user.id, False

        async def work() -> Result:
            nonlocal imported
            draft = await files.run(actor_id, import_id)
            imported = True
            counts = {"new": draft.new, "changed": draft.changed}
            return Result(PATH, [Sentence(IMPORTED, counts)])

        form, values = f"products-import/{import_id}", msgspec.structs.asdict(data)
        try:
            answer = await once(request, "catalogue", form, values, work)
        except WrongLines as wrong:
            return await _draft_page(request, import_id, None, wrong.problems)
        if imported:  # and not when the form comes a second time
            security_event("products-imported", actor=actor_id, file=import_id)
        return answer

    @post("/import/{import_id:int}/discard", status_code=200)
    async def discard(
        self,
        request: ShopRequest,
        files: NamedDependency[ProductFiles],
        import_id: FromPath[int],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        async def work() -> Result:
            await files.discard(import_id)
            return Result(PATH, [Sentence(DISCARDED)])

        form = f"products-discard/{import_id}"
        return await once(request, "catalogue", form, msgspec.structs.asdict(data), work)


async def _form_page(
    request: AnyRequest,
    text: str = "",
    problems: Sequence[Problem] = (),
    error: InvalidInput | None = None,
) -> Template:
    ordered = sorted(problems, key=lambda problem: problem.line)
    return await staff_page(
        request,
        "staff/import_products.html",
        "products",
        status=400 if problems or error else 200,
        text=text,
        problems=ordered[:SHOWN_PROBLEMS],
        problem_count=len(problems),
        drafts=await ProductFileRepository().drafts(DRAFTS),
        refusal=refusal_for(request, error) if error else None,
    )


async def _draft_page(
    request: AnyRequest, import_id: int, cursor: str | None, problems: Sequence[Problem] = ()
) -> Template:
    files, language = ProductFileRepository(), language_of(request)
    draft = await files.draft(import_id) if 0 < import_id <= MAX_INT else None
    if draft is None:
        raise NotFound
    after = decode_cursor(cursor, CURSOR_SCOPE)
    rows = await files.lines(import_id, after[0] if after else 0, ROWS + 1)
    found = page_of(rows, ROWS, CURSOR_SCOPE, lambda line: [line.id])
    categories = await files.categories()
    ids = [line.change.product_id for line in found.items if line.change.product_id]
    names = {id_: row["name"] for id_, row in (await files.products(ids)).items()}
    return await staff_page(
        request,
        "staff/import_preview.html",
        "products",
        status=400 if problems else 200,
        draft=draft,
        changes=[line.change for line in found.items],
        names=names,
        titles={name: TITLES[name][language == "en"] for name in FIELDS},
        cell=lambda name, value: cell_of(name, value, categories, language),
        problems=problems[:SHOWN_PROBLEMS],
        problem_count=len(problems),
        **list_links(address(request, ()), found.next_cursor, cursor),
    )
