"""The page cache: one rendering for all guests, the same in every process, and no private page."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from shop.catalogue.listing import LIST_PARAMETERS
from shop.database import DB
from shop.errors import Unavailable
from shop.products.tables import Category, Stock
from shop.web.cache.key import MAX_LENGTH, Key, Paths, cacheable_paths, key_of
from shop.web.cache.lru import MIN_ENTRY
from shop.web.cache.snapshots import SnapshotWatcher
from shop.web.i18n import PARAMETER, format_number
from tests.cast import Cast, SignedIn, edit_product, make_product
from tests.unit.conftest import header_client
from tests.unit.web.cache_clients import Counting, client

pytestmark = pytest.mark.committed

Pages = list[httpx.AsyncClient]


@pytest.fixture
async def processes(shop: Counting, cast: Cast) -> AsyncIterator[Pages]:
    """Two page caches before one shop, as in two workers or two nodes."""
    async with client(shop) as one, client(shop) as other:
        yield [one, other]


@pytest.mark.parametrize("path", ["/", "/products/{}", "/api/v1/products", "/api/v1/products/{}"])
async def test_a_page_is_rendered_once(processes: Pages, shop: Counting, path: str) -> None:
    path = path.format(await make_product("벼루", price=7_000))
    own = {"X-Request-Id": "same"}
    first = await processes[0].get(path, headers=own)
    again = await processes[0].get(path, headers=own)
    assert shop.asked == 1
    assert again.status_code == 200
    assert (again.text, dict(again.headers)) == (first.text, dict(first.headers))


@pytest.mark.parametrize("name", ["language", "__Host-language"])
async def test_a_chosen_language_is_served_from_the_cache(
    processes: Pages, shop: Counting, name: str
) -> None:
    headers = {"cookie": f"{name}=en"}
    pages = [await processes[0].get("/", headers=headers) for _ in range(2)]
    assert shop.asked == 1
    assert [page.headers["content-language"] for page in pages] == ["en", "en"]


async def test_concurrent_requests_share_one_snapshot_query(
    processes: Pages, shop: Counting
) -> None:
    await make_product("벼루")
    answers = await asyncio.gather(*(processes[0].get("/") for _ in range(20)))
    assert shop.asked == 1
    assert {answer.status_code for answer in answers} == {200}


async def change_price(product: int) -> str:
    await edit_product(product, price=123_456)
    return format_number("ko", 123_456)


async def sell_out(product: int) -> str:
    await Stock.update({Stock.quantity: 0}).where(Stock.product == product)
    return "품절"


async def rename_category(product: int) -> str:
    await Category.update({Category.name: "새 이름"}).where(Category.id > 0)
    return "새 이름"


@pytest.mark.parametrize("change", [change_price, sell_out, rename_category])
async def test_a_change_is_seen_by_every_process(processes: Pages, change: Any) -> None:
    product = await make_product("벼루", price=7_000)
    addresses = ["/", f"/products/{product}"]
    before = [[(await one.get(path)).text for path in addresses] for one in processes]
    seen = await change(product)
    after = [[(await one.get(path)).text for path in addresses] for one in processes]
    assert [text for texts in before for text in texts if seen in text] == []
    assert [text for texts in after for text in texts if seen not in text] == []


async def test_a_new_product_and_a_withdrawn_one(processes: Pages) -> None:
    old = await make_product("벼루")
    for one in processes:
        assert "벼루" in (await one.get("/")).text
    await make_product("화선지")
    await edit_product(old, active=False)
    for one in processes:
        text = (await one.get("/")).text
        assert "화선지" in text
        assert "벼루" not in text
        assert (await one.get(f"/products/{old}")).status_code == 404


async def test_uncommitted_writes_are_not_seen(processes: Pages, cast: Cast) -> None:
    product = await make_product("벼루", price=7_000)
    path = f"/api/v1/products/{product}"
    connection = await DB.get_new_connection()
    change = connection.transaction()
    await change.start()
    await connection.execute("UPDATE products SET price = 9000 WHERE id = $1", product)
    assert (await processes[0].get(path)).json()["price"] == 7_000
    await change.commit()
    await connection.close()
    assert (await processes[0].get(path)).json()["price"] == 9_000


async def test_language_encoding_and_url_are_part_of_the_key(
    processes: Pages, shop: Counting
) -> None:
    await make_product("벼루", name_en="Inkstone")
    korean = await processes[0].get("/", headers={"accept-language": "ko"})
    english = await processes[0].get("/", headers={"accept-language": "en"})
    switched = await processes[0].get("/", headers={"cookie": "language=en"})
    named = await processes[0].get("/?lang=en")
    assert "벼루" in korean.text
    assert [answer for answer in (english, switched, named) if "Inkstone" not in answer.text] == []
    plain = await processes[0].get("/", headers={"accept-encoding": "identity"})
    small = await processes[0].get("/", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    other = await processes[0].get("/", headers={"host": "other.test"})
    assert "http://shop.test/" not in other.text


@pytest.mark.parametrize("path", ["/", "/products/{}", "/api/v1/products/{}"])
async def test_private_pages_are_not_cached_and_not_served_from_the_cache(
    processes: Pages, app: Litestar, cast: Cast, shop: Counting, path: str
) -> None:
    path = path.format(product := await make_product("벼루"))
    async with header_client(app, cast.alice) as alice:
        await alice.post(f"/api/v1/products/{product}/likes")
    hers = await processes[0].get(path, headers={"x-user-id": str(cast.alice)})
    guests = await processes[0].get(path)
    again = await processes[0].get(path, headers={"x-user-id": str(cast.alice)})
    assert "100,000" in hers.text or '"liked":true' in hers.text
    assert "100,000" not in guests.text
    assert '"liked":true' not in guests.text
    assert again.text.count("100,000") == hers.text.count("100,000")
    assert shop.asked == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "id=anything"},
        {"cookie": "notice=signed-out"},
        {"cookie": "language=ko; pending=x"},
        {"x-user-id": "1"},
        {"hx-request": "true"},
    ],
)
async def test_requests_with_credentials_bypass_the_cache(
    processes: Pages, shop: Counting, headers: dict[str, str]
) -> None:
    for _ in range(2):
        await processes[0].get("/", headers=headers)
    assert shop.asked == 2


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("cookie", "id=anything", "language=ko"),
        ("host", "other.test", "shop.test"),
        ("accept-language", "en", "ko"),
        ("accept-encoding", "gzip", "identity"),
    ],
)
async def test_repeated_headers_bypass_the_cache(
    processes: Pages, shop: Counting, name: str, first: str, last: str
) -> None:
    """The shop uses one of the two, and a cache in front of it might use the other."""
    request = processes[0].build_request("GET", "/")
    request.headers = httpx.Headers([(name, first), (name, last)])
    for _ in range(2):
        await processes[0].send(request)
    assert shop.asked == 2


async def test_a_session_cookie_beside_others_bypasses_the_cache(
    processes: Pages, browser: SignedIn
) -> None:
    request = processes[0].build_request("GET", "/")
    cookies = [("cookie", f"id={browser.cookies['id']}"), ("cookie", "language=ko")]
    request.headers = httpx.Headers([*request.headers.items(), *cookies])
    assert "100,000" in (await processes[0].send(request)).text
    assert "100,000" not in (await processes[0].get("/", headers={"cookie": "language=ko"})).text


@pytest.mark.parametrize(
    "path",
    [
        "/products/404",
        "/?cursor=broken",
        "/?q=1&q=2",
        "/login",
        "/api/v1/likes",
        "/api/v1/products?unknown=1",
        f"/?from={'a' * MAX_LENGTH}",
    ],
    ids=lambda path: path[:26],
)
async def test_these_responses_are_not_cached(processes: Pages, shop: Counting, path: str) -> None:
    first = await processes[0].get(path)
    again = await processes[0].get(path)
    assert shop.asked == 2
    assert "etag" not in first.headers
    assert again.status_code == first.status_code


@pytest.mark.parametrize("path", ["/", "/products/{}"])
async def test_unread_parameters_are_not_part_of_the_key(
    processes: Pages, shop: Counting, path: str
) -> None:
    for _ in range(3):
        path = path.format(await make_product())
    plain = await processes[0].get(path)
    for query in ("utm_source=a", "fbclid=b&utm_source=<b>", "page=2", "q%5B%5D=x"):
        assert (await processes[0].get(f"{path}?{query}")).text == plain.text
    assert shop.asked == 1


async def test_the_order_and_spelling_of_parameters_are_not_part_of_the_key(
    processes: Pages, shop: Counting
) -> None:
    for query in (
        "sort=likes&category=desk",
        "category=desk&sort=likes",
        "category=d%65sk&sort=likes",
    ):
        await processes[0].get(f"/?{query}")
    assert shop.asked == 1


async def test_links_of_a_list_omit_unread_parameters(
    guest: httpx.AsyncClient, alice: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await make_product("벼루")
    for one in (guest, alice):
        page = (await one.get("/?utm_source=letter&limit=1&sort=likes&lang=en")).text
        assert "utm_source" not in page.partition("<main")[2].partition("</main>")[0]
        assert "limit=1&amp;sort=likes&amp;" in page.replace("lang=en&amp;", "")


def test_the_key_has_the_parameters_of_the_handlers(app: Litestar) -> None:
    """A new parameter of a handler would be dropped from guests' requests."""
    for path, example in [
        ("/", "/"),
        ("/products/{product_id:int}", "/products/7"),
        ("/api/v1/products", "/api/v1/products"),
        ("/api/v1/products/{product_id:int}", "/api/v1/products/7"),
    ]:
        [route] = [route for route in app.routes if route.path == path]
        assert isinstance(route, HTTPRoute)
        _, handler = route.route_handler_map["GET"]
        read = {parameter.field_alias for parameter in handler.expected_query_params}
        [known] = [names for path, names in cacheable_paths(app) if path.fullmatch(example)]
        assert read | {PARAMETER} == known


