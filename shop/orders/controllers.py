"""주문 생성 및 결제: the second diagram in JSON, and a user's orders."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from shop.addresses.schemas import RecipientIn
from shop.limits.service import ORDERS_BY_USER, RateLimiter
from shop.orders.key import KeyHeader, idempotency_key
from shop.orders.order import PlacedOrder
from shop.orders.request import OrderRequest
from shop.orders.schemas import OrderOut
from shop.orders.service import OrderService
from shop.paging import DEFAULT_LIMIT, Page
from shop.products.service import Item
from shop.schema import NextCursor, about
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.i18n import language_of
from shop.web.openapi import SIGNED_IN, SIGNED_IN_WRITE, refusals, refusals_of_write
from shop.web.pagination import Cursor, Limit
from shop.web.request import AnyRequest, ShopRequest
from shop.web.strict import RequestBody


class ItemIn(RequestBody):
    """Some of one product."""

    product_id: Annotated[int, about("The product's number.", 2)]
    quantity: Annotated[int, about("Items, 1 to 99.", 2)]


class OrderIn(RequestBody):
    """What to buy."""

    items: Annotated[list[ItemIn], about("1 to 50 products; the same product twice is summed.")]
    expected_total: Annotated[
        int | None, about("Points; if prices have changed, 409 `price-changed`.", 25_600)
    ] = None
    recipient: Annotated[
        RecipientIn | None, about("Where parcels go. Without it or an address: the default one.")
    ] = None
    address_id: Annotated[int | None, about("An address of the address book, instead.")] = None


class OrderPage(msgspec.Struct, frozen=True):
    """Some of the user's orders, the newest first."""

    items: list[OrderOut]
    next_cursor: NextCursor = None


REPLAYED = ResponseHeader(
    "Idempotency-Replayed",
    documentation_only=True,
    value="true",
    description="`true` where an earlier request with this key has done it.",
)
PLACED_HEADERS = [
    ResponseHeader(
        "Location",
        documentation_only=True,
        value="/api/v1/orders/1",  # read for its type
        description="The order's own address.",
        required=True,
    ),
    REPLAYED,
]


class OrderController(Controller):
    path = "/orders"
    tags = ["Orders"]
    guards = [signed_in_only]

    @post(
        operation_id="placeOrder",
        summary="Place an order and pay for it",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(404, 409, 422, 429),
        response_headers=PLACED_HEADERS,
    )
    async def place(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        limiter: NamedDependency[RateLimiter],
        data: JSONBody[OrderIn],
        key: KeyHeader = None,
    ) -> Response[OrderOut]:
        user = users.authenticated(request.user)
        await limiter.use(ORDERS_BY_USER, user.id)
        items = [Item(item.product_id, item.quantity) for item in data.items]
        placed = await orders.place(
            OrderRequest(
                user.id,
                items,
                data.expected_total,
                key=idempotency_key(request),
                recipient=data.recipient.recipient if data.recipient else None,
                address_id=data.address_id,
            )
        )
        headers = {"location": f"/api/v1/orders/{placed.order.id}"}
        if placed.replayed:
            headers["idempotency-replayed"] = "true"
        shown = order_out(request, orders, placed.order)
        return Response(shown, status_code=201, headers=headers)

    @get(
        operation_id="listOrders",
        summary="List orders, newest first",
        security=SIGNED_IN,
        responses=refusals(),
    )
    async def mine(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> OrderPage:
        user = users.authenticated(request.user)
        return orders_out(request, orders, await orders.of_user(user, cursor, limit))

    @get(
        "/{order_id:int}",
        operation_id="getOrder",
        summary="Get an order",
        security=SIGNED_IN,
        responses=refusals(404),
    )
    async def one(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> OrderOut:
        user = users.authenticated(request.user)
        return order_out(request, orders, await orders.one(user, order_id))

    @post(
        "/{order_id:int}/cancel",
        operation_id="cancelOrder",
        status_code=200,
        security=SIGNED_IN_WRITE,
        summary="Cancel an order and refund its points",
        responses=refusals_of_write(404, 409),
    )
    async def cancel(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> OrderOut:
        user = users.authenticated(request.user)
        return order_out(request, orders, await orders.cancel(user, order_id))


def order_out(request: AnyRequest, orders: OrderService, order: PlacedOrder) -> OrderOut:
    language, desk_code = language_of(request), orders.desk_code(order)
    return OrderOut.of(order, language, orders.carriers, desk_code)


def orders_out(request: AnyRequest, orders: OrderService, found: Page[PlacedOrder]) -> OrderPage:
    items = [order_out(request, orders, order) for order in found.items]
    return OrderPage(items, found.next_cursor)
