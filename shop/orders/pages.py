"""The pages of a user's orders: the list and the receipt."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
import segno
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from markupsafe import Markup

from shop.orders.controllers import order_out, orders_out
from shop.orders.order import PlacedOrder
from shop.orders.recipients import RecipientService
from shop.orders.returns import Returns
from shop.orders.schemas import OrderOut
from shop.orders.service import OrderService
from shop.paging import DEFAULT_LIMIT
from shop.staff_log.repository import StaffLogRepository
from shop.users.service import UserService
from shop.web.cookies import read_cookie
from shop.web.i18n import language_of
from shop.web.links import origin_of
from shop.web.notices import COOKIE as NOTICE
from shop.web.pages import is_htmx, page, redirect
from shop.web.pagination import Cursor, page_links
from shop.web.request import AnyRequest, ShopRequest
from shop.web.versioned import versioned_page


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
        found = await orders.of_user(user, cursor, DEFAULT_LIMIT)
        shown: dict[str, Any] = {
            "orders": orders_out(request, orders, found).items,
            "pictures": _pictures(*found.items),
            **page_links(request, found.next_cursor),
        }
        return await page(request, "orders/index.html", **shown)

    @get("/{order_id:int}")
    async def receipt(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        recipients: NamedDependency[RecipientService],
        returns: NamedDependency[Returns],
        order_id: FromPath[int],
    ) -> Template:
        user = users.authenticated(request.user)
        return await receipt_page(
            request, orders, recipients, returns, await orders.one(user, order_id)
        )

    @get("/{order_id:int}/delivery")
    async def delivery(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        order_id: FromPath[int],
    ) -> Response[Any]:
        """The progress of the order, polled by the receipt while it is open. The query parameter
        `seen` is the status that is shown."""
        user = users.authenticated(request.user)
        placed = await orders.one(user, order_id)
        order = order_out(request, orders, placed)
        if not is_htmx(request):
            return redirect(request, f"/orders/{order_id}")
        return await page(
            request,
            "orders/_progress_update.html",
            has_changed=request.query_params.get("seen") != order.status,
            **_shown_one(request, orders, order, placed),
        )

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
        return redirect(request, f"/orders/{order_id}", "order-cancelled")


async def receipt_page(
    request: AnyRequest,
    orders: OrderService,
    recipients: RecipientService,
    returns: Returns,
    placed: PlacedOrder,
    codes: Mapping[int, Sequence[str]] | None = None,
) -> Template:
    """`codes`: the codes to show now, by product."""
    order = order_out(request, orders, placed)
    is_cancelled = order.status == "cancelled"
    reason = await StaffLogRepository().cancel_reason(order.id) if is_cancelled else ""
    may = {
        "is_cancellable": await orders.is_cancellable(placed),
        "is_changeable": recipients.is_changeable(placed),
        "is_returnable": bool(await returns.returnable(placed)),
    }
    closed = placed.shipped_at or placed.closed_at
    asked = await returns.of_order(order.id) if closed else []
    shown = _shown_one(request, orders, order, placed)
    variables = {
        "is_replay": read_cookie(request, NOTICE) == "already-ordered",
        "cancel_reason": reason,
        "asked_returns": asked,
        "codes": codes or {},
        "pictures": _pictures(placed),
        **may,
        **shown,
    }
    if placed.recipient or placed.has_codes:  # not kept in memory
        return await page(request, "orders/show.html", **variables)
    version = (msgspec.json.encode((placed, reason, may, asked)), shown["poll_interval"])
    return await versioned_page(request, "orders/show.html", version, lambda: variables)


def _pictures(*placed: PlacedOrder) -> dict[int, str | None]:
    """The addresses of the pictures that the products of these orders have today."""
    return {line.product_id: line.image_url for order in placed for line in order.lines}


def _shown_one(
    request: AnyRequest, orders: OrderService, order: OrderOut, placed: PlacedOrder
) -> dict[str, Any]:
    """With `poll_interval` in seconds: 5 for a new order, rising to 300 within an hour."""
    waited = datetime.now(UTC) - order.created_at
    return {
        "order": order,
        "placed": placed,
        "poll_interval": min(max(waited // timedelta(seconds=10), 5), 300),
        "carrier_name": lambda code: orders.carriers.name(code, language_of(request)),
        "qr_code": _qr_code(f"{origin_of(request)}/staff/desk?code={order.desk_code}")
        if placed.waits_at_desk
        else "",
    }


@lru_cache(maxsize=500)
def _qr_code(text: str) -> Markup:
    """Cached, because the receipt is polled."""
    drawn = segno.make(text, micro=False).svg_inline(scale=4, light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - segno's own SVG
