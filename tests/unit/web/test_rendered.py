"""A page that a user loads again is not rendered again, unless it shows something else."""

import gzip
from collections.abc import Awaitable, Callable

import brotli
import pytest
from litestar import Litestar

from shop import site
from shop.points.tables import PointBalance
from shop.products.tables import Category, Stock
from shop.site import HomeRow, ShownAnnouncement, Site
from tests.cast import Cast, SignedIn, edit_product, make_product
from tests.unit.web.helpers import HTMX, browser_of, csrf_of
from tests.unit.web.test_signed_in import tokenless

pytestmark = pytest.mark.committed

HOME = (
    HomeRow("hero", "/likes", "봄맞이", "Spring"),
    HomeRow("new"),
    HomeRow("under", "9000"),
    HomeRow("affordable"),
)


@pytest.mark.parametrize("home", [(), HOME])
async def test_the_same_list_is_rendered_once_for_a_user(
    browser_of_alice: SignedIn, rendered: list[str], home: tuple[HomeRow, ...]
) -> None:
    await make_product("벼루", price=7_000)
    site.apply(Site(home=home))
    first = await browser_of_alice.get("/")
    await Category.insert(Category(slug="empty", name="빔", name_en="Empty"))
    await Category.delete().where(Category.slug == "empty")  # another snapshot, the same rows
    again = await browser_of_alice.get("/")
    assert rendered == ["ko/products/index.html"]
    assert again.text == first.text
    assert again.text.count("벼루") == first.text.count("벼루") >= 1 + bool(home)


async def test_it_has_the_headers_of_a_page_that_is_not_cached(browser_of_alice: SignedIn) -> None:
    await make_product("벼루")
    headers = []
    for path in ("/?q=벼루", "/", "/"):
        answer = await browser_of_alice.get(path)
        assert answer.headers["content-length"].isdigit()
        own = {"content-length", "x-request-id"}
        headers.append({name: it for name, it in answer.headers.items() if name not in own})
    assert headers[0]["content-type"] == "text/html; charset=utf-8"
    assert headers == [headers[0]] * 3


async def like(browser: SignedIn, product: int, _: Cast) -> None:
    await browser.post(f"/products/{product}/likes")


async def add_to_cart(browser: SignedIn, product: int, _: Cast) -> None:
    await browser.post("/cart/items", data={"product_id": product, "quantity": 1})
    await browser.get("/account")  # which shows the notice


async def see_a_notice(browser: SignedIn, product: int, _: Cast) -> None:
    await browser.post("/cart/items", data={"product_id": product, "quantity": 1})


async def spend(_: SignedIn, __: int, cast: Cast) -> None:
    await PointBalance.update(balance=12).where(PointBalance.user == cast.alice)


async def edit(_: SignedIn, product: int, __: Cast) -> None:
    await edit_product(product, price=8_100)


async def rename_the_shop(_: SignedIn, __: int, ___: Cast) -> None:
    site.apply(Site(name_ko="숲가게", home=HOME))


async def announce(_: SignedIn, __: int, ___: Cast) -> None:
    announcement = ShownAnnouncement(7, "내일 쉽니다", "Closed tomorrow", "")
    site.apply(Site(announcements=(announcement,), home=HOME))


async def arrange_the_home_page(_: SignedIn, __: int, ___: Cast) -> None:
    site.apply(Site(home=HOME[:2]))


async def speak_english(browser: SignedIn, _: int, __: Cast) -> None:
    browser.headers["accept-language"] = "en"


async def come_by_another_name(browser: SignedIn, _: int, __: Cast) -> None:
    browser.headers["host"] = "other.test"


CHANGES = (
    like,
    add_to_cart,
    see_a_notice,
    spend,
    edit,
    rename_the_shop,
    announce,
    arrange_the_home_page,
    speak_english,
    come_by_another_name,
)


@pytest.mark.parametrize("change", CHANGES)
async def test_each_change_of_what_it_shows_is_seen_at_once(
    browser_of_alice: SignedIn,
    cast: Cast,
    rendered: list[str],
    change: Callable[[SignedIn, int, Cast], Awaitable[None]],
) -> None:
    product = await make_product("벼루", price=7_000)
    site.apply(Site(home=HOME))
    before = await browser_of_alice.get("/")
    await browser_of_alice.get("/")
    await change(browser_of_alice, product, cast)
    after = await browser_of_alice.get("/")
    assert len(rendered) == 2
    assert tokenless(after) != tokenless(before)


async def edit_quantity(browser: SignedIn, product: int, _: Cast) -> None:
    await browser.post(f"/cart/items/{product}", data={"quantity": 2}, headers=HTMX)


async def sell_out(_: SignedIn, product: int, __: Cast) -> None:
    await Stock.update(quantity=0).where(Stock.product == product)


async def remove(browser: SignedIn, product: int, _: Cast) -> None:
    await browser.post(f"/cart/items/{product}", data={"quantity": 0}, headers=HTMX)


@pytest.mark.parametrize("change", [edit_quantity, edit, sell_out, remove, spend, speak_english])
async def test_a_cart_is_rendered_again_when_it_has_changed(
    browser_of_alice: SignedIn,
    cast: Cast,
    rendered: list[str],
    change: Callable[[SignedIn, int, Cast], Awaitable[None]],
) -> None:
    product = await make_product("벼루", price=7_000)
    form = {"product_id": product, "quantity": 1}
    await browser_of_alice.post("/cart/items", data=form, headers=HTMX)
    before = [await browser_of_alice.get("/cart") for _ in range(2)]
    assert before[0].text == before[1].text
    await change(browser_of_alice, product, cast)
    after = await browser_of_alice.get("/cart")
    assert len(rendered) == 2
    assert tokenless(after) != tokenless(before[0])


async def test_each_session_has_its_own_page(app: Litestar, cast: Cast) -> None:
    """With a token that is right in it, and wrong in another session of the same user."""
    product = await make_product("벼루")
    async with browser_of(app, cast.alice, "alice") as one, browser_of(app, cast.alice, "") as two:
        for browser, other in ((one, two), (two, one)) * 2:
            form = {"_csrf_token": csrf_of((await browser.get("/")).text)}
            for sender, status in ((browser, 303), (other, 403)):
                answer = await sender.post(f"/products/{product}/likes", data=form)
                assert answer.status_code == status


DECODERS: dict[str | None, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


async def test_it_is_compressed_as_each_request_accepts(browser_of_alice: SignedIn) -> None:
    await make_product("벼루")
    bodies = set()
    for encoding, decode in list(DECODERS.items()) * 2:
        headers = {"accept-encoding": encoding or "identity"}
        async with browser_of_alice.stream("GET", "/", headers=headers) as answer:
            assert answer.headers.get("content-encoding") == encoding
            assert "Accept-Encoding" in answer.headers["vary"]
            raw = b"".join([part async for part in answer.aiter_raw()])
        bodies.add(tokenless_bytes(decode(raw)))
    assert len(bodies) == 1


def tokenless_bytes(body: bytes) -> bytes:
    token = csrf_of(body.decode())
    return body.replace(token.encode(), b"")


async def test_a_search_and_a_page_with_keys_in_its_forms_are_rendered_each_time(
    browser_of_alice: SignedIn,
) -> None:
    product = await make_product("벼루")
    for path in ("/?q=벼루", f"/products/{product}"):
        tokens = {csrf_of((await browser_of_alice.get(path)).text) for _ in range(2)}
        assert len(tokens) == 2
    assert 'name="form_key"' not in (await browser_of_alice.get("/")).text
