"""`GET /metrics`, for a Prometheus on one of `SHOP_METRICS_FROM` only."""

import os

from litestar import Router, get
from litestar.exceptions import NotFoundException
from litestar.response import Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from shop.errors import Unavailable
from shop.metrics.business import business_metrics
from shop.web.client_address import Networks, client_address
from shop.web.request import AnyRequest
from shop.web.state import state_of


def metrics_router(networks: Networks) -> Router:
    @get("/metrics", include_in_schema=False)
    async def metrics(request: AnyRequest) -> Response[bytes]:
        """404 for the public. What a proxy sends on is the public, unless the proxy is ours."""
        proxies = state_of(request.app).settings.trusted_proxies
        if not client_address(request.scope, proxies).is_in(networks):
            raise NotFoundException
        text = generate_latest(_registry()) + (await _books()).encode()
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})

    return Router("/", route_handlers=[metrics])


def _registry() -> CollectorRegistry:
    """Of this process, or of all workers together where they share a folder for it."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


async def _books() -> str:
    try:
        return await business_metrics()
    except Unavailable:
        return "# the database does not answer\n"
