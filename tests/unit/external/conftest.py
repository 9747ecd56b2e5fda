"""External systems with prepared responses, each on its own port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from litestar import Litestar

from shop.external.outbox import Outbox
from shop.external.relay import Relay
from shop.external.repository import OutboxRepository
from shop.external.system import ExternalSystem
from tests.cast import TIMEOUT, Receiver, running_receiver


class Partner:
    """Sends the next of `answers`, then 200. Keeps the headers and bodies of requests."""

    url = ""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answers.append((status, headers, body))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append({name.decode(): value.decode() for name, value in scope["headers"]})
        self.bodies.append((await receive())["body"])
        status, headers, body = self.answers.pop(0) if self.answers else (200, {}, b"")
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        raw.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def running(partner: Partner) -> Iterator[Partner]:
    config = uvicorn.Config(partner, port=0, log_level="warning", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    with config.bind_socket() as listener:
        listener.listen()  # early connections wait instead of being refused
        partner.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield partner
        finally:
            server.should_exit = True
            thread.join(TIMEOUT)


@pytest.fixture
def partner(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    """Replaces the external system for this test."""
    with running(Partner()) as found:
        monkeypatch.setattr(app.state.external, "_url", found.url)
        yield found


@pytest.fixture
def own_receiver(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A mock for this test only, which may still be busy at its end."""
    with running_receiver() as found:
        monkeypatch.setattr(app.state.external, "_url", found.url)
        yield found


@pytest.fixture
def outbox(app: Litestar) -> Outbox:
    return new_outbox(app.state.external)


def new_outbox(external: ExternalSystem) -> Outbox:
    return Outbox(OutboxRepository(), external)


@pytest.fixture
def relay(outbox: Outbox) -> Relay:
    return Relay(outbox)
