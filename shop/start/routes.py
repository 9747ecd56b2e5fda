"""Which routes the shop has, and what stands before them: guards and identity."""

import asyncio
from typing import Any

from litestar import Router
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import ControllerRouterHandler

from shop.addresses.controllers import AddressApiController
from shop.addresses.notices import NOTICES as ADDRESSES_NOTICES
from shop.addresses.pages import AddressController
from shop.cart.controllers import CartApiController
from shop.cart.notices import NOTICES as CART_NOTICES
from shop.cart.pages import CartController
from shop.catalogue.controllers import CatalogueApiController
from shop.catalogue.pages import CatalogueController
from shop.catalogue.sitemap import sitemap_router
from shop.catalogue.suggestions import SuggestionController
from shop.catalogue.viewed import ViewedController
from shop.content.controllers import ContentController
from shop.errors import ForgedRequest
from shop.likes.controllers import LikeButtonController, LikeController
from shop.likes.notices import NOTICES as LIKES_NOTICES
from shop.metrics.controllers import metrics_router
from shop.orders.change_controllers import OrderChangeController
from shop.orders.change_pages import OrderChangePages
from shop.orders.checkout import CheckoutController
from shop.orders.codes.controllers import CodeApiController, CodePageController
from shop.orders.controllers import OrderController
from shop.orders.events import receive_event
from shop.orders.notices import NOTICES as ORDERS_NOTICES
from shop.orders.pages import OrderPageController
from shop.orders.recipient_page import RecipientController
from shop.personal_data.controllers import LeavingController
from shop.points.controllers import PointsApiController, PointsController
from shop.products.notices import NOTICES as PRODUCTS_NOTICES
from shop.settings import Settings
from shop.staff.ended_session import OF_STAFF, keep_stale_form
from shop.start.dependencies import provide
from shop.start.migrate import can_sell
from shop.start.services import Shop
from shop.start.staff_routes import STAFF_PAGES
from shop.users.account import AccountController
from shop.users.code_page import CodeController
from shop.users.controllers import UserApiController
from shop.users.email_page import EmailController
from shop.users.forgotten import ForgottenController
from shop.users.kept import keep_input
from shop.users.middleware import IdentityMiddleware
from shop.users.notices import NOTICES as USERS_NOTICES
from shop.users.pages import SignInController
from shop.users.password_link_page import PasswordLinkController
from shop.users.second_factor_pages import SecondFactorController
from shop.web.csrf import refuse_forged
from shop.web.members import OPEN_TO_ALL, members_only, private_for_members
from shop.web.routes.health import health_router
from shop.web.routes.language_switch import switch_language
from shop.web.routes.media import media_router
from shop.web.routes.robots import robots_router
from shop.web.routes.theme import theme_router
from shop.web.state import Notices
from shop.web.static import StaticFiles
from shop.web.strict import PARAMETERS, refuse_inexact

PAGES: list[ControllerRouterHandler] = [
    CatalogueController,
    SuggestionController,
    ViewedController,
    LikeButtonController,
    CartController,
    CheckoutController,
    OrderPageController,
    OrderChangePages,
    CodePageController,
    RecipientController,
    PointsController,
    SignInController,
    CodeController,
    AccountController,
    LeavingController,
    AddressController,
    SecondFactorController,
    ContentController,
    PasswordLinkController,
    ForgottenController,
    EmailController,
    switch_language,
    Router("/", route_handlers=STAFF_PAGES, opt=OPEN_TO_ALL | OF_STAFF),
]
API: list[ControllerRouterHandler] = [
    CatalogueApiController,
    LikeController,
    CartApiController,
    OrderController,
    OrderChangeController,
    CodeApiController,
    PointsApiController,
    AddressApiController,
    UserApiController,
]
NOTICES: Notices = {
    **USERS_NOTICES,
    **PRODUCTS_NOTICES,
    **LIKES_NOTICES,
    **CART_NOTICES,
    **ORDERS_NOTICES,
    **ADDRESSES_NOTICES,
}


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """All guards in one: Litestar copies the handler for each guard, at each request."""
    await keep_input(connection, handler)
    await members_only(connection, handler)
    try:
        await refuse_forged(connection, handler)
    except ForgedRequest:
        await keep_stale_form(connection, handler)
        raise


def pages_router(shop: Shop, identity: IdentityMiddleware) -> Router:
    return Router(
        "/",
        route_handlers=PAGES,
        guards=[admit],
        middleware=[identity],
        dependencies={"catalogue": provide(shop.catalogue_of_pages)},
    )


def api_router(identity: IdentityMiddleware) -> Router:
    return Router(
        "/api/v1",
        route_handlers=API,
        guards=[admit],
        middleware=[identity],
        before_request=refuse_inexact,
        parameters=PARAMETERS,
    )


def public_routes(
    settings: Settings, static: StaticFiles, shop: Shop, stopping: asyncio.Event
) -> list[ControllerRouterHandler]:
    """Routes that identify no user."""
    return [
        receive_event,
        health_router(can_sell, stopping),
        metrics_router(settings.metrics_from),
        static.router(),
        robots_router(static),
        theme_router(shop.pictures.read),
    ]


def members_router(shop: Shop, identity: IdentityMiddleware) -> Router:
    """Public, or if the site is for members only, for signed-in users."""
    return Router(
        "/",
        route_handlers=[sitemap_router(), media_router(shop.pictures.read)],
        guards=[members_only],
        middleware=[identity],
        after_request=private_for_members,
    )


def docs_router(identity: IdentityMiddleware) -> Router:
    return Router(
        "/docs",
        route_handlers=[],
        guards=[members_only],
        middleware=[identity],
        include_in_schema=False,
    )
