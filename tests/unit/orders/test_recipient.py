"""Recipients of parcels: required, copied, changed, shared and erased."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.identity import SignedInUser
from shop.orders.carriers import Parcel
from shop.orders.tables import Order, OrderRecipient
from shop.products.tables import Product
from shop.settings import Settings
from shop.start.background_work import sweep
from shop.start.services import Shop
from tests.cast import Cast, Receiver, SignedIn, balance_of, make_product, stock_of
from tests.unit.buying import books, bought, buy, code_of
from tests.unit.conftest import header_client
from tests.unit.proofs.delivery import deliver_all
from tests.unit.web.helpers import wrong_fields_in

HOME: dict[str, Any] = {
    "name": "김하나",
    "phone": "010-1234-5678",
    "postcode": "04524",
    "line1": "서울 중구 세종대로 110",
}
REST = {"line2": "", "note": "", "country": "KR"}
ELSEWHERE = {**HOME, "name": "이두리", "line1": "부산 해운대해변로 264"}


@pytest.fixture
async def tent(cast: Cast) -> int:
    return await make_product("텐트", delivery="parcel")


@pytest.fixture
async def pencil(cast: Cast) -> int:
    return await make_product()


async def saved(client: httpx.AsyncClient, **more: Any) -> int:
    answer = await client.post("/api/v1/addresses", json={**HOME, **more})
    return int(answer.json()["id"])


# In JSON


async def test_a_parcel_goes_to_the_recipient_of_the_request(
    alice: httpx.AsyncClient, tent: int, pencil: int
) -> None:
    order = await bought(alice, (tent, 1), (pencil, 1), recipient=HOME)
    assert order["recipient"] == {**HOME, **REST}
    assert (await alice.get(f"/api/v1/orders/{order['id']}")).json() == order
    assert (await alice.get("/api/v1/orders")).json()["items"] == [order]


async def test_a_parcel_goes_to_an_address_or_the_default_one(
    alice: httpx.AsyncClient, tent: int
) -> None:
    await saved(alice)
    other = await saved(alice, **ELSEWHERE)
    assert (await bought(alice, (tent, 1)))["recipient"]["name"] == HOME["name"]
    order = await bought(alice, (tent, 1), address_id=other)
    assert order["recipient"]["name"] == ELSEWHERE["name"]
    await alice.put(f"/api/v1/addresses/{other}", json={**HOME, "name": "박세나"})
    order = (await alice.get(f"/api/v1/orders/{order['id']}")).json()
    assert order["recipient"]["name"] == ELSEWHERE["name"]


async def test_products_for_pickup_need_no_recipient(alice: httpx.AsyncClient, pencil: int) -> None:
    address = await saved(alice)
    assert (await bought(alice, (pencil, 1)))["recipient"] is None
    for more in ({"recipient": HOME}, {"address_id": address}):
        answer = await buy(alice, (pencil, 1), **more)
        assert code_of(answer) == "invalid-input"
        assert [error["field"] for error in answer.json()["errors"]] == list(more)


async def test_a_parcel_without_a_recipient_is_refused(
    alice: httpx.AsyncClient, cast: Cast, tent: int
) -> None:
    before = await books()
    answer = await buy(alice, (tent, 1), key="k")
    assert (answer.status_code, code_of(answer)) == (400, "recipient-required")
    assert await books() == before
    await saved(alice)
    assert (await buy(alice, (tent, 1), key="k")).status_code == 201


async def test_another_users_address_is_not_found(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, tent: int
) -> None:
    address = await saved(bob)
    for address_id in (address, 0, -1, 2**63, 10**30):
        answer = await buy(alice, (tent, 1), address_id=address_id)
        assert (answer.status_code, code_of(answer)) in {
            (404, "address-not-found"),
            (400, "invalid-input"),  # no 64 bits: JSON's own check
        }, address_id


async def test_a_missing_product_is_refused_before_and_stock_after_the_recipient(
    bob: httpx.AsyncClient, tent: int
) -> None:
    assert code_of(await buy(bob, (tent, 1), (999, 1))) == "product-not-found"
    assert code_of(await buy(bob, (tent, 99))) == "recipient-required"
    assert code_of(await buy(bob, (tent, 99), recipient=HOME)) == "out-of-stock"


async def test_a_wrong_recipient_is_named(alice: httpx.AsyncClient, tent: int) -> None:
    answer = await buy(alice, (tent, 1), recipient={**HOME, "postcode": "abc", "phone": "1" * 400})
    assert {error["field"] for error in answer.json()["errors"]} == {
        "recipient.postcode",
        "recipient.phone",
    }
    address = await saved(alice)
    answer = await buy(alice, (tent, 1), recipient=HOME, address_id=address)
    assert [error["field"] for error in answer.json()["errors"]] == ["address_id"]


async def test_the_recipient_is_part_of_the_key(alice: httpx.AsyncClient, tent: int) -> None:
    order = await bought(alice, (tent, 1), recipient=HOME, key="k")
    again = await buy(alice, (tent, 1), recipient=HOME, key="k")
    assert (again.json(), again.headers["idempotency-replayed"]) == (order, "true")
    for more in ({}, {"recipient": ELSEWHERE}, {"address_id": 1}):
        answer = await buy(alice, (tent, 1), key="k", **more)
        assert code_of(answer) == "idempotency-key-reused"


async def test_a_products_delivery_is_copied_into_its_order(
    alice: httpx.AsyncClient, tent: int
) -> None:
    order = await bought(alice, (tent, 1), recipient=HOME)
    await Product.update(delivery="desk").where(Product.id == tent)
    assert (await alice.get(f"/api/v1/orders/{order['id']}")).json() == order
    shown = (await alice.get(f"/api/v1/products/{tent}")).json()
    assert (shown["delivery"], shown["options"]) == ("desk", [])


# The external system, and erasing


@pytest.fixture
async def sharing(
    settings: Settings, receiver: Receiver, cast: Cast
) -> AsyncIterator[Callable[[], Litestar]]:
    """The app with SHOP_EXTERNAL_RECIPIENT=on."""
    receiver.forget()
    app = create_app(replace(settings, external_recipient=True))
    yield lambda: app
    await app.state.external.close()


async def test_the_external_system_gets_no_recipient(
    alice: httpx.AsyncClient, receiver: Receiver, tent: int
) -> None:
    await bought(alice, (tent, 1), recipient=HOME)
    [message] = receiver.messages
    assert "recipient" not in message.data
    assert HOME["name"] not in message.raw


async def test_the_external_system_gets_it_if_the_setting_is_on(
    sharing: Callable[[], Litestar], receiver: Receiver, cast: Cast, tent: int, pencil: int
) -> None:
    async with header_client(sharing(), cast.alice) as client:
        order = await bought(client, (tent, 1), recipient=HOME)
        await bought(client, (pencil, 1))
        sent, picked_up = (message.data["recipient"] for message in receiver.messages)
        assert (sent, picked_up) == (order["recipient"], None)


async def test_an_external_system_that_got_a_recipient_gets_the_changed_one_too(
    sharing: Callable[[], Litestar], receiver: Receiver, cast: Cast, tent: int
) -> None:
    app = sharing()
    async with header_client(app, cast.alice) as client:
        order = await bought(client, (tent, 1), recipient=HOME)
        for recipient in (ELSEWHERE, HOME):
            answer = await client.post(f"/orders/{order['id']}/recipient", data=recipient)
            assert answer.status_code == 303
    await deliver_all(app)
    told = [(message.type, message.data["recipient"]["name"]) for message in receiver.messages]
    assert told == [
        ("order.created", HOME["name"]),
        ("order.recipient", ELSEWHERE["name"]),
        ("order.recipient", HOME["name"]),
    ]


async def close(client: httpx.AsyncClient, order_id: int, age: timedelta) -> None:
    assert (await client.post(f"/api/v1/orders/{order_id}/cancel")).status_code == 200
    await Order.raw("UPDATE orders SET closed_at = closed_at - {}::interval", age)


async def test_an_erased_recipient_is_in_no_table(
    sharing: Callable[[], Litestar], settings: Settings, cast: Cast, tent: int
) -> None:
    secret = {**HOME, "name": "지워질이름", "line1": "지워질주소 1"}
    async with header_client(sharing(), cast.alice) as client:
        order = await bought(client, (tent, 1), recipient=secret, key="k")
        kept = await bought(client, (tent, 1), recipient=ELSEWHERE)
        await close(client, order["id"], timedelta(days=90, minutes=1))
        assert "지워질" in str(await books())
        await sweep(Shop(settings))
        held = {name for name, rows in (await books()).items() if "지워질" in str(rows)}
        assert held == set()
        assert (await client.get(f"/api/v1/orders/{order['id']}")).json()["recipient"] is None
        url = f"/api/v1/orders/{kept['id']}"
        assert (await client.get(url)).json()["recipient"]["name"] == ELSEWHERE["name"]


@pytest.mark.parametrize("age", [timedelta(days=89, hours=23), timedelta(0)])
async def test_a_recipient_is_kept_for_90_days(
    alice: httpx.AsyncClient, settings: Settings, tent: int, age: timedelta
) -> None:
    order = await bought(alice, (tent, 1), recipient=HOME)
    await close(alice, order["id"], age)
    await sweep(Shop(settings))
    shown = (await alice.get(f"/api/v1/orders/{order['id']}")).json()
    assert shown["recipient"]["name"] == HOME["name"]


async def test_the_recipient_of_an_open_order_is_never_erased(
    alice: httpx.AsyncClient, settings: Settings, cast: Cast, tent: int
) -> None:
    order = await bought(alice, (tent, 1), recipient=HOME)
    shop = Shop(settings)
    await shop.steps.prepare(order["id"])
    await shop.steps.ship(order["id"], Parcel("cj", "123456789012"))
    await shop.steps.fulfil(order["id"])
    await shop.steps.take_back(order["id"])
    await Order.raw("UPDATE orders SET created_at = now() - interval '1 year'")
    await sweep(shop)
    assert await OrderRecipient.count().where(OrderRecipient.erased_at.is_null()) == 1


# Pages

CHECKOUT = "/checkout"


def form_of(product_id: int, quantity: int = 1, key: str = "k", **more: str) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "unit_price": 1_000,
        "quantity": quantity,
        "idempotency_key": key,
        **more,
    }


def typed(**recipient: str) -> dict[str, str]:
    fields = {**HOME, **REST, **recipient}
    return {"address": "new", **{f"recipient.{name}": text for name, text in fields.items()}}


async def test_only_a_checkout_with_a_parcel_asks_for_a_recipient(
    browser_of_alice: SignedIn, tent: int, pencil: int
) -> None:
    url = f"{CHECKOUT}?key=k&quantity=1&product_id="
    assert 'name="recipient.name"' in (await browser_of_alice.get(f"{url}{tent}")).text
    assert "recipient.name" not in (await browser_of_alice.get(f"{url}{pencil}")).text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "it needs no recipient"), ("ko", "받는 분이 필요하지 않습니다")],
)
async def test_a_recipient_without_a_parcel_is_named_and_the_form_can_be_sent_again(
    browser_of_alice: SignedIn, pencil: int, language: str, said: str
) -> None:
    sent = form_of(pencil, **typed())
    answer = await browser_of_alice.post(f"{CHECKOUT}?lang={language}", data=sent)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert "recipient.name" not in answer.text
    assert (await browser_of_alice.post(CHECKOUT, data=form_of(pencil))).status_code == 303


async def test_the_default_address_is_chosen_and_paid_with(
    browser_of_alice: SignedIn, tent: int
) -> None:
    address = await saved(browser_of_alice)
    page = await browser_of_alice.get(f"{CHECKOUT}?key=k&quantity=1&product_id={tent}")
    assert f'name="address" value="{address}" checked' in page.text
    answer = await browser_of_alice.post(CHECKOUT, data=form_of(tent, address=str(address)))
    assert answer.status_code == 303
    receipt = (await browser_of_alice.get(answer.headers["location"])).text
    assert HOME["line1"] in receipt
    assert "/recipient" in receipt


@pytest.mark.parametrize(("ticked", "kept"), [({"keep": "on"}, 1), ({}, 0)])
async def test_a_new_recipient_is_saved_if_ticked(
    browser_of_alice: SignedIn, tent: int, ticked: dict[str, str], kept: int
) -> None:
    answer = await browser_of_alice.post(CHECKOUT, data=form_of(tent, **typed(), **ticked))
    assert answer.status_code == 303
    again = await browser_of_alice.post(CHECKOUT, data=form_of(tent, **typed(), **ticked))
    assert again.headers["location"] == answer.headers["location"]
    assert len((await browser_of_alice.get("/api/v1/addresses")).json()["items"]) == kept


async def test_a_refused_checkout_keeps_the_recipient(
    browser_of_alice: SignedIn, cast: Cast, tent: int
) -> None:
    data = form_of(tent, **typed(postcode="서울", phone="x"), keep="on")
    answer = await browser_of_alice.post(CHECKOUT, data=data)
    assert answer.status_code == 400
    assert wrong_fields_in(answer.text) == ["recipient.phone", "recipient.postcode"]
    assert f'value="{HOME["line1"]}"' in answer.text
    assert 'id="recipient.postcode-error"' in answer.text
    assert 'name="keep" value="on" checked' in answer.text
    answer = await browser_of_alice.post(CHECKOUT, data=form_of(tent))
    assert answer.status_code == 400
    assert (await balance_of(cast.alice), await stock_of(tent)) == (100_000, 10)


async def test_a_wrong_quantity_and_a_wrong_recipient_are_shown_together(
    browser_of_alice: SignedIn, tent: int
) -> None:
    data = form_of(tent, 100, **typed(phone="x"))
    page = (await browser_of_alice.post(CHECKOUT, data=data)).text
    assert f'id="quantity-{tent}-error"' in page
    assert 'id="recipient.phone-error"' in page
    assert page.count("autofocus") == 1
    assert page.index("autofocus") < page.index(f'id="quantity-{tent}-error"')
    assert 'value="100"' in page
    assert f'value="{HOME["line1"]}"' in page


async def test_the_total_is_updated_without_the_recipient_in_a_url(
    browser_of_alice: SignedIn, tent: int
) -> None:
    data = form_of(tent, 3, **typed())
    answer = await browser_of_alice.post(f"{CHECKOUT}/update", data=data)
    assert answer.status_code == 200
    assert "3,000" in answer.text
    assert f'value="{HOME["line1"]}"' in answer.text
    htmx = {"hx-request": "true"}
    answer = await browser_of_alice.post(f"{CHECKOUT}/update", data=data, headers=htmx)
    assert "recipient" not in answer.headers["hx-replace-url"]
    wrong = await browser_of_alice.post(f"{CHECKOUT}/update", data=form_of(tent, 0, **typed()))
    assert wrong.status_code == 400
    assert f'value="{HOME["line1"]}"' in wrong.text


async def test_the_recipient_is_changed_until_the_order_is_closed(
    browser_of_alice: SignedIn, alice: httpx.AsyncClient, bob: httpx.AsyncClient, tent: int
) -> None:
    order = await bought(alice, (tent, 1), recipient=HOME)
    url = f"/orders/{order['id']}/recipient"
    assert f'value="{HOME["line1"]}"' in (await browser_of_alice.get(url)).text
    wrong = await browser_of_alice.post(url, data={**HOME, "phone": "x"})
    assert (wrong.status_code, 'id="phone-error"' in wrong.text) == (400, True)
    assert (await browser_of_alice.post(url, data=ELSEWHERE)).status_code == 303
    shown = (await alice.get(f"/api/v1/orders/{order['id']}")).json()
    assert shown["recipient"]["name"] == ELSEWHERE["name"]
    assert (await bob.post(url, data=HOME)).status_code == 404
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    assert (await browser_of_alice.get(url)).status_code == 409
    assert (await browser_of_alice.post(url, data=HOME)).status_code == 409


async def test_an_order_that_is_picked_up_has_no_recipient_to_change(
    alice: httpx.AsyncClient, app: Litestar, cast: Cast, pencil: int, settings: Settings
) -> None:
    order = await bought(alice, (pencil, 1))
    assert (await alice.get(f"/orders/{order['id']}/recipient")).status_code == 409
    user = SignedInUser(cast.alice, "alice")
    shop = Shop(settings)
    assert not shop.recipients.is_changeable(await shop.orders.one(user, order["id"]))


async def test_the_page_of_a_product_states_its_delivery(
    guest: httpx.AsyncClient, tent: int, pencil: int
) -> None:
    assert "택배 배송" in (await guest.get(f"/products/{tent}")).text
    assert "직접 수령" in (await guest.get(f"/products/{pencil}")).text
