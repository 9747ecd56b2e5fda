"""The shop as one ASGI application: its routes, its state, and the layers around them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from litestar import Litestar
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp, ExceptionHandlersMap

from shop.admin.gate.mount import admin_handlers
from shop.cart.guest import GuestCarts
from shop.database import DB
from shop.metrics.process import ProcessMetrics
from shop.metrics.requests import counting
from shop.repeated import RepeatedQueries
from shop.settings import Settings, load_settings_or_exit
from shop.staff.ended_session import SessionEnded, keep_form
from shop.start.admin import staff_side
from shop.start.background_work import running
from shop.start.commands import ShopCommands
from shop.start.dependencies import dependencies
from shop.start.routes import (
    NOTICES,
    api_router,
    docs_router,
    members_router,
    pages_router,
    public_routes,
)
from shop.start.services import Shop
from shop.users.kept import FormKept
from shop.users.middleware import IdentityMiddleware
from shop.users.sign_in_page import keep_form as keep_form_of_shopper
from shop.web.application import Application
from shop.web.bodies import Stopping, timing_bodies
from shop.web.cache.key import cacheable_paths
from shop.web.cache.pages import PageCache
from shop.web.compression import compressing
from shop.web.dependencies import provide_in_turn
from shop.web.error_responses import EXCEPTION_HANDLERS
from shop.web.head import answering_head
from shop.web.hosts import only_known_hosts
from shop.web.openapi import StrictStructs, openapi_config
from shop.web.options import answer_options
from shop.web.parsers import parse_without_caches
from shop.web.request_id import with_request_id
from shop.web.routes.docs import DocsPage
from shop.web.routes.not_found import answering_for_reader
from shop.web.sealed import sealed
from shop.web.security_headers import add_security_headers
from shop.web.signing import Signer
from shop.web.state import ShopState
from shop.web.static import StaticFiles
from shop.web.templates import template_config
from shop.web.viewed import remembering_products
from shop.web.warm_up import begin_warm_up

if TYPE_CHECKING:
    from shop.web.traces import Traces

HERE = Path(__file__).parent
LARGEST_REQUEST = 100_000  # bytes; the admin's uploads have a limit of their own


def create_app(settings: Settings | None = None) -> Litestar:
    """The whole shop as one ASGI application."""
    settings = settings or load_settings_or_exit()
    shop, stopping, static = Shop(settings), Stopping(), StaticFiles(HERE / "static")
    identity = IdentityMiddleware(shop.users, settings)
    state = ShopState(
        settings, Signer(settings.secret), NOTICES, shop.counters_of, GuestCarts(), stopping
    )
    state.external = shop.external
    traces = _traces(settings.traces_url)
    app = Application(
        route_handlers=[
            pages_router(shop, identity),
            api_router(identity),
            *admin_handlers(identity, partial(staff_side, shop, static.url("js/admin.js"))),
            *public_routes(settings, static, shop, stopping),
            members_router(shop, identity),
        ],
        dependencies=dependencies(shop),
        exception_handlers=_exception_handlers(identity),
        lifespan=[partial(running, shop)],
        on_startup=[partial(begin_warm_up, static)],
        on_shutdown=[traces.close] if traces else [],
        before_request=answer_options,
        before_send=[add_security_headers],
        template_config=template_config(str(HERE / "templates"), static),
        plugins=[ShopCommands(), StrictStructs()],
        logging_config=None,  # see shop/logs.py; Litestar's own has a thread
        state=state,
        openapi_config=openapi_config(docs_router(identity), [DocsPage(), JsonRenderPlugin()]),
        request_max_body_size=LARGEST_REQUEST,
    )
    parse_without_caches(app)
    provide_in_turn(app)
    handler = _in_front_of(app, shop, stopping)
    app.asgi_handler = traces.around(handler) if traces else handler
    return app


def _exception_handlers(identity: IdentityMiddleware) -> ExceptionHandlersMap:
    for_reader = answering_for_reader(identity.identify)
    return {
        **EXCEPTION_HANDLERS,
        NotFoundException: for_reader,
        MethodNotAllowedException: for_reader,
        SessionEnded: keep_form,
        FormKept: keep_form_of_shopper,
    }


def _traces(url: str | None) -> "Traces | None":
    if url is None:
        return None
    from shop.web.traces import Traces  # noqa: PLC0415 - its packages are an extra

    return Traces(url)


def _in_front_of(app: Litestar, shop: Shop, stopping: Stopping) -> ASGIApp:
    """The app behind its ASGI layers. A request meets the last of them first."""
    pages = PageCache(
        compressing(app.asgi_handler),
        cacheable_paths(app),
        DB.snapshot_id,
        RepeatedQueries(DB.fetch),
    )
    shop.measured = ProcessMetrics(pages, shop.orders.queue).sampled
    remembering = remembering_products(pages, shop.settings)
    handler = counting(answering_head(only_known_hosts(remembering, shop.settings.hosts)))
    return sealed(with_request_id(timing_bodies(handler, stopping)))
