"""The input of a form whose session has ended is shown in it again after signing in."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from shop import site
from shop.orders.steps import OrderSteps
from shop.settings import Settings
from shop.start.services import Shop
from shop.users.tables import Session
from tests.cast import PASSWORD, Cast, SignedIn, make_product, sign_in
from tests.unit.bad_input.refusals import refused
from tests.unit.buying import bought
from tests.unit.users.factors import Clock, enrolled, second_factors
from tests.unit.web.helpers import HTMX, SHOP, Page, contents

BOOK = "/account/addresses"
ALICE = {"username": "alice", "password": PASSWORD}
ADDRESS = {
    "name": "김하나",
    "phone": "010-1234-5678",
    "postcode": "04524",
    "line1": '세종대로 "110" <b>&',
    "line2": "3층",
    "note": "문 앞에",
    "country": "KR",
}


@dataclass(frozen=True)
class Form:
    """A form of alice: its page, its address, and what she types."""

    page: str
    action: str
    typed: dict[str, str] = field(default_factory=lambda: ADDRESS)


@pytest.fixture
async def shopper(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Alice in a browser, which sends only the tokens of its forms."""
    async with sign_in(app, "alice") as client:
        client.headers.pop("X-CSRF-Token")
        client.headers["Accept-Language"] = "en"
        yield client


@pytest.fixture
async def forms(alice: httpx.AsyncClient, settings: Settings, shopper: SignedIn) -> dict[str, Form]:
    product = await make_product(price=1_000, stock=50)
    sent = (await bought(alice, (product, 3)))["id"]
    steps: OrderSteps = Shop(settings).steps
    await steps.collect(sent)
    paid = (await bought(alice, (product, 3)))["id"]
    address = {"name": "a", "phone": "010-1234-5678", "postcode": "04524", "line1": "b"}
    book = (await alice.post("/api/v1/addresses", json=address)).json()["id"]
    parcel = await make_product(price=1_000, stock=50, delivery="parcel")
    to = {f"recipient.{name}": text for name, text in ADDRESS.items()} | {"address": "new"}
    order = {"items": [{"product_id": parcel, "quantity": 1}], "address_id": book}
    parcelled = (await alice.post("/api/v1/orders", json=order)).json()["id"]
    checkout = f"/checkout?product_id={parcel}&quantity=1&key=k"
    return {
        "new address": Form(BOOK, BOOK),
        "address": Form(f"{BOOK}/{book}", f"{BOOK}/{book}"),
        "checkout": Form(checkout, "/checkout", to),
        "total": Form(checkout, "/checkout/update", to),
        "recipient": Form(f"/orders/{parcelled}/recipient", f"/orders/{parcelled}/recipient"),
        "cancel": Form(
            f"/orders/{paid}/cancel-items", f"/orders/{paid}/cancel-items", {"quantity": "2"}
        ),
        "return": Form(
            f"/orders/{sent}/return-request",
            f"/orders/{sent}/return-request",
            {"quantity": "2", "reason": '색이 "달라요"'},
        ),
    }


FORMS = ["new address", "address", "checkout", "total", "recipient", "cancel", "return"]
each_form = pytest.mark.parametrize("name", FORMS)


def test_these_forms_are_kept(app: Litestar) -> None:
    """All are tested here, except the e-mail address, which needs a shop with mail."""
    kept = {
        path
        for path, handlers in app.route_handler_method_map.items()
        for method, handler in handlers.items()
        if method == "POST" and handler.opt.get("keeps_input")
    }
    order = "/orders/{order_id:int}"
    assert kept == {
        BOOK,
        BOOK + "/{address_id:int}",
        "/account/email",
        "/checkout",
        "/checkout/update",
        f"{order}/cancel-items",
        f"{order}/recipient",
        f"{order}/return-request",
    }


async def filled_in(client: httpx.AsyncClient, form: Form) -> dict[str, str]:
    page = Page((await client.get(form.page)).text)
    return page.form("/checkout" if form.page.startswith("/checkout") else form.action) | form.typed


async def sent_too_late(client: httpx.AsyncClient, form: Form, **headers: str) -> httpx.Response:
    """Fills in the form; the session ends; sends it."""
    fields = await filled_in(client, form)
    await Session.delete(force=True)
    headers |= {"Referer": SHOP + form.page}
    return await client.post(form.action, data=fields, headers=headers)