def key(
    paths: Paths, path: str, query: str, scheme: str = "http", *headers: tuple[bytes, bytes]
) -> Key | None:
    scope: Any = {"method": "GET", "path": path, "query_string": query.encode(), "scheme": scheme}
    return key_of(scope | {"headers": headers}, paths)


def test_each_part_of_the_key_makes_another_entry(app: Litestar) -> None:
    asked: list[Any] = [
        ("/", ""),
        ("/", "", "https"),
        ("/api/v1/products", ""),
        ("/products/7", ""),
        ("/products/8", ""),
        ("/products/7", "lang=en"),
        *(("/", f"{name}=1") for name in LIST_PARAMETERS),
        *(("/api/v1/products", f"{name}=1") for name in LIST_PARAMETERS),
        ("/", "q=2"),
        ("/", "q="),
        ("/", "", "http", (b"host", b"a.test")),
        ("/", "", "http", (b"accept-language", b"en")),
        ("/", "", "http", (b"accept-encoding", b"gzip")),
    ]
    paths = cacheable_paths(app)
    keys = [key(paths, *one) for one in asked]
    assert None not in keys
    assert len(set(keys)) == len(keys)


async def order(product: int, user: int, app: Litestar) -> None:
    async with header_client(app, user) as buyer:
        body = {"items": [{"product_id": product, "quantity": 1}]}
        assert (await buyer.post("/api/v1/orders", json=body)).status_code == 201


