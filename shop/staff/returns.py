"""Staff cancel some items of an order, and take in or refuse what customers send back."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.numbers import submitted_number
from shop.order_number import order_number
from shop.orders.change_errors import NotCancellable, NothingLeft, NotReturnable
from shop.orders.form import chosen_items
from shop.orders.order import subject_of
from shop.orders.refund_repository import Returned
from shop.orders.return_repository import ReturnRepository
from shop.orders.returns import Returns
from shop.orders.service import OrderService
from shop.paging import decode_cursor, page_of
from shop.points.service import PointService
from shop.products.service import Item
from shop.staff.once import Result, Sentence, once
from shop.staff.order_forms import ReasonForm
from shop.staff.order_page import RefusedForm, order_page
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.rights import current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.web.forms import urlencoded_form
from shop.web.pagination import Cursor
from shop.web.request import AnyRequest, ShopRequest

CANCEL_ITEMS, TAKE_IN, REFUSE = "order.cancel-items", "return.take-in", "return.refuse"
MAX_REASON = 200
CURSOR_SCOPE = "staff-returns"


class StaffReturnController(Controller):
    path = "/staff"
    include_in_schema = False
    guards = [requires("orders")]

    @get("/returns")
    async def open_requests(self, request: ShopRequest, cursor: Cursor = None) -> Template:
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await ReturnRepository().open(after[0] if after else 0, ROWS + 1)
        found = page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.id])
        return await staff_page(
            request,
            "staff/returns.html",
            "orders",
            asked=found.items,
            **list_links(address(request, ()), found.next_cursor, cursor),
        )

    @post("/orders/{order_id:int}/cancel-items", status_code=200)
    async def cancel_items(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        orders: NamedDependency[OrderService],
        points: NamedDependency[PointService],
    ) -> Response[Any] | Template:
        form = await urlencoded_form(request)

        async def work() -> Result:
            items = [Item(item.product_id, item.quantity) for item in _chosen(form)]
            reason = _reason(form)
            before = await orders.one(None, order_id)
            try:
                order = await orders.cancel(None, order_id, items)
            except (NotCancellable, NothingLeft) as error:
                raise _refused(error) from None
            await StaffLogRepository().record(
                current(request).user.id,
                CANCEL_ITEMS,
                subject_of(order_id),
                reason=reason,
                before={"refunded": before.refunded},
                after={"refunded": order.refunded},
            )
            message = N_("Items of order %(number)s cancelled. %(points)s points returned.")
            return _result(order_id, message, points=order.refunded - before.refunded)

        try:
            return await _once(request, "cancel-items", form, order_id, work)
        except InvalidInput as error:
            refused = RefusedForm("cancel-items", _values(form), error)
            return await order_page(request, order_id, orders, points, refused)

    @post("/orders/{order_id:int}/returns/{request_id:int}/take-in", status_code=200)
    async def take_in(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        request_id: FromPath[int],
        returns: NamedDependency[Returns],
        orders: NamedDependency[OrderService],
        points: NamedDependency[PointService],
    ) -> Response[Any] | Template:
        form = await urlencoded_form(request)

        async def work() -> Result:
            came = _chosen(form)
            try:
                done = await returns.take_in(order_id, request_id, came)
            except (NotReturnable, NothingLeft) as error:
                raise _refused(error) from None
            if done:
                after = {str(item.product_id): item.quantity for item in came}
                await _record(request, TAKE_IN, order_id, after=after)
            return _result(order_id, TAKEN if done else CLOSED, done)

        try:
            return await _once(request, f"take-in/{request_id}", form, order_id, work)
        except InvalidInput as error:
            refused = RefusedForm("take-in", _values(form), error)
            return await order_page(request, order_id, orders, points, refused)

    @post("/orders/{order_id:int}/returns/{request_id:int}/refuse", status_code=200)
    async def refuse(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        request_id: FromPath[int],
        returns: NamedDependency[Returns],
        data: URLEncodedBody[ReasonForm],
    ) -> Response[Any]:
        answer = data.reason.strip()

        async def work() -> Result:
            done = await returns.refuse(order_id, request_id, answer)
            if done:
                await _record(request, REFUSE, order_id, reason=answer)
            return _result(order_id, REFUSED if done else CLOSED, done)

        values = {"form_key": data.form_key, "reason": answer, "order_id": order_id}
        return await once(request, "orders", f"refuse-return/{request_id}", values, work)


TAKEN = N_("The return of order %(number)s is taken in, and its points are refunded.")
REFUSED = N_("The return of order %(number)s is refused; the customer sees why.")
CLOSED = N_("The return of order %(number)s was already answered.")


async def _record(request: AnyRequest, action: str, order_id: int, **more: Any) -> None:
    await StaffLogRepository().record(
        current(request).user.id, action, subject_of(order_id), **more
    )


async def _once(
    request: AnyRequest, name: str, form: Any, order_id: int, work: Any
) -> Response[Any]:
    values = {**_values(form), "order_id": order_id, "form_key": form.get("form_key", "")}
    return await once(request, "orders", name, values, work)


def _values(form: Any) -> dict[str, list[str]]:
    return {key: form.getall(key) for key in sorted(set(form)) if key != "_csrf_token"}


def _result(order_id: int, message: str, done: bool = True, points: int = 0) -> Result:
    values = {"number": order_number(order_id), "points": points}
    return Result(f"/staff/orders/{order_id}", [Sentence(message, values, good=done)])


def _refused(error: Exception) -> InvalidInput:
    messages: dict[type[Exception], str] = {
        NotCancellable: N_("This order is being packed or was handed over. Undo that first."),
        NothingLeft: N_("The order has fewer of them left. Nothing was changed."),
        NotReturnable: N_(
            "It was not sent yet, the time for returns is over, or it is a code that was shown."
        ),
    }
    return InvalidInput(FieldError("quantity", messages[type(error)]))


def _chosen(form: Any) -> list[Returned]:
    """The items of the form of which at least one is chosen. Products whose number is in `restock`
    go back into stock. Raises InvalidInput."""
    items = chosen_items(form)
    restock = {submitted_number(text, "restock") for text in form.getall("restock", [])}
    return [
        Returned(item.product_id, item.quantity, item.quantity if item.product_id in restock else 0)
        for item in items
    ]


def _reason(form: Any) -> str:
    reason = str(form.get("reason", "")).replace("\x00", "").strip()
    if not 1 <= len(reason) <= MAX_REASON:
        message = N_("Please give a reason of up to %(max)s characters.")
        raise InvalidInput(FieldError("reason", message, {"max": MAX_REASON}))
    return reason
