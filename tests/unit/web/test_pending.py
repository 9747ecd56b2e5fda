"""A guest who likes or buys signs in, and is back where they were with the action done."""

import re
import time
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.cart.tables import CartItem
from shop.likes.tables import Like
from shop.web.pending import Pending, PendingList
from tests.cast import PASSWORD, Cast, SignedIn, edit_product, make_product
from tests.unit.web.helpers import HTMX, SHOP, Page, browser_of, contents

ALICE = {"username": "alice", "password": PASSWORD}
CAROL = {"username": "carol", "password": PASSWORD}


async def press_like(guest: httpx.AsyncClient, product: int, page: str = "/") -> httpx.Response:
    return await guest.post(
        f"/products/{product}/likes", data={"liked": "true"}, headers={"Referer": SHOP + page}
    )


async def put_in_cart(
    guest: httpx.AsyncClient, product: int, quantity: object = 2, page: str = "/"
) -> httpx.Response:
    form = {"product_id": str(product), "quantity": str(quantity)}
    return await guest.post("/cart/items", data=form, headers={"Referer": SHOP + page})


async def fill_in(guest: httpx.AsyncClient, location: str, form: dict[str, str]) -> httpx.Response:
    """Follows to the sign-in page, and sends its form as a browser does."""
    path = location.partition("?")[0]
    fields = Page((await guest.get(location)).text).form(path)
    return await guest.post(path, data={**fields, **form})


