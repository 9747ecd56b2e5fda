"""Messages that the external system has not accepted, mails that no mail server has accepted, and
sending both again."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.external.answers import reply_in_words
from shop.external.outbox import Outbox
from shop.mail.answers import in_words
from shop.mail.service import MailService
from shop.numbers import row_id
from shop.paging import decode_cursor, page_of
from shop.staff.mails_repository import MailListRepository
from shop.staff.messages_repository import MessageRepository
from shop.staff.once import Result, Sentence, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.rights import current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.web.forms import urlencoded_form
from shop.web.pagination import Cursor
from shop.web.request import ShopRequest

CURSOR_SCOPE = "staff-messages"
GIVEN_UP = "given-up"
Unsent = Callable[[bool, int | None, int], Awaitable[list[dict[str, Any]]]]
"""Whether only those that were given up, below which id, and how many."""


class StaffMessageController(Controller):
    path = "/staff/messages"
    include_in_schema = False
    guards = [requires("orders")]

    @get()
    async def list_messages(
        self,
        request: ShopRequest,
        shown: Annotated[str, QueryParameter(name="state")] = "",
        cursor: Cursor = None,
    ) -> Template:
        return await _list(
            request, "messages", shown, cursor, MessageRepository().unsent, reply_in_words
        )

    @post("/send-again", status_code=200)
    async def send_again(
        self, request: ShopRequest, outbox: NamedDependency[Outbox]
    ) -> Response[Any]:
        done = N_("%(n)s of %(of)s messages are being sent again.")
        return await _send_chosen(request, "message", done, outbox.send_again)

    @get("/mails")
    async def mails(
        self,
        request: ShopRequest,
        shown: Annotated[str, QueryParameter(name="state")] = "",
        cursor: Cursor = None,
    ) -> Template:
        return await _list(request, "mails", shown, cursor, MailListRepository().unsent, in_words)

    @post("/mails/send-again", status_code=200)
    async def send_mails_again(
        self, request: ShopRequest, mail: NamedDependency[MailService]
    ) -> Response[Any]:
        done = N_("%(n)s of %(of)s mails are being sent again.")
        return await _send_chosen(request, "mail", done, mail.send_again)


async def _list(
    request: ShopRequest,
    name: str,
    state: str,
    cursor: str | None,
    unsent: Unsent,
    words: Callable[[str], str],
) -> Template:
    """Messages that were not accepted, each with the last response in words."""
    scope = f"staff-{name}"
    after = decode_cursor(cursor, scope)
    rows = await unsent(state == GIVEN_UP, after[0] if after else None, ROWS + 1)
    found = page_of(rows, ROWS, scope, lambda row: [row["id"]])
    return await staff_page(
        request,
        f"staff/{name}.html",
        "messages",
        rows=[{**row, "words": words(row["last_answer"])} for row in found.items],
        state=state,
        **list_links(address(request, ["state"]), found.next_cursor, cursor),
    )


async def _send_chosen(
    request: ShopRequest, kind: str, done: str, send_again: Callable[[int], Awaitable[bool]]
) -> Response[Any]:
    """Sends what the form has ticked again, and records each in the log."""
    form = await urlencoded_form(request)
    ids = _ids([str(text) for text in form.getall("message_id", [])])
    actor_id = current(request).user.id

    async def work() -> Result:
        sent = [id_ for id_ in ids if await send_again(id_)]
        for id_ in sent:
            await StaffLogRepository().record(actor_id, f"{kind}.send", f"{kind}:{id_}")
        path = "/staff/messages" if kind == "message" else "/staff/messages/mails"
        return Result(path, [Sentence(done, {"n": len(sent), "of": len(ids)})])

    values = {"form_key": form.get("form_key", ""), "message_id": ids}
    return await once(request, "orders", f"send-{kind}s", values, work)


def _ids(texts: list[str]) -> list[int]:
    """Raises InvalidInput if there are none, more than a page has, or one is not a number."""
    ids = {id_ for text in texts if (id_ := row_id(text))}
    if not 1 <= len(ids) <= ROWS or len(ids) < len(set(texts)):
        limits = {"max": ROWS}
        raise InvalidInput(FieldError("message_id", N_("Choose 1 to %(max)s messages."), limits))
    return sorted(ids)
