"""Staff see messages that were not accepted, and send them again."""

import httpx
import pytest

from shop.external.answers import reply_in_words
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
    assert "외부 시스템에 오류가 있습니다." in opened
    sent = await send(chief, PAGE, f"{PAGE}/send-again")
    assert sent.status_code == 200
    log = (await chief.get("/staff/log?action=message.send")).text
    assert "admin" in log


async def test_none_chosen_is_refused(chief: SignedIn, alice: httpx.AsyncClient) -> None:
    key = "k" * 20
    for ids in ([], ["x"]):
        form = {"form_key": key, "message_id": ids}
        assert (await chief.post(f"{PAGE}/send-again", data=form)).status_code == 400


@pytest.mark.parametrize(
    ("reply", "part"),
    [
        ("500 fail", "fault"),
        ("422 no", "refuses"),
        ("301 ", "moved"),
        ("TimeoutError: ", "in time"),
        ("ClientConnectorError: Cannot connect to host", "reached"),
        ("", ""),
        ("ValueError: x", ""),
    ],
)
def test_replies_in_words(reply: str, part: str) -> None:
    words = reply_in_words(reply)
    assert part in words
    assert bool(words) == bool(part)
