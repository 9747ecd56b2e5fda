"""The desk: a code opens an order, and its goods are handed over once."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Response, Template

from shop.limits.service import DESK_CODES_BY_STAFF, RateLimiter
from shop.orders.desk import DeskCodes
from shop.orders.errors import OrderNotFound
from shop.orders.service import OrderService
from shop.products.delivery import DESK
from shop.staff.once import Result, once
from shop.staff.order_actions import OrderActions
from shop.staff.order_forms import order_actions
from shop.staff.orders_repository import StaffOrderRepository
from shop.staff.page import staff_page
from shop.staff.rights import current, requires
from shop.users.repository import UserRepository
from shop.web.request import AnyRequest, ShopRequest

PAGE = "/staff/desk"


class DeskForm(msgspec.Struct):
    code: str
    form_key: str = ""


class DeskController(Controller):
    path = PAGE
    include_in_schema = False
    guards = [requires("orders")]
    dependencies = {"actions": Provide(order_actions)}

    @get()
    async def show(
        self,
        request: ShopRequest,
        desk_codes: NamedDependency[DeskCodes],
        limiter: NamedDependency[RateLimiter],
        orders: NamedDependency[OrderService],
        code: FromQuery[str] = "",
    ) -> Template:
        """A box for a code; with one, its order. The address is also in the QR code."""
        if not code.strip():
            return await staff_page(request, "staff/desk.html", "desk", wrong_code="")
        try:
            order_id = await _order_id(request, desk_codes, limiter, code)
        except OrderNotFound:
            return await _unknown(request, code)
        order = await orders.one(None, order_id)
        lines = await StaffOrderRepository().lines(order_id)
        return await staff_page(
            request,
            "staff/desk_order.html",
            "desk",
            order=order,
            code=code,
            customer=await UserRepository().username_of(order.user_id),
            lines=[line for line in lines if line["delivery"] == DESK and line["to_hand_over"]],
        )

    @post(status_code=200)
    async def hand_over(
        self,
        request: ShopRequest,
        desk_codes: NamedDependency[DeskCodes],
        limiter: NamedDependency[RateLimiter],
        actions: NamedDependency[OrderActions],
        data: URLEncodedBody[DeskForm],
    ) -> Response[Any]:
        try:
            order_id = await _order_id(request, desk_codes, limiter, data.code)
        except OrderNotFound:
            return await _unknown(request, data.code)

        async def work() -> Result:
            return Result(PAGE, [await actions.collect(order_id)])

        values = {"form_key": data.form_key, "order_id": order_id}
        return await once(request, "orders", "hand-over", values, work)


async def _order_id(
    request: AnyRequest, desk_codes: DeskCodes, limiter: RateLimiter, code: str
) -> int:
    """Raises OrderNotFound for a wrong code, and TooManyRequests."""
    await limiter.use(DESK_CODES_BY_STAFF, current(request).user.id)
    order_id = desk_codes.order_id(code)
    if order_id is None:
        raise OrderNotFound
    return order_id


async def _unknown(request: AnyRequest, code: str) -> Template:
    return await staff_page(request, "staff/desk.html", "desk", status=404, wrong_code=code)
