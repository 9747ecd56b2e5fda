"""Receipts and checkouts that a user loads again are not rendered again, unless they show something
else, a recipient or a code."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from shop.orders.tables import Order
from tests.cast import Cast, SignedIn, edit_product, make_product
from tests.unit.buying import bought
from tests.unit.web.helpers import Page, csrf_of
from tests.unit.web.test_rendered import add_to_cart, edit, sell_out, speak_english, spend
from tests.unit.web.test_signed_in import tokenless

pytestmark = pytest.mark.committed

RECIPIENT = {
    "name": "김하나",
    "phone": "010-1234-5678",
    "postcode": "04524",
    "line1": "세종대로 110",
}


def checkout_of(product: int) -> str:
    return f"/checkout?product_id={product}&quantity=1&key=k"


async def order_more(browser: SignedIn, product: int, _: Cast) -> None:
    await bought(browser, (product, 1))


async def cancel(browser: SignedIn, _: int, __: Cast) -> None:
    await browser.post("/api/v1/orders/1/cancel")


async def give_it_a_picture(_: SignedIn, product: int, __: Cast) -> None:
    await edit_product(product, picture="0" * 32 + "-40x30.jpg")


async def wait(_: SignedIn, __: int, ___: Cast) -> None:
    """Until the page asks for news more rarely."""
    earlier = datetime.now(UTC) - timedelta(minutes=30)
    await Order.update({Order.created_at: earlier}).where(Order.id == 1)


@pytest.mark.parametrize(
    "change", [order_more, cancel, give_it_a_picture, wait, spend, speak_english]
)
async def test_a_receipt_is_rendered_again_when_it_has_changed(
    browser_of_alice: SignedIn,
    cast: Cast,
    rendered: list[str],
    change: Callable[[SignedIn, int, Cast], Awaitable[None]],
) -> None:
    product = await make_product("벼루", price=7_000)
    await bought(browser_of_alice, (product, 2))
    before = [await browser_of_alice.get("/orders/1") for _ in range(2)]
    assert before[0].text == before[1].text
    await change(browser_of_alice, product, cast)
    after = await browser_of_alice.get("/orders/1")
    assert len(rendered) == 2
    assert tokenless(after) != tokenless(before[0])


@pytest.mark.parametrize("delivery", ["parcel", "code"])
async def test_a_page_with_a_recipient_or_a_code_is_not_kept(
    browser_of_alice: SignedIn, rendered: list[str], delivery: str
) -> None:
    product = await make_product("벼루", delivery=delivery)
    more = {"recipient": RECIPIENT} if delivery == "parcel" else {}
    order = await bought(browser_of_alice, (product, 1), **more)
    paths = [f"/orders/{order['id']}"]
    if delivery == "parcel":
        paths.append(checkout_of(product))
    for path in paths * 2:
        await browser_of_alice.get(path)
    assert len(rendered) == 2 * len(paths)


@pytest.mark.parametrize("change", [edit, sell_out, spend, speak_english, add_to_cart])
async def test_a_checkout_is_rendered_again_when_it_has_changed(
    browser_of_alice: SignedIn,
    cast: Cast,
    rendered: list[str],
    change: Callable[[SignedIn, int, Cast], Awaitable[None]],
) -> None:
    product = await make_product("벼루", price=7_000)
    path = checkout_of(product)
    before = [await browser_of_alice.get(path) for _ in range(2)]
    assert before[0].text == before[1].text
    assert 'name="idempotency_key" value="k"' in before[0].text
    await change(browser_of_alice, product, cast)
    after = await browser_of_alice.get(path)
    assert len(rendered) == 2
    assert tokenless(after) != tokenless(before[0])


async def test_a_cached_checkout_has_the_key_of_its_address_and_pays_once(
    browser_of_alice: SignedIn,
) -> None:
    path = checkout_of(await make_product("벼루"))
    for key in ("k", "other", "k", "other"):
        page = (await browser_of_alice.get(path.replace("key=k", f"key={key}"))).text
        assert f'name="idempotency_key" value="{key}"' in page
    form = Page(page).form("/checkout") | {"_csrf_token": csrf_of(page)}
    paid = [await browser_of_alice.post("/checkout", data=form) for _ in range(2)]
    assert [answer.status_code for answer in paid] == [303, 303]
    assert paid[0].headers["location"] == paid[1].headers["location"]
    again = await browser_of_alice.get(path.replace("key=k", "key=other"))
    assert (again.status_code, again.headers["location"]) == (303, paid[0].headers["location"])
