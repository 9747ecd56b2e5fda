"""Every page and fragment: complete, private if it has user data, and without inline code."""

import httpx
import pytest

from tests.cast import SignedIn, edit_product, make_product
from tests.unit.web.helpers import HTMX, SHOP, Page, is_data

NASTY = """</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7*7 }}"""
PAGES = [
    "/",
    "/?q=%3Cscript%3E&sort=likes",
    "/?category=desk",
    "/?limit=1",
    "/products/{product}",
    "/likes",
    "/cart",
    "/checkout?key=k",
    "/checkout?product_id={product}&quantity=2&key=k",
    "/orders",
    "/orders/{order}",
    "/points",
    "/account",
    "/docs",
]
FRAGMENTS = ["/?limit=1&cursor={cursor}", "/orders/{order}/delivery"]
ERRORS = ["/nowhere", "/products/987654321", "/orders/987654321", "/?sort=nonsense"]


Shelf = dict[str, object]  # what the addresses above are filled in with


@pytest.fixture
async def filled(alice: httpx.AsyncClient) -> Shelf:
    """A shop in which every page has something to show, some of it meant to break out of it."""
    product = await make_product(NASTY, name_en=NASTY, description=NASTY, price=1_000)
    await make_product(NASTY, stock=0)
    await alice.post(f"/api/v1/products/{product}/likes")
    await alice.put(f"/api/v1/cart/items/{product}", json={"quantity": 2})
    body = {"items": [{"product_id": product, "quantity": 1}]}
    order = (await alice.post("/api/v1/orders", json=body)).json()["id"]
    cursor = (await alice.get("/api/v1/products?limit=1")).json()["next_cursor"]
    return {"product": product, "order": order, "cursor": cursor}


@pytest.fixture
async def signed_in(filled: Shelf, browser: SignedIn) -> SignedIn:
    return browser


def assert_clean(html: str) -> Page:
    """Nothing that a strict Content-Security-Policy would have to allow, and nothing broken out."""
    page = Page(html)
    assert page.inline == []
    for tag, attributes in page.tags:
        assert tag != "style"
        assert tag != "script" or is_data(attributes) or attributes["src"].startswith("/static/")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not [name for name in attributes if name.startswith("hx-on")]
        for name in ("src", "href", "action", "formaction"):
            address = (attributes.get(name) or "/").removeprefix(SHOP if tag == "link" else "")
            assert address.startswith(("/", "#", "?")), (tag, address)
            assert not address.startswith("//")
    assert "{{" not in html.replace("{{ 7*7 }}", "")
    return page


