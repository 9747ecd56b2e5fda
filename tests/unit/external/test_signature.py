"""Standard Webhooks 1.0, judged by a receiver that we did not write."""

import base64
import json

import httpx
import pytest
from litestar import Litestar
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shop.external.system import ExternalSystem
from shop.settings import Settings
from tests.cast import Receiver, make_product
from tests.unit.buying import bought
from tests.unit.external.conftest import Partner

OLD, NEW = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))


async def test_an_orders_message_verifies(
    alice: httpx.AsyncClient, receiver: Receiver, settings: Settings
) -> None:
    order = await bought(alice, (await make_product("붓"), 1))
    [message] = receiver.messages
    content = Webhook(settings.external_secret[0]).verify(message.raw, message.headers)
    assert content["data"]["id"] == order["id"]


async def test_a_changed_message_does_not_verify(
    alice: httpx.AsyncClient, receiver: Receiver, settings: Settings
) -> None:
    await bought(alice, (await make_product(price=1_000), 1))
    [message] = receiver.messages
    with pytest.raises(WebhookVerificationError):
        Webhook(settings.external_secret[0]).verify(
            message.raw.replace("1000", "1"), message.headers
        )


@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_while_a_key_is_changed_both_verify(
    app: Litestar, partner: Partner, secret: str
) -> None:
    external = ExternalSystem(partner.url, (OLD, NEW), 2.0)
    reply = await external.send("msg_1", json.dumps({"type": "order.created"}))
    await external.close()
    assert reply.accepted
    Webhook(secret).verify(partner.bodies[0].decode(), partner.asked[0])


async def test_another_key_does_not_verify(app: Litestar, partner: Partner) -> None:
    external = ExternalSystem(partner.url, (OLD,), 2.0)
    await external.send("msg_1", "{}")
    await external.close()
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(partner.bodies[0].decode(), partner.asked[0])
