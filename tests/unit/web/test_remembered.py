"""A piece of a page is written once, and is right for whoever reads it."""

import httpx
import pytest
from litestar import Litestar

from shop.products.tables import Product
from shop.web.remembered import TOKEN, remembered
from tests.cast import Cast, SignedIn, make_product, sign_in
from tests.unit.conftest import header_client


def test_it_is_written_once() -> None:
    written = []

    def macro(thing: str, csrf_token: str, **how: bool) -> str:
        written.append((thing, how))
        return f"<i>{thing} {csrf_token} {how}</i>"

    first = remembered("ko", macro, "brush", "abc", first=True)
    again = remembered("ko", macro, "brush", "def", first=True)
    assert first == "<i>brush abc {'first': True}</i>"
    assert again == "<i>brush def {'first': True}</i>"
    assert len(written) == 1
    for language, thing, token, how in (
        ("en", "brush", "abc", True),
        ("ko", "ink", "abc", True),
        ("ko", "brush", "", True),
        ("ko", "brush", "abc", False),
    ):
        remembered(language, macro, thing, token, first=how)  # type: ignore[arg-type]
    assert len(written) == 5


async def test_each_shopper_gets_their_own_token_and_nobody_the_stand_in(
    browser_of_alice: SignedIn, guest: httpx.AsyncClient, app: Litestar, cast: Cast
) -> None:
    await make_product("벼루")
    hers = (await browser_of_alice.get("/")).text
    async with sign_in(app, "bob") as bob:
        his = (await bob.get("/")).text
    anybodys = (await guest.get("/")).text
    assert all(TOKEN not in text for text in (hers, his, anybodys))
    tokens = [text.split('name="_csrf_token" value="')[1:] for text in (hers, his)]
    assert all(len({token[:48] for token in page}) == 1 for page in tokens)
    assert tokens[0][0][:48] != tokens[1][0][:48]
    assert "_csrf_token" not in anybodys


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_what_changes_is_written_anew(app: Litestar, cast: Cast, language: str) -> None:
    product = await make_product("벼루", name_en="Inkstone", price=7_000)
    async with header_client(app, cast.alice) as alice:
        alice.headers["accept-language"] = language
        assert "7,000" in (await alice.get("/")).text
        await Product.update({Product.price: 8_100}).where(Product.id == product)
        await alice.post(f"/api/v1/products/{product}/likes")
        page = (await alice.get("/")).text
    assert "8,100" in page
    assert 'aria-pressed="true"' in page
    assert {"ko": "벼루", "en": "Inkstone"}[language] in page


async def test_a_name_stays_text(app: Litestar, cast: Cast) -> None:
    await make_product("<b>벼루</b> & 먹")
    async with header_client(app, cast.alice) as alice:
        page = (await alice.get("/")).text
    assert "&lt;b&gt;벼루&lt;/b&gt; &amp; 먹" in page
    assert "<b>벼루" not in page
