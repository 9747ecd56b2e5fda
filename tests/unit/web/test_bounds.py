"""What a guest can make a process keep has a bound: the list is in docs/security.md."""

import functools
import gc
import tracemalloc
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.metrics.requests import REQUESTS
from shop.web import i18n
from shop.web.cache import fragments, rendered
from shop.web.cache.key import MAX_LENGTH, cacheable_paths
from shop.web.cache.lru import MIN_ENTRY, BoundedCache, size_of
from shop.web.cache.pages import PageCache
from tests.cast import Cast, make_product
from tests.unit.web.cache_clients import Counting

MANY = 3_000
SMALL = 500_000  # bytes
OURS = {
    "_variant",
    "_choose",
    "_best",
    "_format_number",
    "_as_sign",
    "_as_letter",
    "_counts",
    "_words_of",
}
"""Caches of the shop's own by what guests send: of short entries, numbers or characters."""


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


class Short:
    """An application with nearly the same response to every request."""

    def __init__(self, app: Litestar) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"items":[],"next_cursor":null}'})


async def ask(pages: PageCache, app: Litestar, path: str, **headers: str) -> None:
    path, _, query = path.partition("?")
    given = [(b"host", b"shop.test"), *((k.encode(), v.encode()) for k, v in headers.items())]
    scope: Any = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": given,
        "state": {},
        "litestar_app": app,
    }

    async def nothing(_: Any = None) -> Any: ...

    await pages(scope, nothing, nothing)


async def state() -> str:
    return "a"


WAYS = {
    "unknown parameters": lambda n: (f"/?x={n}{'a' * 3_800}", {}),
    "searches": lambda n: (f"/api/v1/products?q={n}{'a' * 2_000}", {}),
    "products": lambda n: (f"/products/{n + 1}", {}),
    "hosts": lambda n: ("/", {"host": f"{n}.test"}),
    "languages": lambda n: ("/", {"accept-language": f"ko;q=0.{n}," + "a" * 3_000}),
    "encodings": lambda n: ("/", {"accept-encoding": f"gzip;q=0.{n}," + "a" * 3_000}),
    "cookies": lambda n: ("/", {"cookie": f"language={n}{'a' * 3_000}"}),
}


@pytest.mark.parametrize("way", WAYS)
async def test_different_requests_do_not_fill_the_memory(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, traced: None, way: str
) -> None:
    monkeypatch.setattr("shop.web.cache.pages.MAX_CACHE_BYTES", SMALL)
    pages = PageCache(Short(app), cacheable_paths(app), state, None)  # type: ignore[arg-type]  # nothing is read again
    before = tracemalloc.get_traced_memory()[0]
    for number in range(MANY):
        path, headers = WAYS[way](number)
        await ask(pages, app, path, **headers)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    assert len(pages._entries) <= SMALL // MIN_ENTRY
    assert grown < 1.5 * SMALL + 1_000 * (MAX_LENGTH + 1_000)  # the headers read last


@pytest.mark.committed
async def test_the_page_cache_counts_what_its_entries_take(app: Litestar, traced: None) -> None:
    """SQL and headers that pages share are in memory once."""
    products = [await make_product(f"벼루 {number}") for number in range(150)]
    pages = PageCache(Counting(app), cacheable_paths(app), state, None)  # type: ignore[arg-type]
    for product in products[:20]:  # with what is made once
        await ask(pages, app, f"/products/{product}")
    gc.collect()
    before, size = tracemalloc.get_traced_memory()[0], pages._entries.size
    for product in products[20:]:
        await ask(pages, app, f"/products/{product}")
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    assert len(pages) == 150
    assert all(entry.reads for entry in pages._entries.values())
    assert 0.7 < (pages._entries.size - size) / grown < 1.4


def test_a_cache_counts_the_size_of_its_entries(traced: None) -> None:
    cache: BoundedCache[Any] = BoundedCache(2_000_000)
    before = tracemalloc.get_traced_memory()[0]
    for number in range(MANY):
        key = ("a" * 10, f"{number}" * 300, (number, None))
        cache.put(key, {"headers": [(b"x" * 30, b"%d" % number)], "body": bytes(700)})
    grown = tracemalloc.get_traced_memory()[0] - before
    assert 0 < len(cache) < MANY
    assert cache.size <= 2_000_000
    assert 0.5 < cache.size / grown < 1.5


def test_a_cache_has_a_bound_of_entries_and_of_each_entry() -> None:
    cache: BoundedCache[int] = BoundedCache(10 * MIN_ENTRY)
    for number in range(100):
        cache.put(number, number)
    assert len(cache) == 10
    assert [cache.get(number) for number in (89, 90, 99)] == [None, 90, 99]
    cache.put("large", "a" * 20 * MIN_ENTRY)  # type: ignore[arg-type]
    assert cache.get("large") is None
    assert len(cache) == 10


@pytest.mark.parametrize("caching", [fragments, rendered])
def test_the_caches_of_html_are_bounded_in_bytes(caching: ModuleType) -> None:
    assert isinstance(caching._cache, BoundedCache)
    assert caching._cache._entries.maxsize == caching.MAX_BYTES
    assert 4 * fragments.MAX_LENGTH + size_of("") < caching.MAX_BYTES


def caches() -> dict[str, int]:
    """The number of entries of each function's cache, beyond the hundred that are allowed."""
    found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    large = [one for one in found if (one.cache_info().maxsize or 10_000) > 128]
    return {f"{one.__module__}.{one.__name__}": one.cache_info().currsize for one in large}


async def test_no_library_caches_input_of_guests(guest: httpx.AsyncClient, cast: Cast) -> None:
    """Litestar's default is 1,024 entries of any size."""

    async def send(number: int) -> None:
        mark = f"mark-{number}"
        await guest.get("/", params={"q": mark}, headers={"cookie": f"language={mark}"})
        await guest.get(f"/{mark}")
        await guest.get(f"/products/{number + 1}")
        await guest.post("/login", data={"username": mark, "password": mark})
        await guest.post("/cart/items", data={"product_id": "1", "quantity": mark})

    await send(0)
    before = caches()
    for number in range(1, 21):
        await send(number)
    grown = {name for name, size in caches().items() if size - before.get(name, 0) >= 20}
    assert {name for name in grown if name.rpartition(".")[2] not in OURS} == set()


def test_a_long_number_is_not_cached() -> None:
    kept = i18n._format_number.cache_info().currsize
    for number in range(50):
        assert i18n.format_number("ko", 10**100 + number).startswith("10,000")
    assert i18n._format_number.cache_info().currsize == kept


async def test_metrics_have_no_series_for_each_address_or_method(guest: httpx.AsyncClient) -> None:
    await guest.request("BREW0", "/nowhere-0")
    before = len(next(iter(REQUESTS.collect())).samples)
    for number in range(1, 30):
        await guest.request(f"BREW{number}", f"/nowhere-{number}")
    assert len(next(iter(REQUESTS.collect())).samples) == before
