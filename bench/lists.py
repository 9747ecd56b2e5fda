"""The requests of `make bench-growth`: each list at page 1 and page 1,000, and other pages.

Lists are requested as JSON by signed-in users, because the caches for pages and lists would hide
the database.
"""

import random
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

import msgspec

from bench import pages
from bench.client import Connection, Scenario
from bench.fill import Scale
from bench.pages import PageRequest, random_get, session_cookie
from bench.scenarios import like_and_unlike, place_order

LIST = "/api/v1/products"
PAGE = 24
DEEP_OFFSET = 999 * PAGE
"""Products before page 1,000."""
LISTS = (
    {"sort": "newest"},
    {"sort": "price_asc"},
    {"sort": "price_desc"},
    {"sort": "likes"},
    {"category": "kitchen"},
    {"category": "kitchen", "sort": "likes"},
)
USERS = 100
"""Number of users who send the requests."""


async def scenarios(connection: Connection, scale: Scale) -> AsyncIterator[tuple[str, Scenario]]:
    """Named scenarios. `connection` is used to find the cursors of page 1,000."""
    yield "catalogue, guest", random_get(pages.catalogue(scale))
    for filters in LISTS:
        name = ", ".join(filters.values())
        yield f"{name}: first page", random_get(_signed_in(scale, LIST, filters, text='"stock"'))
        cursor = await deep_cursor(connection, filters)
        deep = filters | {"cursor": cursor}
        yield f"{name}: page 1,000", random_get(_signed_in(scale, LIST, deep, text='"stock"'))
    for name, scenario in _others(scale):
        yield name, scenario


def _others(scale: Scale) -> Iterator[tuple[str, Scenario]]:
    yield "product page", random_get(_as_users(scale, pages.product_page(scale)))
    yield (
        "search, two words",
        random_get([_two_results(request) for request in pages.search(scale)]),
    )
    yield "my likes", random_get(_signed_in(scale, "/likes", {}))
    yield "my orders", random_get(_signed_in(scale, "/orders", {}, text="/orders/"))
    yield "like and unlike", like_and_unlike(scale.writer(0), 1, scale.products)
    yield "order", place_order(scale.writer(1), 1, scale.products)


async def deep_cursor(connection: Connection, filters: dict[str, str]) -> str:
    """The cursor of page 1,000 of this list, or of its last full page if it is shorter."""
    cursor, passed, limit = "", 0, 100
    while passed < DEEP_OFFSET:
        limit = min(100, DEEP_OFFSET - passed)
        query = filters | {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        response = await connection.request("GET", f"{LIST}?{urlencode(query)}")
        following = msgspec.json.decode(response.body)["next_cursor"]
        if following is None:
            break
        cursor, passed = following, passed + limit
    return cursor


def _signed_in(
    scale: Scale, path: str, query: dict[str, str], text: str = "/products/"
) -> list[PageRequest]:
    url = f"{path}?{urlencode(query)}" if query else path
    return _as_users(scale, [PageRequest(url, text)] * USERS)


def _as_users(scale: Scale, requests: list[PageRequest]) -> list[PageRequest]:
    """The same requests by random users."""
    chance = random.Random(scale.users)
    return [
        request._replace(cookie=session_cookie(chance.randint(1, scale.users)))
        for request in requests
    ]


def _two_results(request: PageRequest) -> PageRequest:
    """The small shop finds about three products; a longer response would only measure encoding."""
    return request._replace(path=f"{request.path}&limit=2")
