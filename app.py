"""The only place where everything meets: settings, rooms, pages, the admin, and their order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp, ControllerRouterHandler

from shop.addresses.controllers import AddressApiController
from shop.addresses.notices import NOTICES as ADDRESSES_NOTICES
from shop.addresses.pages import AddressController
from shop.addresses.repository import AddressRepository
from shop.addresses.service import AddressService
from shop.admin.gate.mount import admin_handlers
from shop.background import every
from shop.cart.controllers import CartApiController
from shop.cart.notices import NOTICES as CART_NOTICES
from shop.cart.pages import CartController
from shop.cart.pending import ADD_TO_CART, pending_cart_item
from shop.cart.repository import CartRepository
from shop.cart.service import CartService
from shop.catalogue.controllers import CatalogueApiController, CatalogueController
from shop.catalogue.repository import FEW, ShelfRepository
from shop.catalogue.service import CatalogueService
from shop.catalogue.sitemap import sitemap_router
from shop.database import DB
from shop.external.outbox import Outbox
from shop.external.relay import Relay
from shop.external.repository import OutboxRepository
from shop.external.system import ExternalSystem
from shop.identity import SignedInUser
from shop.likes.controllers import LikeButtonController, LikeController
from shop.likes.notices import NOTICES as LIKES_NOTICES
from shop.likes.pending import LIKE, pending_like
from shop.likes.repository import LikeRepository
from shop.likes.service import LikeService
from shop.limits.service import RateLimiter
from shop.logs import configure_logging
from shop.masthead.repository import MastheadRepository
from shop.metrics.controllers import metrics_router
from shop.metrics.requests import counting
from shop.orders.checkout import CheckoutController
from shop.orders.controllers import OrderController, OrderPageController
from shop.orders.key_repository import KeyRepository
from shop.orders.notices import NOTICES as ORDERS_NOTICES
from shop.orders.recipient_page import RecipientController
from shop.orders.repository import OrderRepository
from shop.orders.service import OrderService, RecipientRules
from shop.points.controllers import PointsApiController, PointsController
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.products.notices import NOTICES as PRODUCTS_NOTICES
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.repeated import RepeatedQueries
from shop.settings import Settings, load_settings_or_exit
from shop.staff.batches import BatchRunner, BatchService
from shop.staff.grant_many import GrantManyController
from shop.staff.messages import StaffMessageController
from shop.staff.open_accounts import OpenAccountsController
from shop.staff.orders import StaffOrderController
from shop.staff.people import PeopleController
from shop.staff.points import StaffPointsController
from shop.staff.reports import StaffReportController
from shop.staff.settings import SettingsController
from shop.staff.stock import StaffStockController
from shop.staff.today import StaffTodayController
from shop.start.commands import ShopCommands
from shop.start.migrate import can_sell
from shop.users.account import AccountController
from shop.users.accounts import Accounts
from shop.users.code_page import CodeController
from shop.users.controllers import SignInController, UserApiController
from shop.users.middleware import IdentityMiddleware
from shop.users.notices import NOTICES as USERS_NOTICES
from shop.users.password_link_page import PasswordLinkController
from shop.users.password_links import PasswordLinks
from shop.users.repository import UserRepository
from shop.users.second_factor import SecondFactorService
from shop.users.second_factor_pages import SecondFactorController
from shop.users.second_factor_repository import SecondFactorRepository
from shop.users.secret_box import SecretBox
from shop.users.service import UserService
from shop.users.session_repository import Idle, SessionRepository
from shop.users.sessions import SessionService
from shop.web.bodies import timing_bodies
from shop.web.cache.key import cacheable_paths
from shop.web.cache.pages import PageCache
from shop.web.compression import compressing
from shop.web.csrf import refuse_forged
from shop.web.head import answering_head
from shop.web.hosts import only_known_hosts
from shop.web.notices import Notices
from shop.web.openapi import StrictStructs, openapi_config
from shop.web.options import answer_options
from shop.web.pages import Counters, template_config
from shop.web.parsers import parse_without_caches
from shop.web.pending import resume
from shop.web.problems import EXCEPTION_HANDLERS
from shop.web.request_id import with_request_id
from shop.web.routes.docs import DocsPage
from shop.web.routes.health import health_router
from shop.web.routes.language_switch import switch_language
from shop.web.routes.media import media_router
from shop.web.routes.not_found import missing
from shop.web.routes.robots import robots_router
from shop.web.sealed import sealed
from shop.web.security_headers import add_security_headers
from shop.web.signing import Signer
from shop.web.static import StaticFiles
from shop.web.strict import PARAMETERS, refuse_inexact
from shop.web.warm_up import begin_warm_up

HERE = Path(__file__).parent
SWEEP = 600  # seconds between clean-ups
LARGEST_REQUEST = 100_000  # bytes; the admin's uploads have a limit of their own

PAGES: list[ControllerRouterHandler] = [
    CatalogueController,
    LikeButtonController,
    CartController,
    CheckoutController,
    OrderPageController,
    RecipientController,
    PointsController,
    SignInController,
    CodeController,
    AccountController,
    AddressController,
    SecondFactorController,
    StaffTodayController,
    StaffOrderController,
    StaffMessageController,
    StaffReportController,
    StaffPointsController,
    StaffStockController,
    GrantManyController,
    PeopleController,
    OpenAccountsController,
    SettingsController,
    PasswordLinkController,
    switch_language,
    missing,
]
API: list[ControllerRouterHandler] = [
    CatalogueApiController,
    LikeController,
    CartApiController,
    OrderController,
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


class Shop:
    """The services, each given what it works with."""

    def __init__(self, settings: Settings) -> None:
        self.log_format = settings.log_format
        self.points = PointService(PointRepository(), settings.welcome_points)
        users = UserRepository()
        self.accounts = Accounts(users, self.points.welcome)
        self.users = UserService(
            users, _sessions(settings), self.accounts, named_by=settings.user_id
        )
        self.password_links = PasswordLinks(self.users, Signer(settings.secret))
        self.factors = SecondFactorService(SecondFactorRepository(), SecretBox(settings.secret))
        self.limiter = RateLimiter(enabled=settings.rate_limits)
        self.products = ProductService(ProductRepository())
        self.addresses = AddressService(AddressRepository())
        self.likes = LikeService(LikeRepository())
        self.catalogue = CatalogueService(ShelfRepository())
        self.catalogue_of_pages = CatalogueService(ShelfRepository(max_stock=FEW + 1))
        self.cart = CartService(CartRepository(), self.products)
        self.pending_actions = {
            LIKE: pending_like(self.products, self.likes),
            ADD_TO_CART: pending_cart_item(self.cart),
        }
        self.batches = BatchService(self.points)
        self.masthead = MastheadRepository()
        self.external = ExternalSystem(
            settings.external_url or "", settings.external_secret, settings.external_timeout
        )
        self.outbox = Outbox(OutboxRepository(), self.external)
        self.orders = OrderService(
            self.products,
            self.points,
            OrderRepository(),
            KeyRepository(),
            self.cart,
            self.addresses,
            self.outbox,
            RecipientRules(settings.external_recipient, settings.keep_recipient_days),
        )

    def dependencies(self) -> dict[str, Provide]:
        """What a handler's parameter of that name is given."""
        services: dict[str, Any] = {
            "users": self.users,
            "factors": self.factors,
            "links": self.password_links,
            "accounts": self.accounts,
            "products": self.products,
            "likes": self.likes,
            "catalogue": self.catalogue,
            "points": self.points,
            "batches": self.batches,
            "cart": self.cart,
            "orders": self.orders,
            "outbox": self.outbox,
            "addresses": self.addresses,
            "limiter": self.limiter,
            "resume": partial(resume, self.pending_actions),
        }
        return {name: _provide(service) for name, service in services.items()}

    def staff_side(self, settings: Settings, script: str) -> ASGIApp:
        # Here, because this import brings FastAPI along: more than half of a start's time.
        from shop.admin.app import staff_side  # noqa: PLC0415 - see above

        return staff_side(
            settings,
            script,
            self.limiter,
            self.users,
            self.factors,
            self.products,
            self.points,
            self.orders,
            self.outbox,
        )

    async def counters_of(self, user: SignedInUser) -> Counters:
        return await self.masthead.counters(user.id)

    async def sweep(self) -> None:
        """Forgets what has run out: sessions, idempotency keys, used-up limits, drafts."""
        await self.users.sessions.sweep()
        await self.orders.sweep_keys()
        await self.orders.erase_recipients()
        await self.limiter.sweep()
        await self.batches.sweep()

    @asynccontextmanager
    async def running(self, _: Litestar) -> AsyncIterator[None]:
        """The pool and the background tasks, for as long as the app lives."""
        configure_logging(self.log_format)
        relay, batches = Relay(self.outbox).running(), BatchRunner(self.batches).running()
        async with DB.connected(), relay, batches, every(SWEEP, self.sweep):
            yield
        await self.external.close()


