"""The pages for cancelling some items of an order, and for asking to return some."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from shop.errors import InvalidInput, ShopError
from shop.numbers import submitted_number
from shop.orders.change_errors import (
    NotCancellable,
    NothingLeft,
    NotReturnable,
    RefundChanged,
    ReturnOpen,
)
from shop.orders.errors import KeyReused
from shop.orders.form import chosen_items, key_in
from shop.orders.order import PlacedOrder
from shop.orders.returns import Returns
from shop.orders.service import OrderService
from shop.users.form_page import form_page
from shop.users.kept import KEEPS_INPUT, show_first
from shop.users.service import UserService
from shop.web.forms import urlencoded_form
from shop.web.pages import redirect
from shop.web.request import ShopRequest

SHOWN = (InvalidInput, KeyReused, NothingLeft, RefundChanged, ReturnOpen)
"""Refusals that the form shows."""
EMPTY = FormMultiDict()


class OrderChangePages(Controller):
    path = "/orders/{order_id:int}"
    include_in_schema = False

    @get("/cancel-items")
    async def choose_cancelled(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> Response[Any]:
        order = await orders.one(users.authenticated(request.user), order_id)
        if not await orders.is_cancellable(order):
            raise NotCancellable
        return await _page(request, order, "cancel-items", _remaining(order))

    @post("/cancel-items", status_code=200, opt=KEEPS_INPUT)
    async def cancel_items(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> Response[Any]:
        user, form = users.authenticated(request.user), await urlencoded_form(request)
        try:
            show_first(request)
            refunded = submitted_number(form.get("refunded", ""), "refunded")
            order = await orders.cancel(user, order_id, chosen_items(form), refunded)
        except SHOWN as error:
            order = await orders.one(user, order_id)
            return await _page(request, order, "cancel-items", _remaining(order), error, form)
        notice = "order-cancelled" if order.status == "cancelled" else "items-cancelled"
        return redirect(request, f"/orders/{order_id}", notice)

    @get("/return-request")
    async def choose_returned(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        returns: NamedDependency[Returns],
        order_id: FromPath[int],
    ) -> Response[Any]:
        order = await orders.one(users.authenticated(request.user), order_id)
        left = await returns.returnable(order)
        if not left:
            raise NotReturnable
        return await _page(request, order, "return-request", left)

    @post("/return-request", status_code=200, opt=KEEPS_INPUT)
    async def ask(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        returns: NamedDependency[Returns],
        order_id: FromPath[int],
    ) -> Response[Any]:
        user, form = users.authenticated(request.user), await urlencoded_form(request)
        reason, key = str(form.get("reason", "")), key_in(form)
        try:
            show_first(request)
            await returns.ask(user, order_id, chosen_items(form), reason, key)
        except SHOWN as error:
            order = await orders.one(user, order_id)
            left = await returns.returnable(order)
            kept = None if isinstance(error, KeyReused) else key
            return await _page(request, order, "return-request", left, error, form, kept)
        return redirect(request, f"/orders/{order_id}", "return-asked")


async def _page(
    request: ShopRequest,
    order: PlacedOrder,
    action: str,
    left: Mapping[int, int],
    error: ShopError | None = None,
    form: FormMultiDict = EMPTY,
    key: str | None = None,
) -> Response[Any]:
    """`left`: how many items of each product can be chosen. `form`: as submitted. Without a `key`,
    it gets a new one."""
    return await form_page(
        request,
        "orders/items.html",
        error,
        order=order,
        action=action,
        left=left,
        chosen=dict(zip(form.getall("product_id", []), form.getall("quantity", []), strict=False)),
        reason=form.get("reason", ""),
        key=key,
    )


def _remaining(order: PlacedOrder) -> dict[int, int]:
    return {line.product_id: line.remaining for line in order.lines if line.remaining}
