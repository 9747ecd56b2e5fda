"""The page of one order, as it is and with a form that was refused."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from litestar.response import Template

from shop.errors import InvalidInput
from shop.orders.codes.sold_repository import SoldCodeRepository
from shop.orders.return_repository import ReturnRepository
from shop.orders.service import OrderService
from shop.points.service import PointService
from shop.staff.order_actions import HANDED_OVER
from shop.staff.orders_repository import StaffOrderRepository
from shop.staff.page import staff_page
from shop.staff.recipients import see_recipients
from shop.staff_log.repository import StaffLogRepository
from shop.users.repository import UserRepository
from shop.web.problems import problem_context
from shop.web.request import AnyRequest


class RefusedForm(NamedTuple):
    """A form of the page, by the name that the template has for it, and its values."""

    name: str
    sent: Mapping[str, Sequence[str]]
    error: InvalidInput


async def order_page(
    request: AnyRequest,
    order_id: int,
    orders: OrderService,
    points: PointService,
    refused: RefusedForm | None = None,
) -> Template:
    """Who sees the order's recipient is written in the log. The form that was refused is open and
    has its values. Raises OrderNotFound."""
    order = await orders.one(None, order_id)
    repository, log = StaffOrderRepository(), StaffLogRepository()
    if order.recipient:
        await see_recipients(request, [order_id])
    return await staff_page(
        request,
        "staff/order.html",
        "orders",
        status=400 if refused else 200,
        order=order,
        carriers=orders.carriers,
        returns=await ReturnRepository().of_order(order_id),
        lines=await repository.lines(order_id),
        codes=await SoldCodeRepository().of_order(order_id) if order.has_codes else [],
        customer=await UserRepository().username_of(order.user_id),
        balance=await points.balance(order.user_id),
        messages=await repository.messages(order_id),
        entries=await repository.entries(order_id),
        actions=await log.of_subjects(order.subject),
        can_take_back=await log.happened_within_a_day(HANDED_OVER, order.subject),
        **_of_form(request, refused),
    )


def _of_form(request: AnyRequest, refused: RefusedForm | None) -> dict[str, Any]:
    if refused is None:
        return {"refused": "", "sent": {}, **problem_context(request, None)}
    return {
        "refused": refused.name,
        "sent": refused.sent,
        **problem_context(request, refused.error),
    }