async def sign_in_on(client: httpx.AsyncClient, page: httpx.Response, **who: str) -> httpx.Response:
    fields = Page(page.text).form("/login")
    return await client.post("/login", data={**fields, **(who or ALICE)})


async def go_on(client: httpx.AsyncClient, page: httpx.Response, form: Form) -> httpx.Response:
    action = f"{form.action}?kept=1"
    return await client.post(action, data=Page(page.text).form(action))


def values_in(page: str) -> list[str | None]:
    return [attributes.get("value") for _, attributes in Page(page).tags]


@each_form
async def test_the_form_is_shown_again_with_its_input(
    shopper: SignedIn, forms: dict[str, Form], name: str
) -> None:
    form = forms[name]
    kept = await sent_too_late(shopper, form)
    assert (kept.status_code, "Your session has ended" in kept.text) == (401, True)
    before = await contents()
    signed_in = await sign_in_on(shopper, kept)
    assert (signed_in.status_code, "signed in as alice" in signed_in.text) == (200, True)
    shown = await go_on(shopper, signed_in, form)
    assert (shown.status_code, "Nothing was sent yet" in shown.text) == (409, True)
    typed = set(form.typed.values()) - {"new"}
    assert typed - set(values_in(shown.text)) == set()
    after = await contents()
    changed = {table for table, rows in after.items() if rows != before[table]}
    assert changed <= {"sessions", "rate_limits"}


@each_form
async def test_then_it_is_sent_as_any_form(
    shopper: SignedIn, forms: dict[str, Form], name: str
) -> None:
    form = forms[name]
    page = await sign_in_on(shopper, await sent_too_late(shopper, form))
    shown = Page((await go_on(shopper, page, form)).text)
    action = "/checkout" if form.page.startswith("/checkout") else form.action
    sent = await shopper.post(action, data=shown.form(action) | form.typed)
    assert sent.status_code == 303
    assert not sent.headers["location"].startswith("/login")


@each_form
async def test_another_user_does_not_see_it(
    shopper: SignedIn, forms: dict[str, Form], name: str
) -> None:
    form = forms[name]
    kept = await sent_too_late(shopper, form)
    answer = await sign_in_on(shopper, kept, username="bob", password=PASSWORD)
    assert answer.status_code == 303
    page = (await shopper.get("/account")).text
    assert "It was discarded." in page
    assert ADDRESS["name"] not in page


@each_form
async def test_a_form_of_an_earlier_session_is_shown_to_its_author_only(
    app: Litestar, shopper: SignedIn, forms: dict[str, Form], name: str
) -> None:
    """The user signed in again in another tab; or another user did."""
    form = forms[name]
    fields = await filled_in(shopper, form)
    await Session.delete(force=True)
    before = await contents()
    async with sign_in(app, "bob") as other:
        other.headers.pop("X-CSRF-Token")
        other.headers["Accept-Language"] = "en"
        answer = await other.post(form.action, data=fields)
        assert (answer.status_code, "expired" in answer.text) == (403, True)
        assert ADDRESS["name"] not in answer.text
    async with sign_in(app, "alice") as same:
        same.headers.pop("X-CSRF-Token")
        same.headers["Accept-Language"] = "en"
        page = await same.post(form.action, data=fields)
        assert (page.status_code, "Nothing was sent yet" in page.text) == (403, True)
        shown = await go_on(same, page, form)
        assert "Nothing was sent yet" in shown.text
    changed = {table for table, rows in (await contents()).items() if rows != before[table]}
    assert changed <= {"sessions", "rate_limits", "users"}


async def test_htmx_gets_the_whole_page(shopper: SignedIn, forms: dict[str, Form]) -> None:
    kept = await sent_too_late(shopper, forms["checkout"], **HTMX)
    assert (kept.headers["hx-retarget"], kept.headers["hx-reswap"]) == ("body", "innerHTML")
    assert Page(kept.text).form("/login")["kept"]


async def test_a_wrong_password_keeps_it_too(shopper: SignedIn, forms: dict[str, Form]) -> None:
    form = forms["new address"]
    kept = await sent_too_late(shopper, form)
    again = await sign_in_on(shopper, kept, username="alice", password="wrong")
    assert again.status_code == 401
    shown = await go_on(shopper, await sign_in_on(shopper, again), form)
    assert ADDRESS["line1"] in values_in(shown.text)


