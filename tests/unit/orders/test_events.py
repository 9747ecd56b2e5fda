"""The external system answers back, once for each event, signed and in time."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.external.signatures import Verifier, digest, signed_headers, signing_keys
from shop.orders.tables import ExternalEvent
from shop.settings import Settings
from tests.cast import Cast, all_at_once, make_product
from tests.unit.buying import bought, code_of
from tests.unit.conftest import header_client
from tests.unit.orders.test_recipient import HOME

URL = "/external/events"
PARCEL = {"carrier": "CJ대한통운", "tracking_no": "123456789012"}

Send = Callable[..., Any]


@pytest.fixture
async def order(alice: httpx.AsyncClient, cast: Cast) -> int:
    tent = await make_product("텐트", delivery="parcel")
    return int((await bought(alice, (tent, 1), recipient=HOME))["id"])


@pytest.fixture
def send(guest: httpx.AsyncClient, settings: Settings) -> Send:
    async def send_one(
        type_: str,
        order_id: Any,
        message_id: str = "",
        headers: dict[str, str] | None = None,
        **data: Any,
    ) -> httpx.Response:
        body = json.dumps({"type": type_, "data": {"order_id": order_id, **data}}).encode()
        signed = signed_headers(
            signing_keys(settings.external_secret), message_id or f"evt_{type_}", body
        )
        return await guest.post(URL, content=body, headers={**signed, **(headers or {})})

    return send_one


async def status_of(client: httpx.AsyncClient, order_id: int) -> str:
    return str((await client.get(f"/api/v1/orders/{order_id}")).json()["status"])


async def test_an_order_follows_its_events(
    alice: httpx.AsyncClient, send: Send, order: int
) -> None:
    for type_, more, status in (
        ("order.preparing", {}, "preparing"),
        ("order.shipped", PARCEL, "shipped"),
        ("order.delivered", {}, "fulfilled"),
    ):
        answer = await send(type_, order, **more)
        assert (answer.status_code, answer.json()["changed"]) == (200, True)
        assert await status_of(alice, order) == status
    [shipment] = (await alice.get(f"/api/v1/orders/{order}")).json()["shipments"]
    assert (shipment["carrier"], shipment["tracking_no"]) == ("cj", "123456789012")


async def test_the_same_id_again_changes_nothing(
    alice: httpx.AsyncClient, send: Send, order: int
) -> None:
    await send("order.preparing", order, "evt_1")
    again = await send("order.shipped", order, "evt_1", **PARCEL)
    assert (again.status_code, again.json()["changed"]) == (200, False)
    assert await status_of(alice, order) == "preparing"


@pytest.mark.parametrize(("type_", "more"), [("order.shipped", PARCEL), ("order.delivered", {})])
async def test_an_event_out_of_order_is_refused_and_may_come_again(
    alice: httpx.AsyncClient, send: Send, order: int, type_: str, more: dict[str, str]
) -> None:
    refused = await send(type_, order, "evt_early", **more)
    assert code_of(refused) == "impossible-step"
    assert refused.json()["status"] == 409
    assert await status_of(alice, order) == "paid"
    assert await ExternalEvent.count() == 0
    await send("order.preparing", order)
    if type_ == "order.delivered":
        await send("order.shipped", order, **PARCEL)
    assert (await send(type_, order, "evt_early", **more)).status_code == 200


async def test_an_event_that_comes_late_is_refused(
    alice: httpx.AsyncClient, send: Send, order: int
) -> None:
    await send("order.preparing", order)
    await send("order.shipped", order, **PARCEL)
    assert code_of(await send("order.preparing", order, "evt_late")) == "impossible-step"
    await send("order.delivered", order)
    late = await send("order.shipped", order, "evt_later", carrier="cj", tracking_no="99999")
    assert code_of(late) == "impossible-step"
    assert await status_of(alice, order) == "fulfilled"


async def test_a_repeated_event_is_accepted_and_changes_nothing(send: Send, order: int) -> None:
    for number, (type_, more) in enumerate(
        [("order.preparing", {}), ("order.shipped", PARCEL), ("order.delivered", {})]
    ):
        await send(type_, order, f"evt_{number}", **more)
        again = await send(type_, order, f"evt_{number}_again", **more)
        assert (again.status_code, again.json()["changed"]) == (200, False)


async def test_an_event_of_a_cancelled_order_is_refused(
    alice: httpx.AsyncClient, send: Send, order: int
) -> None:
    await alice.post(f"/api/v1/orders/{order}/cancel")
    for type_, more in (("order.preparing", {}), ("order.shipped", PARCEL)):
        assert code_of(await send(type_, order, **more)) == "impossible-step"
    assert await status_of(alice, order) == "cancelled"


async def test_an_event_of_no_order_is_not_found(send: Send, cast: Cast) -> None:
    for number in (0, -1, 99_999, 2**80):
        assert (await send("order.preparing", number)).status_code in {400, 404}


def signed_at(settings: Settings, body: bytes, seconds: int) -> dict[str, str]:
    timestamp = str(int(time.time()) + seconds)
    [key, *_] = signing_keys(settings.external_secret)
    signature = base64.b64encode(digest(key, "evt_t", timestamp, body)).decode()
    return {
        "webhook-id": "evt_t",
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


@pytest.mark.parametrize(
    ("seconds", "status"), [(-290, 200), (290, 200), (-310, 401), (310, 401), (-(10**9), 401)]
)
async def test_a_time_is_off_by_at_most_five_minutes(
    guest: httpx.AsyncClient, settings: Settings, order: int, seconds: int, status: int
) -> None:
    body = json.dumps({"type": "order.preparing", "data": {"order_id": order}}).encode()
    answer = await guest.post(URL, content=body, headers=signed_at(settings, body, seconds))
    assert answer.status_code == status


@pytest.mark.parametrize(
    "forged",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1a,AAAA v2,AAAA"},
        {"webhook-signature": "v1,가"},
        {"webhook-id": "evt_other"},
        {"webhook-id": ""},
        {"webhook-id": "x" * 256},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "9" * 400},
    ],
)
async def test_a_forged_event_is_401(
    alice: httpx.AsyncClient, send: Send, order: int, forged: dict[str, str]
) -> None:
    raw = {name: text.encode() for name, text in forged.items()}
    answer = await send("order.preparing", order, headers=raw)
    assert (answer.status_code, code_of(answer)) == (401, "wrong-signature")
    assert await status_of(alice, order) == "paid"


async def test_a_changed_body_or_no_headers_are_401(
    guest: httpx.AsyncClient, settings: Settings, order: int
) -> None:
    body = json.dumps({"type": "order.preparing", "data": {"order_id": order}}).encode()
    headers = signed_headers(signing_keys(settings.external_secret), "evt_1", body)
    assert (await guest.post(URL, content=body + b" ", headers=headers)).status_code == 401
    assert (await guest.post(URL, content=body)).status_code == 401
    assert (await guest.post(URL, content=b"")).status_code == 401
    twice = [*headers.items(), ("webhook-id", "evt_2")]
    assert (await guest.post(URL, content=body, headers=twice)).status_code == 401


async def test_either_of_two_secrets_signs(
    guest: httpx.AsyncClient, settings: Settings, order: int
) -> None:
    body = b"{}"
    [key] = signing_keys(settings.external_secret)
    other = "whsec_" + "A" * 32
    headers = signed_headers([key], "evt_1", body)
    id_, timestamp, signature = headers.values()
    Verifier((other, *settings.external_secret)).check(id_, timestamp, signature, body)
    Verifier(settings.external_secret).check(id_, timestamp, f"v1,AAAA {signature}", body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b"[]",
        b"{}",
        b"\xff",
        b'{"type":"order.lost","data":{"order_id":1}}',
        b'{"type":"order.preparing","data":{}}',
        b'{"type":"order.preparing","data":{"order_id":"1"}}',
        b'{"type":"order.preparing","data":{"order_id":1.5}}',
        b'{"type":"order.shipped","data":{"order_id":1}}',
        b'{"type":"order.shipped","data":{"order_id":1,"carrier":"cj","tracking_no":""}}',
    ],
)
async def test_a_signed_body_that_is_no_event_is_400(
    guest: httpx.AsyncClient, settings: Settings, cast: Cast, body: bytes
) -> None:
    headers = signed_headers(signing_keys(settings.external_secret), "evt_1", body)
    answer = await guest.post(URL, content=body, headers=headers)
    assert (answer.status_code, code_of(answer)) == (400, "invalid-input")


async def test_a_large_body_is_413(guest: httpx.AsyncClient, settings: Settings) -> None:
    body = b" " * 30_000
    headers = signed_headers(signing_keys(settings.external_secret), "evt_1", body)
    assert (await guest.post(URL, content=body, headers=headers)).status_code == 413
    assert (await guest.get(URL)).status_code == 405


@pytest.mark.committed
async def test_one_event_that_arrives_many_times_at_once_acts_once(
    app: Litestar, cast: Cast, settings: Settings
) -> None:
    tent = await make_product("텐트", delivery="parcel")
    async with header_client(app, cast.alice) as alice:
        order = (await bought(alice, (tent, 1), recipient=HOME))["id"]
    body = json.dumps({"type": "order.preparing", "data": {"order_id": order}}).encode()
    headers = signed_headers(signing_keys(settings.external_secret), "evt_1", body)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        answers = await all_at_once(
            *(client.post(URL, content=body, headers=headers) for _ in range(8))
        )
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum(answer.json()["changed"] for answer in answers) == 1
