"""A buyer sees the codes of an order: in JSON, and on the receipt."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from shop.orders.codes.sold import SoldCodes
from shop.orders.pages import receipt_page
from shop.orders.recipients import RecipientService
from shop.orders.returns import Returns
from shop.orders.service import OrderService
from shop.schema import about
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.openapi import SIGNED_IN_WRITE, refusals_of_write
from shop.web.pages import redirect
from shop.web.request import ShopRequest

NOT_KEPT = {"cache-control": "private, no-store"}


class CodesOut(msgspec.Struct):
    """The codes of one line of an order."""

    codes: Annotated[list[str], about("As many as were bought.", ["ABCD-1234"])]


class CodeApiController(Controller):
    path = "/orders/{order_id:int}/lines/{product_id:int}"
    tags = ["Orders"]
    guards = [signed_in_only]

    @post(
        "/reveal",
        operation_id="revealCodes",
        status_code=200,
        security=SIGNED_IN_WRITE,
        summary="Show the codes of a line; then the order can no longer be cancelled",
        responses=refusals_of_write(404, 409),
    )
    async def reveal(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        sold_codes: NamedDependency[SoldCodes],
        order_id: FromPath[int],
        product_id: FromPath[int],
    ) -> Response[CodesOut]:
        user = users.authenticated(request.user)
        codes = await sold_codes.reveal(user, order_id, product_id)
        return Response(CodesOut(codes), headers=NOT_KEPT)


class CodePageController(Controller):
    path = "/orders/{order_id:int}/lines/{product_id:int}/reveal"
    include_in_schema = False

    @get()
    async def back(self, request: ShopRequest, order_id: FromPath[int]) -> Response[Any]:
        """After signing in, or for a reload by address: codes are shown by a button only."""
        return redirect(request, f"/orders/{order_id}")

    @post(status_code=200)
    async def reveal(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        recipients: NamedDependency[RecipientService],
        returns: NamedDependency[Returns],
        sold_codes: NamedDependency[SoldCodes],
        order_id: FromPath[int],
        product_id: FromPath[int],
    ) -> Response[Any]:
        """The receipt with the codes of this line; they are in no later answer."""
        user = users.authenticated(request.user)
        codes = await sold_codes.reveal(user, order_id, product_id)
        order = await orders.one(user, order_id)
        return await receipt_page(request, orders, recipients, returns, order, {product_id: codes})
