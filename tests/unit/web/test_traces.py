"""Spans of requests, as a collector gets them over HTTP."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import httpx
import pytest
from aiohttp import web
from litestar import Litestar
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app import create_app
from shop.settings import Settings, SettingsError, load_settings
from tests.cast import Cast, make_product
from tests.unit.conftest import header_client

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@dataclass
class Collector:
    """It is the external system too."""

    url: str = ""
    orders_url: str = ""
    asked: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    async def receive(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        for resource in sent.resource_spans:
            self.services |= {
                a.value.string_value
                for a in resource.resource.attributes
                if a.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += scope.spans
        return web.Response()

    async def take_order(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers["traceparent"])
        return web.Response()


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    found, server = Collector(), web.Application()
    server.router.add_post("/v1/traces", found.receive)
    server.router.add_post("/orders", found.take_order)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    found.url, found.orders_url = f"{origin}/v1/traces", f"{origin}/orders"
    yield found
    await runner.cleanup()


@pytest.fixture
async def traced(settings: Settings, collector: Collector) -> AsyncIterator[Litestar]:
    urls = {"traces_url": collector.url, "external_url": collector.orders_url}
    app = create_app(replace(settings, **urls))  # type: ignore[arg-type]
    yield app
    await app.state.external.close()


async def end(app: Litestar) -> None:
    """What the shop does at its end: it sends what is left."""
    [close] = app.on_shutdown
    await close()  # type: ignore[call-arg,misc]


def attributes(span: Span) -> dict[str, object]:
    return {a.key: a.value.string_value or a.value.int_value for a in span.attributes}


async def test_a_request_is_a_span_below_that_of_the_client(
    traced: Litestar, collector: Collector, cast: Cast
) -> None:
    product = await make_product()
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    async with header_client(traced, cast.alice) as alice:
        body = {"items": [{"product_id": product, "quantity": 1}]}
        answer = await alice.post("/api/v1/orders", json=body, headers=headers)
        missing = await alice.get("/api/v1/orders/999999")
    assert (answer.status_code, missing.status_code) == (201, 404)
    assert answer.headers["x-request-id"] == TRACE
    await end(traced)
    order, other = collector.spans
    assert (order.name, order.trace_id.hex(), order.parent_span_id.hex()) == (
        "POST /api/v1/orders",
        TRACE,
        PARENT,
    )
    assert attributes(order) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/orders",
        "http.response.status_code": 201,
    }
    assert other.trace_id.hex() == missing.headers["x-request-id"] != TRACE
    assert attributes(other)["http.route"] == "/api/v1/orders/{order_id}"
    assert collector.services == {"pointmall"}
    assert collector.asked == [f"00-{TRACE}-{order.span_id.hex()}-01"]


async def test_no_span_has_a_path(traced: Litestar, collector: Collector, cast: Cast) -> None:
    transport = httpx.ASGITransport(traced, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as guest:
        await guest.get("/password/one-time-secret?next=/secret")
        await guest.get("/secret", headers={"traceparent": "not a trace"})
    await end(traced)
    assert len(collector.spans) == 2
    assert not [span for span in collector.spans if "secret" in str(span)]


async def test_a_collector_that_is_away_costs_no_request(settings: Settings, cast: Cast) -> None:
    app = create_app(replace(settings, traces_url="http://127.0.0.1:9/v1/traces"))
    async with header_client(app, cast.alice) as alice:
        assert (await alice.get("/api/v1/points")).status_code == 200
    await end(app)
    await app.state.external.close()


def test_building_the_app_starts_no_thread(settings: Settings) -> None:
    """Workers are forks of the process that builds it, and only a fork's own threads live in it."""
    before = threading.active_count()
    create_app(replace(settings, traces_url="http://127.0.0.1:9/v1/traces"))
    assert threading.active_count() == before


def test_without_the_packages_the_start_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.settings.environment.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match="SHOP_TRACES_URL: it needs the packages of"):
        load_settings({"SHOP_TRACES_URL": "http://collector:4318/v1/traces"})
