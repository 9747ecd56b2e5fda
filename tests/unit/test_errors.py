"""The responses of refusals, and the documents made from it."""

import dataclasses
import re
from typing import Any

import httpx
import msgspec
import pytest

from app import create_app
from shop import site
from shop.admin.gate.rules import MethodNotAllowed
from shop.cart.service import CartLacks
from shop.errors import (
    Answer,
    Busy,
    FieldError,
    InvalidInput,
    NotFound,
    ShopError,
    TooManyRequests,
    Unavailable,
)
from shop.orders.codes.stock import KnownCodes
from shop.orders.errors import PriceChanged
from shop.points.errors import InsufficientPoints
from shop.products.errors import OutOfStock, ProductNotFound, Shortage
from shop.settings import Settings
from shop.web.i18n import LANGUAGES, translate
from shop.web.problems import HTTP_ANSWERS, UNEXPECTED
from tests.cast import Cast, SignedIn, make_product
from tests.unit.web.helpers import assert_problem, client_of


def kinds(of: type[ShopError] = ShopError) -> list[type[ShopError]]:
    """All refusals of the shop, which `app` has imported."""
    return [kind for sub in of.__subclasses__() for kind in (sub, *kinds(sub))]


# Their rooms turn these into others, or into a page.
CAUGHT: set[type[ShopError]] = {CartLacks, KnownCodes, MethodNotAllowed}
KINDS = [kind for kind in kinds() if kind not in CAUGHT]

# What clients may rely on; see the contract.
CODES = {
    "invalid-input": 400,
    "not-signed-in": 401,
    "untrusted-gateway": 401,
    "wrong-password": 401,
    "forbidden": 403,
    "csrf-failed": 403,
    "not-found": 404,
    "product-not-found": 404,
    "order-not-found": 404,
    "method-not-allowed": 405,
    "username-taken": 409,
    "price-changed": 409,
    "out-of-stock": 409,
    "insufficient-points": 409,
    "request-in-progress": 409,
    "not-cancellable": 409,
    "too-large": 413,
    "unsupported-media-type": 415,
    "idempotency-key-reused": 422,
    "too-many-requests": 429,
    "unexpected": 500,
    "unavailable": 503,
}


def all_answers() -> list[Answer]:
    return [*(kind.answer for kind in KINDS), *HTTP_ANSWERS.values(), UNEXPECTED]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_response(kind: type[ShopError]) -> None:
    answer = kind.answer
    assert 400 <= answer.status < 600
    assert answer.title
    assert answer.detail


def test_a_refusal_has_the_response_of_its_nearest_ancestor() -> None:
    assert Busy.answer == Unavailable.answer
    assert ProductNotFound.answer != NotFound.answer


@pytest.mark.parametrize(("code", "status"), CODES.items())
def test_a_code_keeps_its_status(code: str, status: int) -> None:
    assert {answer.status for answer in all_answers() if answer.code == code} == {status}


def test_a_code_is_one_refusals_own_or_its_ancestors() -> None:
    codes = [kind.answer.code for kind in KINDS]
    for error in KINDS:
        same = [
            kind
            for kind in KINDS
            if "answer" in vars(kind) and kind.answer.code == error.answer.code
        ]
        assert all(issubclass(error, other) or issubclass(other, error) for other in same)
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []


