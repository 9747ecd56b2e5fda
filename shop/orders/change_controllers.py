"""Cancelling some items of an order, and asking to return some, in JSON."""

from datetime import datetime
from typing import Annotated, Literal, cast

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from shop.orders.controllers import REPLAYED, ItemIn, order_out
from shop.orders.key import KeyHeader, idempotency_key
from shop.orders.return_repository import AskedReturn
from shop.orders.returns import Returns
from shop.orders.schemas import OrderOut, RefundItemOut
from shop.orders.service import OrderService
from shop.products.service import Item
from shop.schema import about
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.openapi import SIGNED_IN_WRITE, refusals_of_write
from shop.web.request import ShopRequest
from shop.web.strict import RequestBody


class CancelItemsIn(RequestBody):
    """What to cancel."""

    items: Annotated[list[ItemIn], about("Items to cancel, at least one of each product.")]
    expected_refunded: Annotated[
        int | None,
        about("Points refunded so far; if more were, 409 `order-changed`. Makes a retry safe.", 0),
    ] = None


class ReturnIn(RequestBody):
    """What to send back."""

    items: Annotated[list[ItemIn], about("Items to return, at least one of each product.")]
    reason: Annotated[str, about("For the shop's staff, up to 200 characters.")] = ""


class ReturnOut(msgspec.Struct):
    """A request to return items. Points come back when staff have taken them in."""

    id: int
    order_id: Annotated[int, about("The order's id.", 1)]
    status: Literal["asked", "taken", "refused"]
    items: list[RefundItemOut]
    reason: str
    asked_at: datetime

    @classmethod
    def of(cls, asked: AskedReturn) -> "ReturnOut":
        items = [RefundItemOut(item.product_id, item.quantity) for item in asked.items]
        status = cast("Literal['asked', 'taken', 'refused']", asked.status)
        return cls(asked.id, asked.order_id, status, items, asked.reason, asked.asked_at)


class OrderChangeController(Controller):
    path = "/orders/{order_id:int}"
    tags = ["Orders"]
    guards = [signed_in_only]

    @post(
        "/cancel-items",
        operation_id="cancelItems",
        status_code=200,
        security=SIGNED_IN_WRITE,
        summary="Cancel some items of an order: their points and stock go back",
        responses=refusals_of_write(404, 409),
    )
    async def cancel_items(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
        data: JSONBody[CancelItemsIn],
    ) -> OrderOut:
        user = users.authenticated(request.user)
        order = await orders.cancel(user, order_id, _items(data.items), data.expected_refunded)
        return order_out(request, orders, order)

    @post(
        "/return-request",
        operation_id="requestReturn",
        status_code=201,
        security=SIGNED_IN_WRITE,
        summary="Ask to return items of an order that was sent or picked up",
        responses=refusals_of_write(404, 409, 422),
        response_headers=[REPLAYED],
    )
    async def return_request(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        returns: NamedDependency[Returns],
        order_id: FromPath[int],
        data: JSONBody[ReturnIn],
        key: KeyHeader = None,
    ) -> Response[ReturnOut]:
        user, sent = users.authenticated(request.user), idempotency_key(request)
        asked = await returns.ask(user, order_id, _items(data.items), data.reason, sent)
        headers = {"idempotency-replayed": "true"} if sent and asked.replayed else {}
        return Response(ReturnOut.of(asked.request), status_code=201, headers=headers)


def _items(items: list[ItemIn]) -> list[Item]:
    return [Item(item.product_id, item.quantity) for item in items]
