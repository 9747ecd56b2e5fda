"""The sequence diagrams: the nine names of the two that were asked for, and the arrows of all three
in the order in which they are drawn, recorded on the real objects during real requests."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar

import shop
from shop.external.signatures import signed_headers, signing_keys
from shop.external.system import ExternalSystem
from shop.likes.controllers import LikeController
from shop.likes.repository import LikeRepository
from shop.likes.service import LikeService
from shop.orders.controllers import OrderController
from shop.orders.repository import OrderRepository
from shop.orders.step_repository import StepRepository
from shop.orders.steps import OrderSteps
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.settings import Settings
from shop.users.service import UserService
from tests.cast import Cast, make_product
from tests.unit.buying import books, bought, buy, code_of
from tests.unit.conftest import header_client
from tests.unit.orders.test_recipient import HOME

NINE = {
    LikeController,
    UserService,
    ProductService,
    LikeService,
    LikeRepository,
    OrderController,
    PointService,
    OrderRepository,
    ExternalSystem,
}
ASK_WHO = "UserService.authenticated"
TAKE, SPEND = "ProductService.take_stock", "PointService.spend"
SAVE, SEND = "OrderRepository.save", "ExternalSystem.send"
FIND, LIKE = "ProductService.get", "LikeService.like"
IS_LIKED, SAVE_LIKE = "LikeRepository.is_liked", "LikeRepository.save"

Arrows = list[str]


@pytest.fixture
def arrows(monkeypatch: pytest.MonkeyPatch) -> Arrows:
    """The calls of the diagram as they happen. Two look-ups of the user in a row are one arrow."""
    happened: Arrows = []

    def listened_to(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if happened[-1:] != [name]:
                happened.append(name)
            return real(*args, **kwargs)

        return call

    for owner, methods in (
        (UserService, ["authenticated"]),
        (ProductService, ["get", "take_stock"]),
        (PointService, ["spend"]),
        (OrderRepository, ["save"]),
        (ExternalSystem, ["send"]),
        (OrderSteps, ["receive"]),
        (StepRepository, ["add_event", "prepare", "ship", "add_shipment"]),
        (LikeService, ["like"]),
        (LikeRepository, ["is_liked", "save"]),
    ):
        for method in methods:
            real = getattr(owner, method)
            spy = listened_to(f"{owner.__name__}.{method}", real)
            static = isinstance(inspect.getattr_static(owner, method), staticmethod)
            monkeypatch.setattr(owner, method, staticmethod(spy) if static else spy)
    return happened


def test_each_of_the_nine_names_is_one_class() -> None:
    found: list[type] = []
    for module in pkgutil.walk_packages(shop.__path__, "shop."):
        members = inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
        found += [kind for _, kind in members if kind.__module__ == module.name]
    names = {kind.__name__ for kind in NINE}
    assert len(names) == 9
    assert {kind for kind in found if kind.__name__ in names} == NINE


@pytest.mark.parametrize(
    ("path", "controller"),
    [
        ("/api/v1/orders", OrderController),
        ("/api/v1/products/{product_id:int}/likes", LikeController),
    ],
)
def test_the_drawn_controllers_take_the_requests(
    app: Litestar, path: str, controller: type
) -> None:
    [route] = [route for route in app.routes if route.path == path]
    handlers = [handler.fn for handler in route.route_handlers]  # type: ignore[union-attr]
    assert controller in {type(getattr(fn, "__self__", None)) for fn in handlers}


async def test_an_order_follows_the_sequence_diagram(
    alice: httpx.AsyncClient, arrows: Arrows
) -> None:
    answer = await buy(alice, (await make_product(), 2))
    assert answer.status_code == 201
    assert arrows == [ASK_WHO, TAKE, SPEND, SAVE, SEND]


async def test_an_order_of_a_guest_stops_at_the_user(
    guest: httpx.AsyncClient, arrows: Arrows
) -> None:
    product = await make_product()
    before = await books()
    answer = await buy(guest, (product, 1))
    assert (answer.status_code, code_of(answer)) == (401, "not-signed-in")
    assert arrows == [ASK_WHO]
    assert await books() == before


async def test_an_order_of_an_unknown_user_stops_at_the_user(
    app: Litestar, cast: Cast, arrows: Arrows
) -> None:
    product = await make_product()
    before = await books()
    async with header_client(app, 999_999) as nobody:
        answer = await buy(nobody, (product, 1))
    assert answer.status_code == 401
    assert arrows == [ASK_WHO]
    assert await books() == before


async def test_an_order_short_of_stock_stops_at_the_stock(
    alice: httpx.AsyncClient, arrows: Arrows
) -> None:
    product = await make_product(stock=1)
    before = await books()
    answer = await buy(alice, (product, 2))
    assert (answer.status_code, code_of(answer)) == (409, "out-of-stock")
    assert arrows == [ASK_WHO, TAKE]
    assert await books() == before


async def test_an_order_short_of_points_stops_at_the_points(
    bob: httpx.AsyncClient, arrows: Arrows
) -> None:
    product = await make_product()
    before = await books()
    answer = await buy(bob, (product, 1))
    assert (answer.status_code, code_of(answer)) == (409, "insufficient-points")
    assert arrows == [ASK_WHO, TAKE, SPEND]
    assert await books() == before


async def test_a_like_follows_the_sequence_diagram(
    alice: httpx.AsyncClient, arrows: Arrows
) -> None:
    product = await make_product()
    answer = await alice.post(f"/api/v1/products/{product}/likes")
    assert answer.status_code == 200
    assert arrows == [ASK_WHO, FIND, LIKE, IS_LIKED, SAVE_LIKE]


async def test_a_second_like_does_nothing(alice: httpx.AsyncClient, arrows: Arrows) -> None:
    product = await make_product()
    await alice.post(f"/api/v1/products/{product}/likes")
    before = await books()
    arrows.clear()
    answer = await alice.post(f"/api/v1/products/{product}/likes")
    assert answer.status_code == 200
    assert arrows == [ASK_WHO, FIND, LIKE, IS_LIKED]
    assert await books() == before


async def test_a_like_of_a_guest_stops_at_the_user(
    guest: httpx.AsyncClient, arrows: Arrows
) -> None:
    product = await make_product()
    before = await books()
    answer = await guest.post(f"/api/v1/products/{product}/likes")
    assert answer.status_code == 401
    assert arrows == [ASK_WHO]
    assert await books() == before


async def test_a_like_of_an_unknown_product_stops_at_the_product(
    alice: httpx.AsyncClient, arrows: Arrows
) -> None:
    before = await books()
    answer = await alice.post("/api/v1/products/999999/likes")
    assert answer.status_code == 404
    assert arrows == [ASK_WHO, FIND]
    assert await books() == before


async def test_the_steps_after_an_order_follow_the_sequence_diagram(
    alice: httpx.AsyncClient, guest: httpx.AsyncClient, settings: Settings, arrows: Arrows
) -> None:
    parcel = await make_product(delivery="parcel")
    order = (await bought(alice, (parcel, 1), recipient=HOME))["id"]
    arrows.clear()
    answers = [
        await tell(guest, settings, {"type": "order.shipped", "data": parcel_of(order)}),
        await tell(guest, settings, {"type": "order.preparing", "data": {"order_id": order}}),
        await tell(guest, settings, {"type": "order.shipped", "data": parcel_of(order)}),
    ]
    assert [answer.status_code for answer in answers] == [409, 200, 200]
    receive, add = "OrderSteps.receive", "StepRepository.add_event"
    prepare, ship = "StepRepository.prepare", "StepRepository.ship"
    assert arrows == [
        *(receive, add, ship),
        *(receive, add, prepare),
        *(receive, add, ship, "StepRepository.add_shipment"),
    ]


def parcel_of(order: int) -> dict[str, Any]:
    return {"order_id": order, "carrier": "cj", "tracking_no": "601200000003"}


async def tell(
    guest: httpx.AsyncClient, settings: Settings, event: dict[str, Any]
) -> httpx.Response:
    body = json.dumps(event).encode()
    keys = signing_keys(settings.external_secret)
    headers = signed_headers(keys, f"evt_{event['type']}", body)
    return await guest.post(
        "/external/events", content=body, headers={**headers, "content-type": "application/json"}
    )
