"""A fragment is rendered once, and is right for each user who gets it."""

from functools import partial

import httpx
import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from litestar import Litestar

from shop.web.cache.fragments import MAX_LENGTH, cached_form, cached_fragment, cached_fragments
from shop.web.i18n import current_language
from tests.cast import Cast, SignedIn, edit_product, make_product, sign_in
from tests.unit.conftest import header_client


@pytest.fixture
def environment() -> Environment:
    piece = "{{ write() }}<i>{{ language }} {{ thing }}</i>"
    return Environment(
        loader=DictLoader({"ko/piece": piece, "en/piece": piece}),
        autoescape=True,
        undefined=StrictUndefined,
    )


def write_to(written: list[str]) -> str:
    written.append("write()")
    return ""


def test_a_fragment_is_rendered_once(environment: Environment) -> None:
    written: list[str] = []
    environment.globals["write"] = partial(write_to, written)
    current_language.set("ko")
    assert cached_fragment(environment, "piece", thing="붓") == "<i>ko 붓</i>"
    assert cached_fragment(environment, "piece", thing="붓") == "<i>ko 붓</i>"
    assert len(written) == 1
    assert cached_fragment(environment, "piece", thing="<b>") == "<i>ko &lt;b&gt;</i>"
    current_language.set("en")
    assert cached_fragment(environment, "piece", thing="붓") == "<i>en 붓</i>"
    assert len(written) == 3
    each = cached_fragments(environment, "piece", "thing", ["붓", "먹"])
    assert each == "<i>en 붓</i>\n<i>en 먹</i>"
    assert len(written) == 4


def test_a_too_long_fragment_is_not_cached(environment: Environment) -> None:
    written: list[str] = []
    environment.globals["write"] = partial(write_to, written)
    current_language.set("ko")
    for _ in range(2):
        assert "붓" in cached_fragment(environment, "piece", thing="붓" * MAX_LENGTH)
    assert len(written) == 2


def test_a_fragment_sees_only_its_arguments(environment: Environment) -> None:
    current_language.set("ko")
    with pytest.raises(UndefinedError):
        cached_fragment(environment, "piece")


def test_a_form_has_the_token_of_its_page(environment: Environment) -> None:
    written: list[str] = []
    environment.globals["write"] = partial(write_to, written)
    environment.loader = DictLoader({"ko/form": "{{ write() }}{{ thing }} [{{ csrf_token }}]"})
    current_language.set("ko")
    assert cached_form(environment, "form", "1a", thing="붓") == "붓 [1a]"
    assert cached_form(environment, "form", "2b", thing="붓") == "붓 [2b]"
    assert len(written) == 1
    assert cached_form(environment, "form", "", thing="붓") == "붓 []"


async def test_each_shopper_gets_their_own_token(
    browser_of_alice: SignedIn, guest: httpx.AsyncClient, app: Litestar, cast: Cast
) -> None:
    await make_product("벼루")
    hers = (await browser_of_alice.get("/")).text
    async with sign_in(app, "bob") as bob:
        his = (await bob.get("/")).text
    anybodys = (await guest.get("/")).text
    tokens = [text.split('name="_csrf_token" value="')[1:] for text in (hers, his)]
    assert [page for page in tokens if len({token[:48] for token in page}) != 1] == []
    assert tokens[0][0][:48] != tokens[1][0][:48]
    assert "_csrf_token" not in anybodys


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_changed_fragment_is_rendered_again(
    app: Litestar, cast: Cast, language: str
) -> None:
    product = await make_product("벼루", name_en="Inkstone", price=7_000)
    async with header_client(app, cast.alice) as alice:
        alice.headers["accept-language"] = language
        assert "7,000" in (await alice.get("/")).text
        await edit_product(product, price=8_100)
        await alice.post(f"/api/v1/products/{product}/likes")
        page = (await alice.get("/")).text
    assert "8,100" in page
    assert 'aria-pressed="true"' in page
    assert {"ko": "벼루", "en": "Inkstone"}[language] in page


async def test_a_name_is_escaped(app: Litestar, cast: Cast) -> None:
    await make_product("<b>벼루</b> & 먹")
    async with header_client(app, cast.alice) as alice:
        page = (await alice.get("/")).text
    assert "&lt;b&gt;벼루&lt;/b&gt; &amp; 먹" in page
    assert "<b>벼루" not in page


async def test_the_masthead_is_not_shared(app: Litestar, cast: Cast) -> None:
    product = await make_product("벼루", price=7_000)
    async with header_client(app, cast.alice) as alice, header_client(app, cast.bob) as bob:
        await alice.put(f"/api/v1/cart/items/{product}", json={"quantity": 3})
        for path in ("/", "/cart", "/likes", f"/products/{product}"):
            hers, his = [(await one.get(path)).text for one in (alice, bob)]
            assert "<b>100,000</b>" in hers
            assert '<span class="count">3</span>' in hers
            assert "<b>0</b>" in his
            assert '<span class="count">' not in his
            assert "<b>100,000</b>" not in his


@pytest.mark.parametrize("who", ["alice", "admin"])
async def test_only_staff_see_the_link_to_the_administration(
    app: Litestar, cast: Cast, who: str
) -> None:
    async with sign_in(app, who) as client:
        assert ('href="/admin/"' in (await client.get("/")).text) == (who == "admin")
