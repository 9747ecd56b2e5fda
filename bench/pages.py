"""Page requests as browsers send them, with a check of each response."""

import gzip
import random
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote_plus

import brotli

from bench.catalogue import CATEGORIES, product, searches
from bench.client import Check, Connection, Response, Scenario, connect
from bench.fill import Scale

BROWSER = (
    "Accept: text/html\r\nAccept-Language: ko\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
)
CSRF_FIELD = "_csrf_token"
SORTS = ("newest", "likes", "price_asc", "price_desc")
DECODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"": bytes,
    b"br": brotli.decompress,
    b"gzip": gzip.decompress,
}


class PageRequest(NamedTuple):
    """A GET, and a text that its response contains. Without a cookie: by a guest."""

    path: str
    text: str
    cookie: str = ""

    @property
    def headers(self) -> str:
        return BROWSER + (f"Cookie: {self.cookie}\r\n" if self.cookie else "")

    @property
    def check(self) -> Check:
        text = self.text.encode()
        return lambda response: response.status == 200 and text in decode_body(response)


def decode_body(response: Response) -> bytes:
    return DECODERS[response.header(b"content-encoding")](response.body)


def session_cookie(user_id: int) -> str:
    """The cookie of a session that `bench.fill` has created."""
    return f"id=bench-{user_id}"


def catalogue(_: Scale) -> list[PageRequest]:
    return [PageRequest("/", 'href="/products/')]


def catalogue_signed_in(scale: Scale) -> list[PageRequest]:
    """By 100 users with likes; their pages contain forms with a CSRF token."""
    return _by_users(scale, "/", CSRF_FIELD)


def lists_signed_in(scale: Scale) -> list[PageRequest]:
    """Of each category in each order, by 100 users: more pages than a process caches."""
    paths = [f"/?category={one.slug}&sort={sort}" for one in CATEGORIES for sort in SORTS]
    return [request for path in paths for request in _by_users(scale, path, CSRF_FIELD)]


def product_page_signed_in(scale: Scale) -> list[PageRequest]:
    """Each of 100 users reads the page of another product."""
    users, products = _sample_ids(scale.users, 100), _sample_ids(scale.products, 100)
    return [
        PageRequest(f"/products/{id_}", CSRF_FIELD, session_cookie(user))
        for user, id_ in zip(users, products, strict=True)
    ]


def list_json(scale: Scale) -> list[PageRequest]:
    return _by_users(scale, "/api/v1/products", "next_cursor")


def product_json(scale: Scale) -> list[PageRequest]:
    requests = product_page_signed_in(scale)
    return [
        request._replace(path=f"/api/v1{request.path}", text='"like_count"') for request in requests
    ]


def cart(scale: Scale) -> list[PageRequest]:
    return _by_users(scale, "/cart", CSRF_FIELD)


def checkout(scale: Scale) -> list[PageRequest]:
    """Of the cart, as after its redirect to an address with a key."""
    return _by_users(scale, "/checkout?source=cart&key=bench", CSRF_FIELD)


def receipt(scale: Scale) -> list[PageRequest]:
    """Of one of their first orders."""
    users = _sample_ids(scale.users, 100)
    return [PageRequest(f"/orders/{user}", CSRF_FIELD, session_cookie(user)) for user in users]


def _by_users(scale: Scale, path: str, text: str) -> list[PageRequest]:
    users = _sample_ids(scale.users, 100)
    return [PageRequest(path, text, session_cookie(user)) for user in users]


def product_page(scale: Scale) -> list[PageRequest]:
    """Of up to 10,000 products."""
    ids = _sample_ids(scale.products, 10_000)
    return [PageRequest(f"/products/{id_}", product(id_)[2]) for id_ in ids]


def search(scale: Scale) -> list[PageRequest]:
    """By users, because searches of guests are cached."""
    return [
        PageRequest(
            f"/api/v1/products?q={quote_plus(text)}",
            text.split()[1],
            session_cookie(1 + number % scale.users),
        )
        for number, text in enumerate(searches())
    ]


def _sample_ids(last: int, count: int) -> list[int]:
    """Up to `count` random ids from 1 to `last`."""
    return random.Random(last).sample(range(1, last + 1), min(last, count))


def random_get(requests: list[PageRequest]) -> Scenario:
    """Sends one of the requests at random."""
    rng = random.Random(len(requests))

    async def scenario(connection: Connection) -> None:
        request = rng.choice(requests)
        await connection.request("GET", request.path, request.headers, check=request.check)

    return scenario


class Sample(NamedTuple):
    """Responses to some requests: the first, and the smallest and largest size in bytes."""

    first: Response
    smallest: int
    largest: int


async def take_sample(port: int, requests: list[PageRequest], count: int = 50) -> Sample:
    """Sends the first `count` requests and checks the responses. Raises UnexpectedResponse."""
    async with connect(port) as connection:
        responses = [
            await connection.request("GET", request.path, request.headers, check=request.check)
            for request in requests[:count]
        ]
    sizes = [len(response.body) for response in responses]
    return Sample(responses[0], min(sizes), max(sizes))
