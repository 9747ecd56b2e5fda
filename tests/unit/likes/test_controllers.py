"""상품 좋아요 등록, arrow by arrow."""

import re

import httpx
import pytest

from shop.products.tables import Stock
from tests.cast import SignedIn, make_product


async def test_a_guest_is_401(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    answer = await guest.post(f"/api/v1/products/{product}/likes")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-signed-in"


@pytest.mark.parametrize("product", [0, -1, 999_999, 2**63, 10**30])
async def test_no_such_product_is_404(alice: httpx.AsyncClient, product: int) -> None:
    for method in ("POST", "DELETE"):
        answer = await alice.request(method, f"/api/v1/products/{product}/likes")
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/product-not-found"


async def test_likes_and_unlikes_are_idempotent(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    for method in ("DELETE", "POST", "POST", "DELETE", "DELETE"):
        answer = await alice.request(method, f"/api/v1/products/{product}/likes")
        liked = method == "POST"
        assert answer.status_code == 200
        assert answer.json() == {"product_id": product, "liked": liked, "like_count": int(liked)}


async def test_likes_are_per_user(alice: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    product = await make_product()
    await alice.post(f"/api/v1/products/{product}/likes")
    answer = await bob.post(f"/api/v1/products/{product}/likes")
    assert answer.json()["like_count"] == 2
    answer = await alice.delete(f"/api/v1/products/{product}/likes")
    assert answer.json()["like_count"] == 1
    assert (await bob.get(f"/api/v1/products/{product}")).json()["liked"] is True


async def test_a_withdrawn_product_cannot_be_liked(alice: httpx.AsyncClient) -> None:
    product = await make_product(active=False)
    assert (await alice.post(f"/api/v1/products/{product}/likes")).status_code == 404


async def test_a_like_does_not_touch_the_stock(alice: httpx.AsyncClient) -> None:
    """`xmin` and `ctid` change with any update of the row."""
    product = await make_product()
    before = await Stock.raw("SELECT xmin, ctid, * FROM stocks")
    await alice.post(f"/api/v1/products/{product}/likes")
    await alice.delete(f"/api/v1/products/{product}/likes")
    assert await Stock.raw("SELECT xmin, ctid, * FROM stocks") == before


async def test_htmx_gets_the_updated_button(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    for liked, count in (("true", 1), ("true", 1), ("false", 0), ("false", 0)):
        answer = await browser_of_alice.post(
            f"/products/{product}/likes", data={"liked": liked}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        assert f'id="like-{product}"' in answer.text
        assert f'aria-pressed="{liked}"' in answer.text
        assert bool(re.search(r"</span>\s+1\s", answer.text)) == bool(count)  # no count of nobody
        assert "<html" not in answer.text


async def test_a_plain_form_leads_back_to_the_page(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    answer = await browser_of_alice.post(
        f"/products/{product}/likes",
        data={"liked": "true"},
        headers={"Referer": "http://shop.test/?sort=likes"},
    )
    there = f"/?sort=likes#product-{product}"
    assert (answer.status_code, answer.headers["location"]) == (303, there)
    assert (await browser_of_alice.get("/api/v1/likes")).json()["items"][0]["id"] == product


async def test_a_guest_is_sent_to_sign_in(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    answer = await guest.post(f"/products/{product}/likes", data={"liked": "true"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


async def test_without_a_csrf_token_the_button_is_refused(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    del browser_of_alice.headers["X-CSRF-Token"]
    answer = await browser_of_alice.post(f"/products/{product}/likes", data={"liked": "true"})
    assert answer.status_code == 403
