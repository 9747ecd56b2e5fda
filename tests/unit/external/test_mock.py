"""The mock external system, with valid and malformed requests."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shop.external.mock import create_mock
from shop.external.mock_events import Event, EventSender


@pytest.fixture
async def mock() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_mock())
    async with httpx.AsyncClient(transport=transport, base_url="http://mock.test") as client:
        yield client


async def send(mock: httpx.AsyncClient, message_id: str) -> int:
    body = {"type": "order.created", "timestamp": "2026-01-01T00:00:00Z", "data": {"id": 7}}
    answer = await mock.post("/", json=body, headers={"webhook-id": message_id})
    return answer.status_code


async def test_a_repeated_message_is_counted_not_accepted_twice(mock: httpx.AsyncClient) -> None:
    for message_id in ("msg_1", "msg_2", "msg_1"):
        assert await send(mock, message_id) == 200
    received = (await mock.get("/received")).json()
    assert [(message["id"], message["deliveries"]) for message in received] == [
        ("msg_2", 1),
        ("msg_1", 2),
    ]


async def test_it_remembers_a_bounded_number(
    mock: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.external.mock.MAX_MESSAGES", 2)
    for number in range(4):
        await send(mock, f"msg_{number}")
    received = (await mock.get("/received")).json()
    assert [message["id"] for message in received] == ["msg_3", "msg_2"]
    too_much = await mock.post("/", content=b"x" * 200_000, headers={"webhook-id": "msg_5"})
    assert too_much.status_code == 413


async def test_it_fails_as_often_as_requested(mock: httpx.AsyncClient) -> None:
    await mock.put("/behaviour", json={"mode": "fail", "times": 2})
    assert [await send(mock, "msg_1") for _ in range(3)] == [500, 500, 200]
    [message] = (await mock.get("/received")).json()
    assert message["deliveries"] == 1


@pytest.mark.parametrize("behaviour", [{"mode": "x"}, {"times": -1}, {"seconds": 61}])
async def test_unknown_faults_are_refused(
    mock: httpx.AsyncClient, behaviour: dict[str, object]
) -> None:
    assert (await mock.put("/behaviour", json=behaviour)).status_code == 400


async def test_a_message_without_its_id_is_refused(mock: httpx.AsyncClient) -> None:
    assert (await mock.post("/", json={"type": "x", "data": {}})).status_code == 400
    assert (await mock.get("/received")).json() == []


async def test_it_shows_accepted_messages(mock: httpx.AsyncClient) -> None:
    await send(mock, "msg_1")
    page = await mock.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "msg_1" in page.text


SECRETS = ("whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRoZXNlIHRlc3RzIGtub3c=",)


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    sent: list[Event] = []

    async def send(_: EventSender, event: Event) -> str:
        sent.append(event)
        return "409 <b>not now</b>"

    monkeypatch.setattr(EventSender, "send", send)
    return sent


@pytest.fixture
async def answering() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_mock(EventSender("http://shop.test", SECRETS)))
    async with httpx.AsyncClient(transport=transport, base_url="http://mock.test") as client:
        yield client


async def test_its_buttons_send_events_and_show_the_answer(
    answering: httpx.AsyncClient, events: list[Event]
) -> None:
    await send(answering, "msg_1")
    assert 'name="order_id" value="7"' in (await answering.get("/")).text
    form = {"type": "order.shipped", "order_id": "7", "carrier": "cj", "tracking_no": "12345"}
    page = await answering.post("/events", data=form)
    assert events == [Event("order.shipped", 7, "cj", "12345")]
    assert "order.shipped, order 7: 409 &lt;b&gt;not now" in page.text


async def test_without_a_shop_to_answer_it_has_no_buttons(mock: httpx.AsyncClient) -> None:
    await send(mock, "msg_1")
    assert "<form" not in (await mock.get("/")).text
    form = {"type": "order.delivered", "order_id": "7"}
    assert (await mock.post("/events", data=form)).status_code == 404


async def test_a_form_of_another_site_sends_no_event(
    answering: httpx.AsyncClient, events: list[Event]
) -> None:
    form, headers = {"type": "order.delivered", "order_id": "7"}, {"sec-fetch-site": "cross-site"}
    assert (await answering.post("/events", data=form, headers=headers)).status_code == 403
    assert events == []


@pytest.mark.parametrize("wrong", [{"type": "order.eaten"}, {"order_id": "x"}, {"order_id": ""}])
async def test_an_unknown_event_is_refused(
    answering: httpx.AsyncClient, events: list[Event], wrong: dict[str, str]
) -> None:
    form = {"type": "order.delivered", "order_id": "7", **wrong}
    assert (await answering.post("/events", data=form)).status_code == 400
    assert events == []


async def test_the_page_says_that_the_shop_does_not_answer() -> None:
    sender = EventSender("http://127.0.0.1:1", SECRETS)
    assert (await sender.send(Event("order.preparing", 7))).startswith("No answer: ")
