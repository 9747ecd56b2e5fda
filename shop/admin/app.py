"""The staff's side of the shop: Piccolo Admin with our tables and forms, behind our own door."""

import logging
from typing import Any

from litestar.types import ASGIApp
from piccolo_admin.endpoints import AdminRouter, create_admin
from piccolo_admin.translations.data import ENGLISH
from starlette.formparsers import MultiPartParser

from shop.admin.form_keys import FormKeys
from shop.admin.forms import forms
from shop.admin.gate.body import LARGEST_UPLOAD
from shop.admin.gate.middleware import AdminGate
from shop.admin.gate.page import customised
from shop.admin.gate.rights import RightsOf
from shop.admin.gate.rules import WRITES
from shop.admin.i18n import StaffForm, StaffTable
from shop.admin.korean import KOREAN
from shop.admin.sign_in import SignIn, StaffSessions
from shop.admin.table_configs import by_name, table_configs
from shop.errors import N_
from shop.external.outbox import Outbox
from shop.limits.service import RateLimiter
from shop.orders.service import OrderService
from shop.orders.steps import OrderSteps
from shop.pictures.service import PictureService
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.settings import Settings
from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService
from shop.users.tables import User
from shop.web.signing import Signer

LINKS = {
    N_("Staff pages"): "/staff/",
    N_("Orders to hand over"): "/staff/orders?status=paid",
    N_("Low stock"): "/staff/stock?show=low",
    N_("Messages given up"): "/staff/messages?state=given-up",
    N_("Products in and out"): "/staff/products/import",
    N_("Shop"): "/",
    N_("Your account"): "/account",
}
"""Of the side bar; translated for each reader by the gate."""

# They log errors with their trace, also expected ones; ours are logged where they are answered.
NOISY_LOGGERS = ("piccolo_admin.endpoints", "piccolo_api.crud.exceptions")


def staff_side(
    settings: Settings,
    script: str,
    limiter: RateLimiter,
    users: UserService,
    factors: SecondFactorService,
    products: ProductService,
    pictures: PictureService,
    points: PointService,
    orders: OrderService,
    steps: OrderSteps,
    outbox: Outbox,
    rights_of: RightsOf,
) -> ASGIApp:
    """The admin. `script` is the address of the shop's own script for its page."""
    keys = FormKeys(Signer(settings.secret))
    tables = table_configs(pictures, keys)
    # Any: what ASGI is has one type in Starlette and another in Litestar.
    staff_forms = forms(users, products, points, orders, steps, outbox, keys)
    admin: Any = _admin(tables, users, staff_forms, script)
    return AdminGate(admin, by_name(tables), SignIn(users, factors, limiter), rights_of, settings)


def _admin(
    tables: list[StaffTable], users: UserService, staff_forms: list[StaffForm], script: str
) -> AdminRouter:
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Uploads stay in memory: FastAPI answers 400 if the temporary folder is full.
    MultiPartParser.spool_max_size = LARGEST_UPLOAD
    sessions: Any = StaffSessions(users)
    admin = create_admin(
        tables,
        forms=list(staff_forms),
        auth_table=User,
        session_table=sessions,
        translations=[ENGLISH, KOREAN],
        auto_include_related=False,
        sidebar_links=LINKS,
    )
    admin.user_middleware.clear()  # Piccolo's check for forged writes; the door's is stricter
    without_add = [name for name in by_name(tables) if "POST" not in WRITES.get(name, ())]
    admin.template = customised(admin.template, without_add, script)
    return admin
