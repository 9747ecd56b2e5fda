"""Which encoding a client gets, and that the decoded bytes are the same."""

import zlib
from collections.abc import AsyncIterator, Iterable
from typing import Any, get_args

import brotli
import httpx
import pytest
from litestar import Litestar

from shop.web.compression import (
    ENCODINGS,
    Compressing,
    Effort,
    Encoding,
    choose_encoding,
    compressed,
)
from tests.cast import Cast, SignedIn, make_product, sign_in
from tests.unit.web.helpers import Page, assert_problem

DECODERS = {
    "br": brotli.decompress,
    "gzip": lambda body: zlib.decompress(body, wbits=31),
}


async def raw(client: httpx.AsyncClient, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    """The response, and its body as it was sent."""
    async with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        return answer, b"".join([piece async for piece in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, br", "br"),
        ("gzip, zstd", "gzip"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.5, gzip;q=1", "gzip"),
        ("br;q=0.5, gzip; q=0.6, zstd;q=0.55", "gzip"),
        ("br;q=0, zstd;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0, *", "gzip"),
        ("identity, *;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0", None),
        ("", None),
        ("identity", None),
        ("deflate", None),
        ("brotli", None),
        ("gzip;q=0", None),
        ("gzip;q=x", None),
        ("gzip;q=nan", None),
    ],
)
def test_the_preferred_encoding_is_chosen(accepted: str, encoding: str | None) -> None:
    assert choose_encoding(accepted) == encoding


@pytest.mark.parametrize("effort", get_args(Effort))
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_compression_is_lossless(encoding: Encoding, effort: Effort) -> None:
    body = ("좋은 물건 " * 1_000).encode()
    small = compressed(body, encoding, effort)
    assert len(small) < len(body) / 10
    assert DECODERS[encoding](small) == body


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("path", ["/", "/docs", "/docs/openapi.json", "/api/v1/products"])
async def test_pages_and_json_are_compressed(
    guest: httpx.AsyncClient, path: str, encoding: Encoding
) -> None:
    for _ in range(3):
        await make_product()
    plain, as_it_is = await raw(guest, path, "identity")
    answer, small = await raw(guest, path, encoding)
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["content-length"] == str(len(small))
    assert len(small) < len(as_it_is)
    assert DECODERS[encoding](small) == as_it_is
    for found in (plain, answer):
        assert found.headers["vary"].count("Accept-Encoding") == 1


async def test_other_values_of_vary_are_kept(guest: httpx.AsyncClient) -> None:
    vary = (await guest.get("/")).headers["vary"]
    names = {name.strip() for name in vary.split(",")}
    assert names == {"Accept-Language", "Cookie", "HX-Request", "X-User-Id", "Accept-Encoding"}


async def test_a_long_refusal_is_compressed_and_still_a_problem(alice: httpx.AsyncClient) -> None:
    products = [await make_product(stock=1) for _ in range(20)]
    body = {"items": [{"product_id": product, "quantity": 2} for product in products]}
    answer = await alice.post("/api/v1/orders", json=body, headers={"Accept-Encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert len(assert_problem(answer, 409, "out-of-stock")["items"]) == 20


async def test_public_responses_are_compressed_better_than_private_ones(
    guest: httpx.AsyncClient, alice: httpx.AsyncClient
) -> None:
    for number in range(20):
        await make_product(f"벼루 {number}")
    path = "/api/v1/products"
    (_, anybodys), (_, hers) = [await raw(one, path, "br") for one in (guest, alice)]
    assert brotli.decompress(anybodys) == brotli.decompress(hers)
    assert len(anybodys) < len(hers) < 1.3 * len(anybodys)


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/products?q=nothing"])
async def test_small_responses_are_not_compressed(guest: httpx.AsyncClient, path: str) -> None:
    answer, body = await raw(guest, path, "br")
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == str(len(body))


async def test_encoded_responses_are_not_encoded_again(guest: httpx.AsyncClient) -> None:
    _, body = await raw(guest, "/static/shop.css", "br")
    assert b"@layer" in brotli.decompress(body)


@pytest.mark.parametrize("path", ["/", "/api/v1/products", "/nowhere"])
async def test_head_has_the_length_of_get(guest: httpx.AsyncClient, path: str) -> None:
    await make_product()
    headers = {"Accept-Encoding": "gzip"}
    got, headed = await guest.get(path, headers=headers), await guest.head(path, headers=headers)
    assert headed.headers["content-length"] == got.headers["content-length"]
    assert headed.headers.get("content-encoding") == got.headers.get("content-encoding")


async def test_the_admin_is_compressed_too(app: Litestar, cast: Cast) -> None:
    async with sign_in(app, "admin") as staff:
        answer, body = await raw(staff, "/admin/", "br")
    assert answer.status_code == 200
    assert "<title>포인트몰</title>" in brotli.decompress(body).decode()


async def run(pieces: Iterable[bytes], headers: dict[bytes, bytes], status: int = 200) -> list[Any]:
    """The messages sent for an application's response in these parts."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    out = Compressing(send, "gzip", {"type": "http"})  # type: ignore[typeddict-item]
    await out({"type": "http.response.start", "status": status, "headers": [*headers.items()]})
    *others, last = pieces
    for piece in others:
        await out({"type": "http.response.body", "body": piece, "more_body": True})
    await out({"type": "http.response.body", "body": last, "more_body": False})
    return sent


TEXT = {b"content-type": b"text/plain", b"content-length": b"6000", b"etag": b'"abc"'}


async def test_a_stream_stays_a_stream() -> None:
    start, *bodies = await run([b"a" * 3_000, b"b" * 3_000, b""], TEXT)
    headers = dict(start["headers"])
    assert b"content-length" not in headers
    assert [body.get("more_body") for body in bodies] == [True, True, False]
    assert DECODERS["gzip"](b"".join(body["body"] for body in bodies)) == (
        b"a" * 3_000 + b"b" * 3_000
    )


async def test_the_etag_of_a_compressed_response_is_weak() -> None:
    start, _ = await run([b"a" * 6_000], TEXT)
    assert dict(start["headers"])[b"etag"] == b'W/"abc"'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({b"content-type": b"image/png"}, 200),
        ({b"content-type": b"text/css", b"content-encoding": b"br"}, 200),
        ({b"content-type": b"text/html"}, 304),
        ({}, 204),
    ],
    ids=["picture", "encoded already", "not modified", "nothing"],
)
async def test_incompressible_responses_are_not_compressed(
    headers: dict[bytes, bytes], status: int
) -> None:
    body = b"" if status in (204, 304) else b"a" * 6_000
    start, sent = await run([body], headers, status)
    assert sent["body"] == body
    assert dict(start["headers"]).get(b"content-encoding") == headers.get(b"content-encoding")


async def test_the_csrf_token_differs_on_each_page(browser: SignedIn) -> None:
    """So that the size of a page does not reveal how input in it relates to secrets in it
    (BREACH). Pages that are cached for a user have a token for each input."""
    product = await make_product()
    removed = f"/cart?removed={product}&price_seen=1&quantity="
    for paths in (
        ("/?q=x", "/?q=x"),
        (f"/products/{product}", f"/products/{product}"),
        ("/checkout?key=k", "/checkout?key=l"),
        (f"{removed}1", f"{removed}2"),
        ("/?sort=likes", "/?sort=likes&limit=3"),
    ):
        first, second = [
            {form["_csrf_token"] for form in Page((await browser.get(path)).text).post_forms()}
            for path in paths
        ]
        assert first, paths
        assert first.isdisjoint(second), paths


async def test_a_file_is_sent_as_bytes(browser_of_admin: httpx.AsyncClient, app: Litestar) -> None:
    """A server may offer to send a file that a response only names: that one is never
    compressed."""
    page = await browser_of_admin.get("/admin/")
    script = page.text.split('src="./')[1].split('"')[0]

    async def offering(scope: Any, receive: Any, send: Any) -> None:
        scope["extensions"] = {"http.response.pathsend": {}}
        await app(scope, receive, send)

    browser_of_admin._transport = httpx.ASGITransport(offering)
    answer, body = await raw(browser_of_admin, f"/admin/{script}", "br")
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "br")
    assert b"piccolo" in brotli.decompress(body).lower()


@pytest.fixture
async def browser_of_admin(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    async with sign_in(app, "admin") as client:
        yield client
