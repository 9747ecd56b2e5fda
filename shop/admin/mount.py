"""Piccolo Admin inside the shop, at `/admin/`."""

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from shop.admin.answers import EXCEPTION_HANDLERS
from shop.admin.late import LateApp
from shop.external.outbox import Outbox
from shop.limits.service import RateLimiter
from shop.orders.service import OrderService
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.settings import Settings
from shop.users.identity import IdentityMiddleware
from shop.users.service import UserService


def admin_handlers(
    settings: Settings,
    identity: IdentityMiddleware,
    limiter: RateLimiter,
    users: UserService,
    products: ProductService,
    points: PointService,
    orders: OrderService,
    outbox: Outbox,
) -> list[ASGIRouteHandler]:
    """What the shop mounts: the admin behind its door, and in front of them `identity`."""

    def make() -> ASGIApp:
        # Here, because this import brings FastAPI along: more than half of a start's time.
        from shop.admin.staff_side import staff_side  # noqa: PLC0415 - see above

        return staff_side(settings, limiter, users, products, points, orders, outbox)

    admin = LateApp(make)

    @asgi(
        "/admin",
        is_mount=True,
        copy_scope=True,
        middleware=[identity],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        await admin(scope, receive, send)

    return [mounted]