@pytest.mark.parametrize(
    "path", ["/api/v1/products/{}", "/api/v1/products", "/api/v1/products?sort=price_asc"]
)
async def test_json_shows_finished_writes_in_every_process(
    processes: Pages, app: Litestar, cast: Cast, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.web.cache.snapshots.SNAPSHOT_INTERVAL", 3600)
    path = path.format(product := await make_product("벼루", stock=10))
    for left in (10, 9, 8):
        for one in processes:
            for _ in range(2):
                assert f'"stock":{left},' in (await one.get(path)).text
        await order(product, cast.alice, app)


async def test_an_exact_snapshot_is_read_for_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is under way may have seen the database before the write that is to be shown."""
    monkeypatch.setattr("shop.web.cache.snapshots.SNAPSHOT_INTERVAL", 0.5)
    states = iter("abcd")

    async def ask() -> str | None:
        return next(states)

    state = SnapshotWatcher(ask, lambda: 10.0)
    assert await asyncio.gather(state(), state(exact=True), state(exact=True)) == ["a", "b", "c"]
    assert await state() == "c"


async def test_a_matching_etag_gets_304(processes: Pages, shop: Counting) -> None:
    product = await make_product("벼루", price=7_000)
    first = await processes[0].get("/")
    known = {"if-none-match": first.headers["etag"]}
    same = await processes[0].get("/", headers=known)
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert same.headers["vary"] == first.headers["vary"]
    assert "content-length" not in same.headers
    await change_price(product)
    assert (await processes[0].get("/", headers=known)).status_code == 200


async def test_the_least_recently_used_entry_is_evicted(
    shop: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.web.cache.lru.size_of", lambda _: 0)
    monkeypatch.setattr("shop.web.cache.pages.own_size", lambda _: 0)
    monkeypatch.setattr("shop.web.cache.pages.MAX_CACHE_BYTES", 2 * MIN_ENTRY)
    async with client(shop) as guest:
        for query in ("1", "2", "1", "3", "1", "2"):
            await guest.get(f"/?q={query}")
    assert shop.asked == 4


async def test_without_a_database_the_cache_is_bypassed(shop: Counting) -> None:
    async def gone() -> str | None:
        raise Unavailable("gone")

    async with client(shop, gone) as guest:
        for _ in range(2):
            assert (await guest.get("/")).status_code == 200
    assert shop.asked == 2


async def test_the_snapshot_is_read_twice_a_second_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shop.web.cache.snapshots.SNAPSHOT_INTERVAL", 0.5)
    states, now = iter("abc"), [10.0]

    async def ask() -> str | None:
        await asyncio.sleep(0)
        return next(states)

    state = SnapshotWatcher(ask, lambda: now[0])
    assert await asyncio.gather(state(), state(), state()) == ["a", "a", "a"]
    now[0] = 10.49
    assert await state() == "a"
    now[0] = 10.5
    assert await state() == "b"


async def test_a_slow_snapshot_blocks_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shop.web.cache.snapshots.SNAPSHOT_TIMEOUT", 0)
    waiting = asyncio.Event()

    async def ask() -> str | None:
        await waiting.wait()
        return "a"

    assert await SnapshotWatcher(ask, lambda: 0.0)() is None
    waiting.set()


async def test_cached_pages_are_served_while_the_database_is_unavailable(
    shop: Counting, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = await make_product("벼루", price=7_000)
    is_away = False

    async def snapshot() -> str | None:
        if is_away:
            raise Unavailable
        return await DB.snapshot_id()

    monkeypatch.setattr("shop.web.cache.snapshots.SNAPSHOT_INTERVAL", 0)
    async with client(shop, snapshot) as guest:
        pages = ["/", f"/products/{product}"]
        before = [(await guest.get(path)).text for path in pages]
        await guest.get(api := f"/api/v1/products/{product}")
        is_away, shop.asked = True, 0
        assert [(await guest.get(path)).text for path in pages] == before
        assert shop.asked == 0
        await guest.get(api)
        assert shop.asked == 1


async def test_inside_a_transaction_no_page_of_before_is_served(
    shop: Counting, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = await DB.snapshot_id()

    async def take() -> str | None:
        return snapshot

    monkeypatch.setattr("shop.web.cache.snapshots.SNAPSHOT_INTERVAL", 0)
    async with client(shop, take) as guest:
        await guest.get("/")
        snapshot, shop.asked = None, 0
        await guest.get("/")
        assert shop.asked == 1


async def test_a_silent_database_is_asked_for_one_snapshot_at_a_time() -> None:
    now, taken, waiting = [0.0], 0, asyncio.Event()

    async def take() -> str | None:
        nonlocal taken
        taken += 1
        await waiting.wait()
        return "a"

    watcher = SnapshotWatcher(take, lambda: now[0])
    for now[0] in (0.0, 1.0, 2.0):
        assert await watcher() is None
    assert taken == 1
    waiting.set()