def _sessions(settings: Settings) -> SessionService:
    idle = Idle(
        of_shoppers=timedelta(hours=settings.session_idle_hours),
        of_staff=timedelta(hours=settings.staff_session_idle_hours),
    )
    lasts = timedelta(days=settings.session_days)
    return SessionService(SessionRepository(), lasts, idle, demo=settings.demo)


def _provide(service: Any) -> Provide:
    return Provide(lambda: service, sync_to_thread=False, use_cache=True)


def create_app(settings: Settings | None = None) -> Litestar:
    """The whole shop as one ASGI application."""
    settings = settings or load_settings_or_exit()
    shop, stopping = Shop(settings), asyncio.Event()
    static = StaticFiles(HERE / "static")
    staff_side = partial(shop.staff_side, settings, static.url("js/admin.js"))
    identity = IdentityMiddleware(shop.users, settings)
    app = Litestar(
        route_handlers=[
            Router(
                "/",
                route_handlers=PAGES,
                guards=[refuse_forged],
                middleware=[identity],
                dependencies={"catalogue": _provide(shop.catalogue_of_pages)},
            ),
            Router(
                "/api/v1",
                route_handlers=API,
                guards=[refuse_forged],
                middleware=[identity],
                before_request=refuse_inexact,
                parameters=PARAMETERS,
            ),
            *admin_handlers(identity, staff_side),
            health_router(can_sell, stopping),
            metrics_router(settings.metrics_from),
            static.router(),
            robots_router(static),
            sitemap_router(),
            media_router(settings.data_dir / "media"),
        ],
        dependencies=shop.dependencies(),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[shop.running],
        on_startup=[partial(begin_warm_up, static)],
        before_request=answer_options,
        before_send=[add_security_headers],
        template_config=template_config(str(HERE / "templates"), static),
        plugins=[ShopCommands(), StrictStructs()],
        logging_config=None,  # see shop/logs.py; Litestar's own has a thread
        state=State(
            {
                "settings": settings,
                "signer": Signer(settings.secret),
                "notices": NOTICES,
                "counters_of": shop.counters_of,
                "external": shop.external,
                "stopping": stopping,
            }
        ),
        openapi_config=openapi_config(
            Router("/docs", route_handlers=[], middleware=[identity], include_in_schema=False),
            [DocsPage(), JsonRenderPlugin()],
        ),
        request_max_body_size=LARGEST_REQUEST,
    )
    parse_without_caches(app)
    pages = PageCache(
        compressing(app.asgi_handler),
        cacheable_paths(app),
        DB.snapshot_id,
        RepeatedQueries(DB.fetch),
    )
    handler = counting(answering_head(only_known_hosts(pages, settings.hosts)))
    app.asgi_handler = sealed(with_request_id(timing_bodies(handler, stopping)))
    return app
