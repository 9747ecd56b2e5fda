"""What is asked of shops of every size: each list at its beginning and far down, and the rest.

Lists are asked for as JSON and by users: what the shop may keep ready, pages of guests and lists on
pages of users, would hide what the database does.
"""

import random
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

import msgspec

from bench import pages
from bench.client import Connection, Turn
from bench.fill import Scale
from bench.pages import Visit, session, visiting
from bench.scenarios import liking, ordering

LIST = "/api/v1/products"
PAGE = 24
DEEP = 999 * PAGE
"""Products before the thousandth page."""
LISTS = (
    {"sort": "newest"},
    {"sort": "price_asc"},
    {"sort": "price_desc"},
    {"sort": "likes"},
    {"category": "kitchen"},
    {"category": "kitchen", "sort": "likes"},
)
USERS = 100
"""Whose sessions are used in turn."""


async def requests(connection: Connection, scale: Scale) -> AsyncIterator[tuple[str, Turn]]:
    """Each request with its name; the connection serves to find out where far down is."""
    yield "catalogue, guest", visiting(pages.catalogue(scale))
    for filters in LISTS:
        name = ", ".join(filters.values())
        yield f"{name}: first page", visiting(_signed_in(scale, LIST, filters, words='"stock"'))
        cursor = await deep_cursor(connection, filters)
        deep = filters | {"cursor": cursor}
        yield f"{name}: page 1,000", visiting(_signed_in(scale, LIST, deep, words='"stock"'))
    for name, turn in _others(scale):
        yield name, turn


def _others(scale: Scale) -> Iterator[tuple[str, Turn]]:
    yield "product page", visiting(_as_users(scale, pages.product_page(scale)))
    yield "search, two words", visiting([_short(visit) for visit in pages.search(scale)])
    yield "my likes", visiting(_signed_in(scale, "/likes", {}))
    yield "my orders", visiting(_signed_in(scale, "/orders", {}, words="/orders/"))
    yield "like and unlike", liking(scale.writer(0), 1, scale.products)
    yield "order", ordering(scale.writer(1), 1, scale.products)


async def deep_cursor(connection: Connection, filters: dict[str, str]) -> str:
    """Of the thousandth page of this list; of its last whole one where there are not so many."""
    cursor, passed, limit = "", 0, 100
    while passed < DEEP:
        limit = min(100, DEEP - passed)
        asked = filters | {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        answer = await connection.ask("GET", f"{LIST}?{urlencode(asked)}")
        following = msgspec.json.decode(answer.body)["next_cursor"]
        if following is None:
            break
        cursor, passed = following, passed + limit
    return cursor


def _signed_in(
    scale: Scale, path: str, query: dict[str, str], words: str = "/products/"
) -> list[Visit]:
    address = f"{path}?{urlencode(query)}" if query else path
    return _as_users(scale, [Visit(address, words)] * USERS)


def _as_users(scale: Scale, visits: list[Visit]) -> list[Visit]:
    """The same visits, by users drawn at random."""
    chance = random.Random(scale.users)
    return [visit._replace(cookie=session(chance.randint(1, scale.users))) for visit in visits]


def _short(visit: Visit) -> Visit:
    """The small shop finds three products or so; more would only be more to write down."""
    return visit._replace(path=f"{visit.path}&limit=2")