@pytest.mark.parametrize("page", ["/", "/products/7", "/?q=%EC%97%B0%ED%95%84&sort=likes"])
async def test_a_like_waits_for_the_sign_in(guest: httpx.AsyncClient, page: str) -> None:
    product = await make_product()
    asked = await press_like(guest, product, page)
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/login?next=")
    assert await Like.count() == 0
    answer = await fill_in(guest, asked.headers["location"], ALICE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#product-{product}")
    shown = (await guest.get(f"/api/v1/products/{product}")).json()
    assert (shown["liked"], shown["like_count"]) == (True, 1)


async def test_on_its_own_page_a_product_needs_no_fragment(guest: httpx.AsyncClient) -> None:
    page = f"/products/{await make_product()}"
    answer = await fill_in(
        guest, (await press_like(guest, int(page[10:]), page)).headers["location"], ALICE
    )
    assert answer.headers["location"] == page


async def test_the_language_of_the_address_stays_before_the_fragment(
    guest: httpx.AsyncClient,
) -> None:
    product = await make_product()
    await press_like(guest, product)
    form = {**ALICE, "next": f"/?sort=likes#product-{product}"}
    answer = await guest.post("/login?lang=en", data=form)
    assert answer.headers["location"] == f"/?sort=likes&lang=en#product-{product}"


async def test_a_form_without_a_script_returns_to_the_card(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    answer = await browser_of_alice.post(
        f"/products/{product}/likes",
        data={"liked": "true"},
        headers={"Referer": f"{SHOP}/?q=a#product-9"},
    )
    assert answer.headers["location"] == f"/?q=a#product-{product}"


async def test_a_like_waits_for_the_sign_up(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    asked = await press_like(guest, product, "/?sort=likes")
    link = asked.headers["location"].replace("/login", "/signup")
    answer = await fill_in(guest, link, CAROL)
    assert answer.headers["location"] == f"/?sort=likes#product-{product}"
    assert (await guest.get(f"/api/v1/products/{product}")).json()["liked"]


async def test_a_cart_waits_for_the_sign_up(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    await put_in_cart(guest, product, 3)
    await fill_in(guest, "/signup", CAROL)
    [item] = (await guest.get("/api/v1/cart")).json()["items"]
    assert (item["product_id"], item["quantity"]) == (product, 3)


async def test_the_way_to_the_sign_up_keeps_the_page(guest: httpx.AsyncClient) -> None:
    page = Page((await guest.get("/login?next=/orders%3Flimit%3D1")).text)
    links = [tag["href"] for name, tag in page.tags if name == "a"]
    assert "/signup?next=/orders%3Flimit%3D1" in links


async def test_it_is_done_once(guest: httpx.AsyncClient, cast: Cast) -> None:
    await put_in_cart(guest, await make_product(), 2)
    await guest.post("/login", data=ALICE)
    assert "pending" not in guest.cookies
    await CartItem.delete(force=True)
    del guest.cookies["id"]
    await guest.post("/login", data=ALICE)
    assert await CartItem.count() == 0


async def test_a_wrong_password_does_not_forget_it(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    await press_like(guest, product)
    await guest.post("/login", data={**ALICE, "password": "wrong-password"})
    await guest.post("/login", data=ALICE)
    assert (await guest.get(f"/api/v1/products/{product}")).json()["liked"]


async def test_htmx_sends_a_guest_to_the_sign_in_page(guest: httpx.AsyncClient) -> None:
    headers = {**HTMX, "HX-Current-URL": f"{SHOP}/?sort=likes"}
    product = await make_product()
    answer = await guest.post(f"/products/{product}/likes", headers=headers)
    next_path = f"/%3Fsort%3Dlikes%23product-{product}"
    assert answer.headers["hx-redirect"] == f"/login?next={next_path}"
    assert "location" not in answer.headers
    assert "pending" in guest.cookies


@pytest.mark.parametrize("change", ["flip", "cut", "garbage", "empty", "huge", "bytes"])
async def test_an_unsigned_pending_action_is_ignored(guest: httpx.AsyncClient, change: str) -> None:
    await press_like(guest, await make_product())
    good = guest.cookies["pending"]
    bad = {
        "flip": ("A" if good[0] != "A" else "B") + good[1:],
        "cut": good[:-4],
        "garbage": "eyJhY3Rpb24iOiJsaWtlIn0",
        "empty": "",
        "huge": "A" * 50_000,
        "bytes": "\xff\xfe",
    }[change]
    answer = await guest.post(
        "/login", data=ALICE, headers=[(b"cookie", b"pending=" + bad.encode("latin-1"))]
    )
    assert answer.status_code == 303
    assert await Like.count() == 0


async def test_a_value_signed_for_another_use_is_no_pending_action(
    app: Litestar, guest: httpx.AsyncClient
) -> None:
    product = await make_product()
    wish = Pending("like", product, made_at=int(time.time()))
    packed = app.state.signer.pack("another use", PendingList([wish]))
    guest.cookies.set("pending", packed, domain="shop.test")
    await guest.post("/login", data=ALICE)
    assert await Like.count() == 0


async def test_a_deleted_product_does_not_prevent_the_sign_in(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    await put_in_cart(guest, product)
    await edit_product(product, active=False)
    assert (await guest.post("/login", data=ALICE)).status_code == 303
    assert await CartItem.count() == 0


async def test_a_full_cart_does_not_prevent_the_sign_in(
    guest: httpx.AsyncClient, cast: Cast
) -> None:
    for _ in range(50):
        product = await make_product()
        await CartItem.insert(
            CartItem(user=cast.alice, product=product, quantity=1, price_seen=1_000)
        )
    await put_in_cart(guest, await make_product())
    assert (await guest.post("/login", data=ALICE)).status_code == 303
    assert await CartItem.count() == 50


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**20, "x", ""])
async def test_a_guests_wrong_quantity_is_refused_at_once(
    guest: httpx.AsyncClient, quantity: object
) -> None:
    answer = await put_in_cart(guest, await make_product(), quantity)
    assert answer.status_code == 400
    assert "pending" not in guest.cookies


@pytest.mark.parametrize("product", [0, -1, 987_654_321, 10**20])
async def test_an_unavailable_product_can_be_pending(
    guest: httpx.AsyncClient, product: int
) -> None:
    await put_in_cart(guest, product)
    assert (await guest.post("/login", data=ALICE)).status_code == 303
    assert (await guest.get("/api/v1/users/me")).status_code == 200


# Several pending actions, and whose they are.


async def cart_of(client: httpx.AsyncClient) -> dict[int, int]:
    items = (await client.get("/api/v1/cart")).json()["items"]
    return {item["product_id"]: item["quantity"] for item in items}


async def notice_after(guest: httpx.AsyncClient, answer: httpx.Response) -> str:
    shown = await guest.get(answer.headers["location"], headers={"Accept-Language": "en"})
    found = re.search(r'id="notice".*?<span>(.*?)</span>', shown.text, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("path", ["/login", "/signup"])
async def test_all_pending_actions_are_done_and_reported(
    guest: httpx.AsyncClient, path: str
) -> None:
    first, second, liked = [await make_product() for _ in range(3)]
    await put_in_cart(guest, first, 2)
    await put_in_cart(guest, second, 1)
    await press_like(guest, liked)
    await guest.post("/login", data={**ALICE, "password": "wrong-password"})
    answer = await guest.post(path, data=ALICE if path == "/login" else CAROL)
    assert await cart_of(guest) == {first: 2, second: 1}
    assert (await guest.get(f"/api/v1/products/{liked}")).json()["liked"]
    told = await notice_after(guest, answer)
    assert told == "Products added to your cart: 2. Added to your likes."
    assert "pending" not in guest.cookies


async def test_failed_pending_actions_are_reported_beside_done_ones(
    guest: httpx.AsyncClient, cast: Cast
) -> None:
    gone, kept = await make_product(), await make_product()
    for _ in range(49):
        product = await make_product()
        await CartItem.insert(
            CartItem(user=cast.alice, product=product, quantity=1, price_seen=1_000)
        )
    await put_in_cart(guest, gone)
    await put_in_cart(guest, kept)
    for _ in range(2):
        await put_in_cart(guest, await make_product())
    await edit_product(gone, active=False)
    told = await notice_after(guest, await guest.post("/login", data=ALICE))
    assert told == (
        "This product is no longer sold. Added to your cart. "
        "Your cart is full. Products not added: 2."
    )


async def test_pending_actions_are_not_done_for_another_user(
    guest: httpx.AsyncClient, cast: Cast
) -> None:
    """After Alice has signed out, her pending actions are not done for the next user."""
    wanted, later = await make_product(), await make_product()
    await press_like(guest, wanted)
    await guest.post("/login", data=ALICE)
    page = (await guest.get("/account")).text
    del guest.cookies["id"]
    await press_like(guest, later)  # in a tab whose session has ended
    await guest.post("/logout", data={"_csrf_token": Page(page).form("/logout")["_csrf_token"]})
    await guest.post("/login", data={"username": "bob", "password": PASSWORD})
    assert await Like.select(Like.user, Like.product) == [{"user": cast.alice, "product": wanted}]


@pytest.mark.parametrize("path", ["/login", "/signup"])
async def test_the_sign_in_page_lists_the_pending_actions(
    guest: httpx.AsyncClient, path: str
) -> None:
    guest.headers["Accept-Language"] = "en"
    assert "After you sign in" not in (await guest.get(path)).text
    for _ in range(2):
        await put_in_cart(guest, await make_product())
    await press_like(guest, await make_product())
    page = (await guest.get(path)).text
    assert "After you sign in, 2 products will be added to your cart." in page
    assert "After you sign in, 1 product will be added to your likes." in page


async def test_a_pending_action_can_be_dismissed(guest: httpx.AsyncClient) -> None:
    await put_in_cart(guest, await make_product())
    form = Page((await guest.get("/login?next=/points")).text).form("/login/forget")
    answer = await guest.post("/login/forget", data=form)
    assert answer.headers["location"] == "/login?next=%2Fpoints"
    assert "pending" not in guest.cookies
    await guest.post("/login", data=ALICE)
    assert await CartItem.count() == 0


@pytest.mark.parametrize(("age", "done"), [(1_790, 1), (1_810, 0), (10**6, 0)])
async def test_a_pending_action_lasts_half_an_hour(
    app: Litestar, guest: httpx.AsyncClient, age: int, done: int
) -> None:
    old = Pending("like", await make_product(), made_at=int(time.time()) - age)
    packed = app.state.signer.pack("pending", PendingList([old]))
    guest.cookies.set("pending", packed, domain="shop.test", path="/")
    await press_like(guest, await make_product())
    await guest.post("/login", data=ALICE)
    assert await Like.count() == done + 1


async def test_an_unknown_action_is_left_out(app: Litestar, guest: httpx.AsyncClient) -> None:
    product, now = await make_product(), int(time.time())
    wishes = [Pending("retired", product, made_at=now), Pending("like", product, made_at=now)]
    packed = app.state.signer.pack("pending", PendingList(wishes))
    guest.cookies.set("pending", packed, domain="shop.test", path="/")
    answer = await guest.post("/login", data=ALICE)
    assert answer.status_code == 303
    assert await Like.count() == 1


async def test_a_browser_has_20_pending_actions_and_a_small_cookie(
    guest: httpx.AsyncClient,
) -> None:
    products = [await make_product() for _ in range(22)]
    for product in products:
        await press_like(guest, product)
    await guest.post("/login", data=ALICE)
    liked = await Like.select(Like.product).order_by(Like.id)
    assert [like["product"] for like in liked] == products[2:]


@pytest.mark.parametrize(
    "cookie", ["liked=9999999999", "liked=²", "nonsense", "...", "=", "liked=x"]
)
async def test_an_unknown_notice_is_ignored(guest: httpx.AsyncClient, cookie: str) -> None:
    answer = await guest.get("/", headers=[(b"cookie", b"notice=" + cookie.encode())])
    assert answer.status_code == 200


# Back, but never to another site.

NOT_OURS: list[Any] = [
    "//evil.test",
    "///evil.test",
    "https://evil.test/",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\n//evil.test",
    " /orders",
    "/orders\r\nSet-Cookie: id=x",
    "javascript:alert(1)",
    "orders",
    "",
    "/" + "a" * 2_000,
]


@pytest.mark.parametrize("target", NOT_OURS)
async def test_a_sign_in_never_leads_out_of_the_shop(guest: httpx.AsyncClient, target: str) -> None:
    answer = await guest.post("/login", data={**ALICE, "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("target", NOT_OURS)
async def test_a_choice_of_language_never_leads_out_of_the_shop(
    guest: httpx.AsyncClient, target: str
) -> None:
    answer = await guest.post("/language", data={"language": "en", "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("target", NOT_OURS)
async def test_the_sign_in_page_has_no_link_to_another_site(
    guest: httpx.AsyncClient, target: str
) -> None:
    page = (await guest.get("/login", params={"next": target})).text
    values = [tag["value"] for name, tag in Page(page).tags if tag.get("name") == "next"]
    assert values[0] == "/"


@pytest.mark.parametrize(
    "page", ["https://evil.test/", "http://shop.test.evil.test/x", "//evil.test", "javascript:1"]
)
async def test_a_referer_of_another_site_is_not_a_target(
    guest: httpx.AsyncClient, page: str
) -> None:
    headers, product = {"Referer": page}, await make_product()
    answer = await guest.post(f"/products/{product}/likes", headers=headers)
    assert answer.headers["location"] == f"/login?next=/%23product-{product}"


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/orders", "/orders"),
        ("/?q=a&sort=likes", "/?q=a&sort=likes"),
        ("/?q=연필", "/?q=%EC%97%B0%ED%95%84"),
        ("/products/7#like-7", "/products/7#like-7"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_sign_in_leads_back_into_the_shop(
    guest: httpx.AsyncClient, target: str, location: str, headers: dict[str, str]
) -> None:
    answer = await guest.post("/login", data={**ALICE, "next": target}, headers=headers)
    assert answer.headers["hx-redirect" if headers else "location"] == location


PRIVATE = ["/likes", "/checkout", "/orders", "/orders/1", "/points", "/account"]


@pytest.mark.parametrize("path", PRIVATE)
async def test_a_guest_is_sent_to_sign_in_and_back(guest: httpx.AsyncClient, path: str) -> None:
    answer = await guest.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    assert (
        "private" in answer.headers["cache-control"]
        or "no-store" in answer.headers["cache-control"]
    )
    htmx = await guest.get(path, headers=HTMX)
    assert htmx.headers["hx-redirect"] == f"/login?next={path}"


async def test_a_guest_who_pays_is_brought_back_to_the_same_checkout(
    guest: httpx.AsyncClient, app: Litestar
) -> None:
    product = await make_product()
    form = {"product_id": str(product), "quantity": "3", "unit_price": "1000"}
    asked = await guest.post("/checkout", data={**form, "idempotency_key": "k"})
    answer = await fill_in(guest, asked.headers["location"], ALICE)
    assert answer.headers["location"] == f"/checkout?product_id={product}&quantity=3&key=k"


async def test_a_guest_writes_no_row(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    before = await contents()
    await press_like(guest, product)
    await put_in_cart(guest, product)
    for path in PRIVATE:
        await guest.get(path)
    assert await contents() == before


async def test_a_signed_in_user_likes_at_once(app: Litestar, cast: Cast, browser: SignedIn) -> None:
    product = await make_product()
    async with browser_of(app, cast.bob, "bob") as bob:
        form = {"liked": "true", "_csrf_token": bob.csrf_token}
        answer = await bob.post(f"/products/{product}/likes", data=form)
    assert (answer.status_code, "pending" in answer.headers.get("set-cookie", "")) == (303, False)
    assert await Like.count() == 1
