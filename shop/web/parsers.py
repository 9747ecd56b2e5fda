"""Litestar's parsers without their caches.

Litestar 2.25 keeps the last 1,024 queries, cookies, forms and paths with what it parsed of them,
of any size: forms of 100 KB with a field every two bytes take gigabytes in each process.
"""

from typing import Any

from litestar import Litestar, data_extractors
from litestar._asgi.routing_trie import traversal
from litestar._kwargs import extractors
from litestar.connection import base, request
from litestar.datastructures import url

MODULES: list[Any] = [base, request, extractors, data_extractors, url, traversal]
PARSERS = (
    "parse_query_string",
    "parse_cookie_string",
    "parse_url_encoded_form_data",
    "create_query_default_dict",
    "parse_path_params",
)


def parse_without_caches(app: Litestar) -> None:
    """Removes the caches, for the whole process. Parsing takes microseconds per request."""
    for module in MODULES:
        for name in PARSERS:
            if uncached := getattr(getattr(module, name, None), "__wrapped__", None):
                setattr(module, name, uncached)
    router = app.asgi_router
    router.handle_routing = router.handle_routing.__wrapped__  # type: ignore[assignment]  # uncached