REFUSALS: list[ShopError] = [
    ProductNotFound(1, 2),
    PriceChanged(1_000, 2_000),
    OutOfStock(Shortage(1, 3, 2)),
    InsufficientPoints(500, 200),
    TooManyRequests(30),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_a_refusal_fills_in_its_words(refusal: ShopError, language: Any) -> None:
    detail = translate(language, refusal.answer.detail, refusal.values)
    assert "%(" not in detail
    assert detail != refusal.answer.detail


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_response_is_translated(language: Any) -> None:
    for answer in all_answers():
        assert translate(language, answer.title)
        assert translate(language, answer.detail)


def test_an_error_of_a_field_names_it() -> None:
    assert "quantity" in str(InvalidInput(FieldError("quantity", "too many")))


# The documents in responses


async def test_wrong_input_names_its_fields(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/api/v1/products?limit=0&sort=x")
    problem = assert_problem(answer, 400, "invalid-input")
    assert {error["field"] for error in problem["errors"]} == {"limit", "sort"}
    assert [error for error in problem["errors"] if set(error) != {"field", "message"}] == []


async def test_too_little_stock_states_the_available_quantity(alice: httpx.AsyncClient) -> None:
    product, other = await make_product(stock=2), await make_product(stock=0)
    items = [{"product_id": product, "quantity": 3}, {"product_id": other, "quantity": 1}]
    answer = await alice.post("/api/v1/orders", json={"items": items})
    problem = assert_problem(answer, 409, "out-of-stock")
    assert problem["items"] == [
        {"product_id": product, "requested": 3, "available": 2},
        {"product_id": other, "requested": 1, "available": 0},
    ]


async def test_too_few_points_states_the_balance(bob: httpx.AsyncClient) -> None:
    body = {"items": [{"product_id": await make_product(price=700), "quantity": 2}]}
    problem = assert_problem(
        await bob.post("/api/v1/orders", json=body), 409, "insufficient-points"
    )
    assert (problem["required"], problem["balance"]) == (1_400, 0)


async def test_stock_is_checked_before_points(bob: httpx.AsyncClient) -> None:
    body = {"items": [{"product_id": await make_product(stock=0), "quantity": 1}]}
    assert_problem(await bob.post("/api/v1/orders", json=body), 409, "out-of-stock")


async def test_the_price_is_checked_before_stock(bob: httpx.AsyncClient) -> None:
    items = [{"product_id": await make_product(stock=0, price=700), "quantity": 1}]
    body = {"items": items, "expected_total": 600}
    assert_problem(await bob.post("/api/v1/orders", json=body), 409, "price-changed")


async def test_another_users_order_is_not_found(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    body = {"items": [{"product_id": await make_product(), "quantity": 1}]}
    order = (await alice.post("/api/v1/orders", json=body)).json()["id"]
    assert_problem(await bob.get(f"/api/v1/orders/{order}"), 404, "order-not-found")
    assert_problem(await bob.post(f"/api/v1/orders/{order}/cancel"), 404, "order-not-found")


async def test_a_browser_without_a_csrf_token_gets_an_explanation(
    browser_of_alice: SignedIn,
) -> None:
    del browser_of_alice.headers["x-csrf-token"]
    answer = await browser_of_alice.post("/api/v1/orders", json={"items": []})
    assert_problem(answer, 403, "csrf-failed")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/nothing"])
async def test_an_unknown_path_of_the_api_is_a_problem(guest: httpx.AsyncClient, path: str) -> None:
    assert_problem(await guest.get(path), 404, "not-found")


@pytest.mark.parametrize("path", ["/nothing", "/apiary", "/products/x", "/orders/x/y"])
async def test_an_unknown_page_is_a_page(guest: httpx.AsyncClient, path: str) -> None:
    answer = await guest.get(path)
    assert answer.status_code == 404
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/products/x", 404),
        ("GET", "/orders/1/nothing", 404),
        ("GET", "/staff/nothing", 404),
        ("POST", "/staff/nothing", 404),
        ("GET", "/cart/items", 405),
        ("DELETE", "/cart", 405),
    ],
)
async def test_a_page_that_no_route_has_knows_its_reader(
    browser_of_alice: SignedIn, method: str, path: str, status: int
) -> None:
    answer = await browser_of_alice.request(method, path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "private, no-store")
    assert 'href="/account"' in answer.text
    assert 'href="/login' not in answer.text


async def test_a_page_that_no_route_has_shows_points_and_cart(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await browser_of_alice.put(f"/api/v1/cart/items/{product}", json={"quantity": 3})
    known = await browser_of_alice.get("/products/987654321")
    unknown = await browser_of_alice.get("/products/x")
    assert header_of(unknown.text) == header_of(known.text)


def header_of(page: str) -> str:
    return page[page.index("<header") : page.index("</header>")].replace("987654321", "x")


@pytest.mark.parametrize("path", ["/nothing", "/products/x"])
async def test_an_unknown_page_of_a_shop_for_members_asks_guests_to_sign_in(
    guest: httpx.AsyncClient, path: str
) -> None:
    site.apply(msgspec.structs.replace(site.DEFAULT, members_only=True))
    answer = await guest.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")


async def test_a_page_is_a_problem_for_clients_of_json(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/products/987654321", headers={"Accept": "application/json"})
    assert_problem(answer, 404, "product-not-found")


async def test_a_problem_is_not_cached(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/api/v1/cart")
    assert answer.headers["cache-control"] == "no-store"


async def test_too_many_tries_get_retry_after(settings: Settings, cast: Cast) -> None:
    limited = create_app(dataclasses.replace(settings, rate_limits=True))
    form = {"username": "alice", "password": "x" * 200}  # too long to be hashed
    headers = {"Accept": "application/json"}
    async with client_of(limited) as guest:
        answers = [await guest.post("/login", data=form, headers=headers) for _ in range(11)]
    await limited.state.external.close()
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "set-cookie" not in answers[-1].headers