async def test_a_sign_in_in_another_tab_leads_on(shopper: SignedIn, forms: dict[str, Form]) -> None:
    form = forms["new address"]
    kept = await sent_too_late(shopper, form)
    await shopper.post("/login", data=ALICE)
    shown = await go_on(shopper, await sign_in_on(shopper, kept), form)
    assert ADDRESS["line1"] in values_in(shown.text)


async def test_a_second_factor_keeps_it(
    app: Litestar, cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    async with sign_in(app, "admin") as client:
        client.headers.pop("X-CSRF-Token")
        form = Form(BOOK, BOOK)
        fields = await filled_in(client, form)
        phone, _ = await enrolled(cast.admin, clock, second_factors(settings.secret))
        await Session.delete(force=True)
        page = await client.post(BOOK, data=fields, headers={"Referer": SHOP + BOOK})
        page = await sign_in_on(client, page, username="admin", password=PASSWORD)
        for code in (phone.wrong_code(), phone.code()):
            given = Page(page.text).form("/login/code")
            assert code not in page.text
            page = await client.post("/login/code", data={**given, "code": code})
        shown = await go_on(client, page, form)
        assert ADDRESS["line1"] in values_in(shown.text)


async def test_no_password_and_no_code_is_in_the_page(
    shopper: SignedIn,
) -> None:
    secrets = dict.fromkeys(("password", "current_password", "new_password", "code"), "hunter2")
    kept = await sent_too_late(shopper, Form(BOOK, BOOK, {**ADDRESS, **secrets}))
    packed = Page(kept.text).form("/login")["kept"]
    raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    assert ("김하나".encode() in raw, b"hunter2" in raw) == (True, False)
    assert "hunter2" not in kept.text


@pytest.mark.parametrize("damage", ["x", "", "-"])
async def test_a_changed_form_is_not_shown(
    shopper: SignedIn, forms: dict[str, Form], damage: str
) -> None:
    kept = await sent_too_late(shopper, forms["new address"])
    fields = Page(kept.text).form("/login")
    fields["kept"] = damage and damage + fields["kept"]
    answer = await shopper.post("/login", data={**fields, **ALICE})
    assert (answer.status_code, answer.headers["location"]) == (303, BOOK)


@each_form
async def test_a_kept_form_needs_the_new_token(
    shopper: SignedIn, forms: dict[str, Form], name: str
) -> None:
    form = forms[name]
    await sign_in_on(shopper, await sent_too_late(shopper, form))
    data: dict[str, Any] = {"idempotency_key": "k", **form.typed}
    await refused(shopper, "POST", f"{form.action}?kept=1", data=data)


async def test_another_site_cannot_have_a_form_kept(
    shopper: SignedIn, forms: dict[str, Form]
) -> None:
    answer = await sent_too_late(shopper, forms["new address"], Origin="https://evil.test")
    assert answer.status_code == 403
    assert ADDRESS["name"] not in answer.text


async def test_a_guest_signs_in_as_before(guest: httpx.AsyncClient) -> None:
    answer = await guest.post(BOOK, data=ADDRESS, headers={"Referer": SHOP + BOOK})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={BOOK}")


async def test_a_form_that_is_too_long_is_not_kept(
    shopper: SignedIn, forms: dict[str, Form]
) -> None:
    form = Form(BOOK, BOOK, {**ADDRESS, "note": "가" * 9_000 + "b" * 12_000})
    assert (await sent_too_late(shopper, form)).status_code == 303


async def test_clients_of_json_get_the_error(shopper: SignedIn, forms: dict[str, Form]) -> None:
    answer = await sent_too_late(shopper, forms["new address"], Accept="application/json")
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/not-signed-in"


async def test_a_shop_for_members_only_keeps_it_too(
    shopper: SignedIn, forms: dict[str, Form]
) -> None:
    form = forms["new address"]
    fields = await filled_in(shopper, form)
    site.apply(msgspec.structs.replace(site.DEFAULT, members_only=True))
    await Session.delete(force=True)
    kept = await shopper.post(BOOK, data=fields, headers={"Referer": SHOP + BOOK})
    shown = await go_on(shopper, await sign_in_on(shopper, kept), form)
    assert ADDRESS["line1"] in values_in(shown.text)
