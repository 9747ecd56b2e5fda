"""상품 좋아요 등록, arrow by arrow."""

import httpx

from tests.cast import make_product


async def test_nobody_is_401(guest: httpx.AsyncClient) -> None:
    product = await make_product()
    answer = await guest.post(f"/api/v1/products/{product}/likes")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-signed-in"


async def test_no_such_product_is_404(alice: httpx.AsyncClient) -> None:
    answer = await alice.post("/api/v1/products/999999/likes")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/product-not-found"


async def test_a_like_counts_once_however_often_it_is_asked(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    for _ in range(2):
        answer = await alice.post(f"/api/v1/products/{product}/likes")
        assert answer.status_code == 200
        assert answer.json() == {"product_id": product, "liked": True, "like_count": 1}
    for _ in range(2):
        answer = await alice.delete(f"/api/v1/products/{product}/likes")
        assert answer.json() == {"product_id": product, "liked": False, "like_count": 0}
