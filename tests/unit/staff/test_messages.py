"""Staff see messages that were not accepted, and send them again."""

import httpx
import pytest

from tests.cast import Receiver, SignedIn, make_product
from tests.unit.buying import bought
from tests.unit.staff.conftest import send

PAGE = "/staff/messages"


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_pages(chief: SignedIn, language: str) -> None:
    for query in ("", "state=given-up&"):
        assert (await chief.get(f"{PAGE}?{query}lang={language}")).status_code == 200


async def test_messages_are_sent_again(
    chief: SignedIn, alice: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.behave("fail")
    order = await bought(alice, (await make_product(), 1))
    opened = (await chief.get(PAGE)).text
    assert f'href="/staff/orders/{order["id"]}"' in opened
    sent = await send(chief, PAGE, f"{PAGE}/send-again")
    assert sent.status_code == 200
    log = (await chief.get("/staff/log?action=message.send")).text
    assert "admin" in log


async def test_none_chosen_is_refused(chief: SignedIn, alice: httpx.AsyncClient) -> None:
    key = "k" * 20
    for ids in ([], ["x"]):
        form = {"form_key": key, "message_id": ids}
        assert (await chief.post(f"{PAGE}/send-again", data=form)).status_code == 400
