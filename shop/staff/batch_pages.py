"""A list of points: shown, confirmed, discarded, taken back."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, InvalidInput
from shop.paging import decode_cursor, page_of
from shop.staff.batch import Batch
from shop.staff.batch_repository import BatchRepository
from shop.staff.batches import BatchService
from shop.staff.files.cells import typed_number
from shop.staff.grant_lines import Common, check_common
from shop.staff.once import Result, Sentence, Work, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.rights import current, requires
from shop.web.pagination import Cursor
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

LINES_SCOPE = "batch-lines"

STATES = {
    "running": N_("%(total)s points are being granted to %(people)s people."),
    "waiting": N_("%(total)s points for %(people)s people wait for a second member of staff."),
}
TAKING_BACK = N_("%(total)s points are being taken back from %(people)s people.")
DISCARDED = N_("The list of %(total)s points for %(people)s people was discarded.")


class ConfirmForm(msgspec.Struct):
    total: str = ""
    form_key: str = ""


class ReasonForm(msgspec.Struct):
    reason: str = ""
    form_key: str = ""


class BatchController(Controller):
    path = "/staff/points/batches"
    include_in_schema = False
    guards = [requires("points")]

    @get("/{batch_id:int}")
    async def batch(
        self,
        request: ShopRequest,
        batches: NamedDependency[BatchService],
        batch_id: FromPath[int],
        cursor: Cursor = None,
    ) -> Template:
        return await _batch_page(request, await batches.one(batch_id), cursor)

    @post("/{batch_id:int}/confirm", status_code=200)
    async def confirm(
        self,
        request: ShopRequest,
        batches: NamedDependency[BatchService],
        batch_id: FromPath[int],
        data: URLEncodedBody[ConfirmForm],
    ) -> Response[Any]:
        actor_id, total = current(request).user.id, typed_number(data.total)

        async def work() -> Result:
            return _result(await batches.confirm(actor_id, batch_id, total))

        return await _once_or_again(request, "batch-confirm", batches, batch_id, data, work)

    @post("/{batch_id:int}/agree", status_code=200)
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

        return await _once_or_again(request, "batch-agree", batches, batch_id, data, work)

    @post("/{batch_id:int}/discard", status_code=200)
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

    @post("/{batch_id:int}/take-back", status_code=200)
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
            return Result(batch_path(await batches.draft_reversal(actor_id, batch_id, reason)), [])

        return await _once_or_again(request, "batch-take-back", batches, batch_id, data, work)


async def _once(request: AnyRequest, form: str, data: msgspec.Struct, work: Work) -> Response[Any]:
    return await once(request, "points", form, msgspec.structs.asdict(data), work)


async def _once_or_again(
    request: AnyRequest,
    action: str,
    batches: BatchService,
    batch_id: int,
    data: msgspec.Struct,
    work: Work,
) -> Response[Any]:
    """As `_once`; if the form is wrong, the page of the list again."""
    try:
        return await _once(request, f"{action}/{batch_id}", data, work)
    except InvalidInput as error:
        return await _batch_page(request, await batches.one(batch_id), None, error)


async def _batch_page(
    request: AnyRequest, batch: Batch, cursor: str | None, error: InvalidInput | None = None
) -> Template:
    after = decode_cursor(cursor, LINES_SCOPE)
    batches, is_new = BatchRepository(), batch.status in {"draft", "waiting"}
    rows = await batches.lines(batch.id, after[0] if after else 0, ROWS + 1)
    found = page_of(rows, ROWS, LINES_SCOPE, lambda line: [line.id])
    at = address(request, ())._replace(path=batch_path(batch.id))
    return await staff_page(
        request,
        "staff/batch.html",
        "points",
        status=400 if error else 200,
        batch=batch,
        lines=found.items,
        same=await batches.same_before(batch.id) if is_new and batch.reverses is None else None,
        refusal=refusal_for(request, error) if error else None,
        **list_links(at, found.next_cursor, cursor),
    )


def _result(batch: Batch) -> Result:
    message = TAKING_BACK if batch.reverses else STATES[batch.status]
    return Result(batch_path(batch.id), [_sentence(message, batch)])


def _sentence(message: str, batch: Batch) -> Sentence:
    return Sentence(message, {"total": batch.total, "people": batch.people})


def batch_path(batch_id: int) -> str:
    return f"/staff/points/batches/{batch_id}"