def assert_private(answer: httpx.Response) -> None:
    kept = answer.headers["cache-control"]
    assert "public" not in kept
    if "no-store" in kept:
        return
    assert "private" in kept
    varies = {name.strip().lower() for name in answer.headers.get("vary", "").split(",")}
    assert {"cookie", "x-user-id", "accept-language", "hx-request"} <= varies


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_of_alice_is_complete_and_private(
    signed_in: SignedIn, filled: Shelf, path: str, language: str
) -> None:
    answer = await signed_in.get(path.format(**filled), headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in answer.text
    assert_private(answer)
    assert_clean(answer.text)


@pytest.mark.parametrize("path", [*PAGES, *FRAGMENTS])
async def test_htmx_responses_are_private_too(
    signed_in: SignedIn, filled: Shelf, path: str
) -> None:
    answer = await signed_in.get(path.format(**filled), headers=HTMX)
    assert answer.status_code == 200, answer.text
    assert_private(answer)
    assert_clean(answer.text)


@pytest.mark.parametrize("path", FRAGMENTS)
async def test_a_fragment_is_no_page(signed_in: SignedIn, filled: Shelf, path: str) -> None:
    answer = await signed_in.get(path.format(**filled), headers=HTMX)
    assert "<html" not in answer.text
    assert answer.text.strip()


@pytest.mark.parametrize("path", [*PAGES, *ERRORS])
async def test_every_form_that_writes_holds_the_proof(
    signed_in: SignedIn, filled: Shelf, path: str
) -> None:
    forms = Page((await signed_in.get(path.format(**filled))).text).post_forms()
    assert forms
    assert [fields for fields in forms if not fields.get("_csrf_token")] == []


@pytest.mark.parametrize("path", ["/", "/products/{product}", "/login", "/signup", "/docs"])
async def test_a_page_for_guests_is_complete_and_has_no_user_data(
    filled: Shelf, guest: httpx.AsyncClient, path: str
) -> None:
    answer = await guest.get(path.format(**filled))
    assert answer.status_code == 200
    assert_private(answer)
    page = assert_clean(answer.text)
    assert [fields for fields in page.post_forms() if "_csrf_token" in fields] == []
    assert "alice" not in answer.text


@pytest.mark.parametrize("path", ERRORS)
async def test_an_error_page_has_no_user_data(
    signed_in: SignedIn, filled: Shelf, path: str
) -> None:
    answer = await signed_in.get(path)
    assert answer.status_code in (400, 404)
    assert answer.text.startswith("<!doctype html>")
    assert_private(answer)
    assert_clean(answer.text)


@pytest.mark.parametrize("path", ERRORS)
async def test_an_error_for_htmx_is_a_notice(signed_in: SignedIn, filled: Shelf, path: str) -> None:
    answer = await signed_in.get(path, headers=HTMX)
    assert answer.status_code in (400, 404)
    assert answer.headers["hx-retarget"] == "#notices"
    assert "<html" not in answer.text
    assert_clean(answer.text)


async def test_what_a_shopper_typed_stays_text(signed_in: SignedIn) -> None:
    answer = await signed_in.get("/", params={"q": NASTY[:100]})
    assert answer.status_code == 200
    assert_clean(answer.text)


async def test_a_refused_name_stays_text(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/signup", data={"username": NASTY, "password": "a-fine-password"})
    assert answer.status_code == 400
    assert_clean(answer.text)


ANSWERS = [
    ("/products/{product}/likes", {"liked": "false"}),
    ("/cart/items", {"product_id": "{product}", "quantity": "1"}),
    ("/cart/items/{product}", {"quantity": "3"}),
    ("/cart/items/{product}", {"quantity": "0"}),
]


@pytest.mark.parametrize(("path", "form"), ANSWERS)
async def test_a_change_returns_the_changed_part(
    signed_in: SignedIn, filled: Shelf, path: str, form: dict[str, str]
) -> None:
    fields = {name: value.format(**filled) for name, value in form.items()}
    fields["_csrf_token"] = signed_in.csrf_token
    answer = await signed_in.post(path.format(**filled), data=fields, headers=HTMX)
    assert answer.status_code == 200, answer.text
    assert "<html" not in answer.text
    assert_private(answer)
    page = assert_clean(answer.text)
    assert [fields for fields in page.post_forms() if not fields.get("_csrf_token")] == []


@pytest.mark.parametrize(("path", "form"), ANSWERS)
async def test_the_same_change_works_without_javascript(
    signed_in: SignedIn, filled: Shelf, path: str, form: dict[str, str]
) -> None:
    fields = {name: value.format(**filled) for name, value in form.items()}
    fields["_csrf_token"] = signed_in.csrf_token
    answer = await signed_in.post(path.format(**filled), data=fields)
    assert answer.status_code == 303
    assert_private(answer)
    assert (await signed_in.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_refused_checkout_keeps_its_input(
    signed_in: SignedIn, filled: Shelf, headers: dict[str, str]
) -> None:
    product = await make_product(stock=3, price=1_000)
    fields = {"product_id": str(product), "quantity": "7", "unit_price": "1000"}
    proof = {"idempotency_key": "key", "_csrf_token": signed_in.csrf_token}
    answer = await signed_in.post("/checkout", data={**fields, **proof}, headers=headers)
    assert answer.status_code == 409
    form = assert_clean(answer.text).form("/checkout")
    assert (form["quantity"], form["idempotency_key"]) == ("7", "key")


async def test_a_notice_is_shown_once(signed_in: SignedIn, filled: Shelf) -> None:
    form = {"quantity": "1", "_csrf_token": signed_in.csrf_token}
    await signed_in.post("/cart/items/{product}".format(**filled), data=form)
    assert 'id="notice"' in (await signed_in.get("/cart")).text
    assert 'id="notice"' not in (await signed_in.get("/cart")).text


async def test_a_withdrawn_product_is_not_found(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    await edit_product(product, active=False)
    assert (await alice.get(f"/products/{product}")).status_code == 404


async def test_another_users_page_is_never_shown(filled: Shelf, bob: httpx.AsyncClient) -> None:
    answer = await bob.get("/orders/{order}".format(**filled))
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/", "/likes", "/cart", "/checkout?key=k", "/orders", "/points"])
async def test_an_empty_page_is_200(browser: SignedIn, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert_clean(answer.text)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/likes?lang=en", "/login?next=/likes%3Flang%3Den&lang=en"),
        ("/likes?lang=fr", "/login?next=/likes%3Flang%3Dfr"),
        ("/likes", "/login?next=/likes"),
    ],
)
async def test_a_redirect_keeps_the_language_of_the_address(
    guest: httpx.AsyncClient, path: str, leads_to: str
) -> None:
    assert (await guest.get(path)).headers["location"] == leads_to


async def test_the_checkout_stays_in_its_language(browser_of_alice: SignedIn) -> None:
    first = await browser_of_alice.get("/checkout?lang=en")
    assert first.status_code == 303
    page = await browser_of_alice.get(first.headers["location"])
    assert '<html lang="en">' in page.text
