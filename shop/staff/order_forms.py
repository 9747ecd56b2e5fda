"""The forms of the staff's orders: handed over, taken back, cancelled, noted, sent again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.external.outbox import Outbox
from shop.numbers import row_id
from shop.orders.service import OrderService
from shop.orders.steps import OrderSteps
from shop.staff.once import Result, Sentence, once
from shop.staff.order_actions import OrderActions
from shop.staff.orders_repository import StaffOrderRepository
from shop.staff.page import staff_page
from shop.staff.rights import current, requires
from shop.web.forms import urlencoded_form
from shop.web.i18n import language_of
from shop.web.request import AnyRequest, ShopRequest

MAX_AT_ONCE = 100
Reason = Annotated[str, msgspec.Meta(pattern=r"\S", max_length=200)]


class KeyForm(msgspec.Struct):
    form_key: str = ""


class ReasonForm(msgspec.Struct):
    reason: Reason
    form_key: str = ""


class MessageForm(msgspec.Struct):
    message_id: int
    form_key: str = ""


async def order_actions(
    request: ShopRequest,
    orders: NamedDependency[OrderService],
    steps: NamedDependency[OrderSteps],
    outbox: NamedDependency[Outbox],
) -> OrderActions:
    return OrderActions(orders, steps, outbox, current(request).user.id, language_of(request))


class StaffOrderFormController(Controller):
    path = "/staff/orders"
    include_in_schema = False
    guards = [requires("orders")]
    dependencies = {"actions": Provide(order_actions)}

    @get("/fulfil")
    async def confirm(self, request: ShopRequest) -> Template:
        """The orders that were ticked, before they are fulfilled."""
        ids = order_ids(request.query_params.getall("order_id", []))
        rows = await StaffOrderRepository().of_ids(ids)
        return await staff_page(request, "staff/fulfil.html", "orders", orders=rows)

    @post("/fulfil", status_code=200)
    async def fulfil(
        self,
        request: ShopRequest,
        actions: NamedDependency[OrderActions],
    ) -> Response[Any]:
        form = await urlencoded_form(request)
        ids = order_ids(form.getall("order_id", []))

        async def work() -> Result:
            return Result("/staff/orders", await actions.fulfil(ids))

        values = {"form_key": form.get("form_key", ""), "order_id": ids}
        return await once(request, "orders", "fulfil", values, work)

    @post("/{order_id:int}/take-back", status_code=200)
    async def take_back(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        actions: NamedDependency[OrderActions],
        data: URLEncodedBody[ReasonForm],
    ) -> Response[Any]:
        reason = data.reason.strip()
        return await do(
            request, "take-back", order_id, data, lambda: actions.take_back(order_id, reason)
        )

    @post("/{order_id:int}/cancel", status_code=200)
    async def cancel(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        actions: NamedDependency[OrderActions],
        data: URLEncodedBody[ReasonForm],
    ) -> Response[Any]:
        reason = data.reason.strip()
        return await do(request, "cancel", order_id, data, lambda: actions.cancel(order_id, reason))

    @post("/{order_id:int}/note", status_code=200)
    async def note(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        actions: NamedDependency[OrderActions],
        data: URLEncodedBody[ReasonForm],
    ) -> Response[Any]:
        reason = data.reason.strip()
        return await do(request, "note", order_id, data, lambda: actions.note(order_id, reason))

    @post("/{order_id:int}/send-again", status_code=200)
    async def send_again(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        actions: NamedDependency[OrderActions],
        data: URLEncodedBody[MessageForm],
    ) -> Response[Any]:
        return await do(
            request,
            "send-again",
            order_id,
            data,
            lambda: actions.send_again(order_id, data.message_id),
        )


async def do(
    request: AnyRequest,
    form: str,
    order_id: int,
    data: msgspec.Struct,
    act: Callable[[], Awaitable[Sentence]],
    path: str = "",
) -> Response[Any]:
    """Acts once, and redirects to the order, or to `path`, with a notice of the result."""

    async def work() -> Result:
        return Result(path or f"/staff/orders/{order_id}", [await act()])

    values = {"order_id": order_id, **msgspec.structs.asdict(data)}
    return await once(request, "orders", form, values, work)


def order_ids(texts: Sequence[Any], least: int = 1) -> list[int]:
    """The order numbers of a form, without duplicates, in rising order. Raises InvalidInput if
    there are none, more than MAX_AT_ONCE, or one is not a number."""
    ids = {id_ for text in texts if (id_ := row_id(text))}
    if len(ids) < len(set(texts)):
        raise InvalidInput(FieldError("order_id", N_("This is not an order number.")))
    if not least <= len(ids) <= MAX_AT_ONCE:
        limits = {"max": MAX_AT_ONCE}
        raise InvalidInput(FieldError("order_id", N_("Choose 1 to %(max)s orders."), limits))
    return sorted(ids)
