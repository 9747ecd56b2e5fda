"""주문 생성 및 결제: the second diagram in JSON, and a user's orders."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Response, Template

from shop.limits.service import ORDERS_BY_USER, RateLimiter
from shop.orders.key import KeyHeader, idempotency_key
from shop.orders.message import OrderOut
from shop.orders.repository import PlacedOrder
from shop.orders.service import OrderService, Wish
from shop.paging import DEFAULT_LIMIT, Page
from shop.products.service import Item
from shop.users.identity import signed_in_only
from shop.users.service import UserService
from shop.web.languages import language_of
from shop.web.openapi import refusals, refusals_of_write
from shop.web.pages import go_to, is_htmx, page
from shop.web.query import Cursor, Limit, ways_on
from shop.web.request import AnyRequest, ShopRequest


class ItemIn(msgspec.Struct):
    """`quantity` items of a product, 1 to 99."""

    product_id: int
    quantity: int


class OrderIn(msgspec.Struct):
    """1 to 50 products. With `expected_total`, in points, a changed price is refused, not paid."""

    items: list[ItemIn]
    expected_total: int | None = None


PLACED_HEADERS = [
    ResponseHeader(
        "Location", documentation_only=True, description="The order's own address.", required=True
    ),
    ResponseHeader(
        "Idempotency-Replayed",
        documentation_only=True,
        description="`true` where an earlier request with this key has placed the order.",
    ),
]


class OrderController(Controller):
    path = "/orders"
    tags = ["Orders"]
    guards = [signed_in_only]

    @post(
        summary="Order and pay",
        responses=refusals_of_write(400, 404, 409, 422, 429),
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
        wish = Wish(items, data.expected_total)
        placed = await orders.place(user, wish, idempotency_key(request))
        headers = {"location": f"/api/v1/orders/{placed.order.id}"}
        if placed.replayed:
            headers["idempotency-replayed"] = "true"
        shown = OrderOut.of(placed.order, placed.delivered, language_of(request))
        return Response(shown, status_code=201, headers=headers)

    @get(summary="My orders, the newest first", responses=refusals(400))
    async def mine(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[OrderOut]:
        user = users.authenticated(request.user)
        return await _shown(request, orders, await orders.of_user(user, cursor, limit))

    @get("/{order_id:int}", summary="One of my orders", responses=refusals(400, 404))
    async def one(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> OrderOut:
        user = users.authenticated(request.user)
        return await order_out(request, orders, await orders.one(user, order_id))

    @post(
        "/{order_id:int}/cancel",
        status_code=200,
        summary="Cancel an order: points and stock go back",
        responses=refusals_of_write(400, 404, 409),
    )
    async def cancel(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> OrderOut:
        user = users.authenticated(request.user)
        return await order_out(request, orders, await orders.cancel(user, order_id))


class OrderPageController(Controller):
    path = "/orders"
    include_in_schema = False

    @get()
    async def mine(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        cursor: Cursor = None,
    ) -> Template:
        user = users.authenticated(request.user)
        found = await _shown(request, orders, await orders.of_user(user, cursor, DEFAULT_LIMIT))
        shown: dict[str, Any] = {
            "orders": found.items,
            **ways_on(request, found.next_cursor),
        }
        return await page(request, "orders/index.html", **shown)

    @get("/{order_id:int}")
    async def receipt(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> Template:
        user = users.authenticated(request.user)
        order = await order_out(request, orders, await orders.one(user, order_id))
        return await page(request, "orders/show.html", **_shown_one(order))

    @get("/{order_id:int}/delivery")
    async def delivery(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> Response[Any]:
        """Whether it was sent meanwhile: the receipt asks while it waits."""
        user = users.authenticated(request.user)
        order = await order_out(request, orders, await orders.one(user, order_id))
        if not is_htmx(request):
            return go_to(request, f"/orders/{order_id}")
        return await page(request, "orders/_progress_answer.html", **_shown_one(order))

    @post("/{order_id:int}/cancel", status_code=200)
    async def cancel(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> Response[Any]:
        user = users.authenticated(request.user)
        await orders.cancel(user, order_id)
        return go_to(request, f"/orders/{order_id}", notice="order-cancelled")


async def order_out(request: AnyRequest, orders: OrderService, order: PlacedOrder) -> OrderOut:
    return OrderOut.of(order, await orders.delivered(order), language_of(request))


def _shown_one(order: OrderOut) -> dict[str, Any]:
    """An order that waits for the partner is asked after less and less often, in seconds: at first
    every 2, after a few minutes every 30."""
    waited = datetime.now(UTC) - order.created_at
    return {"order": order, "look_again_in": min(max(waited // timedelta(seconds=8), 2), 30)}


async def _shown(
    request: AnyRequest, orders: OrderService, found: Page[PlacedOrder]
) -> Page[OrderOut]:
    delivered = await orders.delivered_of(found.items)
    language = language_of(request)
    items = [OrderOut.of(order, order.subject in delivered, language) for order in found.items]
    return Page(items, found.next_cursor)
