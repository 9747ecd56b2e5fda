"""The staff's side of the shop: Piccolo Admin with our tables and forms, behind our own door."""

import logging
from typing import Any

from litestar.types import ASGIApp
from piccolo_admin.endpoints import AdminRouter, create_admin
from piccolo_admin.translations.data import ENGLISH

from shop.admin.form_keys import FormKeys
from shop.admin.forms import forms
from shop.admin.gate.middleware import AdminGate
from shop.admin.gate.page import customised
from shop.admin.gate.rules import WRITES
from shop.admin.i18n import StaffForm, StaffTable
from shop.admin.korean import KOREAN
from shop.admin.pictures import PictureStorage
from shop.admin.sign_in import SignIn, StaffSessions
from shop.admin.table_configs import by_name, table_configs
from shop.external.outbox import Outbox
from shop.limits.service import RateLimiter
from shop.orders.service import OrderService
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.settings import Settings
from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService
from shop.users.tables import User
from shop.web.signing import Signer

# They log errors with their trace, also expected ones; ours are logged where they are answered.
NOISY_LOGGERS = ("piccolo_admin.endpoints", "piccolo_api.crud.exceptions")


def staff_side(
    settings: Settings,
    script: str,
    limiter: RateLimiter,
    users: UserService,
    factors: SecondFactorService,
    products: ProductService,
    points: PointService,
    orders: OrderService,
    outbox: Outbox,
) -> ASGIApp:
    """The admin. `script` is the address of the shop's own script for its page."""
    keys = FormKeys(Signer(settings.secret))
    tables = table_configs(PictureStorage(settings.data_dir / "media"), keys)
    # Any: what ASGI is has one type in Starlette and another in Litestar.
    staff_forms = forms(users, products, points, orders, outbox, keys)
    admin: Any = _admin(tables, users, staff_forms, script)
    return AdminGate(admin, by_name(tables), SignIn(users, factors, limiter), settings)


def _admin(
    tables: list[StaffTable], users: UserService, staff_forms: list[StaffForm], script: str
) -> AdminRouter:
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    sessions: Any = StaffSessions(users)
    admin = create_admin(
        tables,
        forms=list(staff_forms),
        auth_table=User,
        session_table=sessions,
        site_name="Pointmall",
        translations=[ENGLISH, KOREAN],
        auto_include_related=False,
        sidebar_links={"Shop": "/", "Your account": "/account"},
    )
    admin.user_middleware.clear()  # Piccolo's check for forged writes; the door's is stricter
    without_add = [name for name in by_name(tables) if "POST" not in WRITES.get(name, ())]
    admin.template = customised(admin.template, without_add, script)
    return admin
