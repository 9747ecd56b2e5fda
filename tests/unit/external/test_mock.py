"""The mock external system, as anybody may speak to it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shop.external.mock import create_mock


@pytest.fixture
async def mock() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_mock())
    async with httpx.AsyncClient(transport=transport, base_url="http://mock.test") as client:
        yield client


async def send(mock: httpx.AsyncClient, message_id: str) -> int:
    body = {"type": "order.created", "timestamp": "2026-01-01T00:00:00Z", "data": {"id": 7}}
    answer = await mock.post("/", json=body, headers={"webhook-id": message_id})
    return answer.status_code


async def test_a_repeated_message_is_counted_not_taken_twice(mock: httpx.AsyncClient) -> None:
    for message_id in ("msg_1", "msg_2", "msg_1"):
        assert await send(mock, message_id) == 200
    received = (await mock.get("/received")).json()
    assert [(message["id"], message["deliveries"]) for message in received] == [
        ("msg_2", 1),
        ("msg_1", 2),
    ]


async def test_it_remembers_only_so_many(
    mock: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.external.mock.MAX_MESSAGES", 2)
    for number in range(4):
        await send(mock, f"msg_{number}")
    received = (await mock.get("/received")).json()
    assert [message["id"] for message in received] == ["msg_3", "msg_2"]
    too_much = await mock.post("/", content=b"x" * 200_000, headers={"webhook-id": "msg_5"})
    assert too_much.status_code == 413


async def test_it_fails_as_often_as_it_is_asked_to(mock: httpx.AsyncClient) -> None:
    await mock.put("/behaviour", json={"mode": "fail", "times": 2})
    assert [await send(mock, "msg_1") for _ in range(3)] == [500, 500, 200]
    [message] = (await mock.get("/received")).json()
    assert message["deliveries"] == 1


@pytest.mark.parametrize("behaviour", [{"mode": "x"}, {"times": -1}, {"seconds": 61}])
async def test_it_misbehaves_only_as_it_can(
    mock: httpx.AsyncClient, behaviour: dict[str, object]
) -> None:
    assert (await mock.put("/behaviour", json=behaviour)).status_code == 400


async def test_a_message_without_its_id_is_not_taken(mock: httpx.AsyncClient) -> None:
    assert (await mock.post("/", json={"type": "x", "data": {}})).status_code == 400
    assert (await mock.get("/received")).json() == []


async def test_it_shows_what_it_took(mock: httpx.AsyncClient) -> None:
    await send(mock, "msg_1")
    page = await mock.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "msg_1" in page.text
