"""Piccolo Admin inside the shop, at `/admin/`."""

from collections.abc import Sequence
from typing import Any, overload

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from piccolo_admin.endpoints import AdminRouter, create_admin
from piccolo_admin.translations.data import ENGLISH

from shop.admin.answers import EXCEPTION_HANDLERS
from shop.admin.door import Door
from shop.admin.forms import forms
from shop.admin.korean import KOREAN
from shop.admin.language import StaffForm, StaffTable
from shop.admin.late import LateApp
from shop.admin.page import dressed
from shop.admin.pictures import PictureStorage
from shop.admin.rules import WRITES
from shop.admin.screens import by_name, screens
from shop.admin.sessions import SignIn, StaffSessions
from shop.external.outbox import Outbox
from shop.limits.service import RateLimiter
from shop.orders.service import OrderService
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.settings import Settings
from shop.users.identity import IdentityMiddleware
from shop.users.service import UserService
from shop.users.tables import User


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
    """What the shop mounts: the admin, and in front of it `identity` and our own door."""
    tables = screens(PictureStorage(settings.data_dir / "media"))
    staff_forms = forms(users, products, points, orders, outbox)
    admin = LateApp(lambda: _admin(tables, users, staff_forms))
    door = Door(admin, by_name(tables), SignIn(users, limiter), settings.https)

    @asgi(
        "/admin",
        is_mount=True,
        copy_scope=True,
        middleware=[identity],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    async def staff_side(scope: Scope, receive: Receive, send: Send) -> None:
        await door(scope, receive, send)

    return [staff_side]


class AnyHost(Sequence[str]):
    """For a check of Piccolo's that wants the host's name: our door has compared them already."""

    def __contains__(self, host: object) -> bool:
        return True

    def __len__(self) -> int:
        return 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: Any) -> Any:
        raise IndexError(index)


def _admin(
    tables: list[StaffTable], users: UserService, staff_forms: list[StaffForm]
) -> AdminRouter:
    sessions: Any = StaffSessions(users)
    admin = create_admin(
        tables,
        forms=list(staff_forms),
        auth_table=User,
        session_table=sessions,
        site_name="Pointmall",
        translations=[ENGLISH, KOREAN],
        auto_include_related=False,
        allowed_hosts=AnyHost(),
        sidebar_links={"Shop": "/", "Your account": "/account"},
    )
    without_add = [name for name in by_name(tables) if "POST" not in WRITES.get(name, ())]
    admin.template = dressed(admin.template, without_add)
    return admin
