"""The mock external system: a small application of its own, which takes messages and shows them.

It is spoken to over HTTP wherever it runs: beside the shop, or as its own process
(`litestar external`). Asked to, it misbehaves, as partners do.
"""

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from jinja2 import Environment, FileSystemLoader
from litestar import Litestar, MediaType, Request, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import HeaderParameter, JSONBody, URLEncodedBody
from litestar.response import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from shop.external.mock_events import Event, EventSender, EventType
from shop.web.application import Application

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
MAX_MESSAGES = 10_000  # messages; the oldest are forgotten first
LARGEST_MESSAGE = 100_000  # bytes

Mode = Literal["accept", "fail", "slow", "late", "cut"]


class Behaviour(msgspec.Struct):
    """How the next `times` messages are met (all of them where 0), and how slowly, in seconds.

    `fail`: 500. `slow`: taken after `seconds`. `late`: taken, but answered only after `seconds`.
    `cut`: the connection breaks off in the middle of the answer; the message is not taken.
    """

    mode: Mode = "accept"
    times: Annotated[int, msgspec.Meta(ge=0)] = 0
    seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 3.0


class Received(msgspec.Struct):
    """A received message, and how often it was delivered; only the first delivery counts."""

    id: str
    type: str
    received_at: datetime
    data: dict[str, Any]
    raw: str
    headers: dict[str, str]
    deliveries: int = 1


class EventForm(msgspec.Struct):
    type: EventType
    order_id: int
    carrier: str = ""
    tracking_no: str = ""


class Inbox:
    """Accepted messages by `webhook-id`, and how the next one is answered. With `events` the
    page has buttons that answer the shop."""

    def __init__(self, events: EventSender | None) -> None:
        self.events = events
        self.messages: OrderedDict[str, Received] = OrderedDict()
        self.behaviour = Behaviour()

    def take(self, message_id: str, body: bytes, headers: dict[str, str]) -> None:
        if message_id in self.messages:
            self.messages[message_id].deliveries += 1
            return
        content = msgspec.json.decode(body)
        now = datetime.now(UTC)
        self.messages[message_id] = Received(
            message_id, content["type"], now, content["data"], body.decode(), headers
        )
        if len(self.messages) > MAX_MESSAGES:
            self.messages.popitem(last=False)

    def next_behaviour(self) -> Behaviour:
        """How the message at hand is met; after the last of `times` all is well again."""
        asked = self.behaviour
        if asked.times == 1:
            self.behaviour = Behaviour()
        elif asked.times > 1:
            self.behaviour = msgspec.structs.replace(asked, times=asked.times - 1)
        return asked


class TruncatedResponse(ASGIResponse):
    """Half an answer. The server then has nothing left to do but to close the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


@post("/", status_code=200)
async def take(
    request: Request[Any, Any, Any],
    inbox: NamedDependency[Inbox],
    message_id: Annotated[str, HeaderParameter(name="webhook-id")],
) -> Any:
    """Where the shop sends its messages."""
    behaviour = inbox.next_behaviour()
    if behaviour.mode == "fail":
        return Response({"error": "the mock was asked to fail"}, status_code=500)
    if behaviour.mode == "cut":
        return TruncatedResponse()
    if behaviour.mode == "slow":
        await asyncio.sleep(behaviour.seconds)
    signed = {name: value for name, value in request.headers.items() if "webhook" in name}
    inbox.take(message_id, await request.body(), signed)
    if behaviour.mode == "late":
        await asyncio.sleep(behaviour.seconds)
    return {"taken": message_id}


@put("/behaviour")
async def behave(inbox: NamedDependency[Inbox], data: JSONBody[Behaviour]) -> Behaviour:
    inbox.behaviour = data
    return data


@get("/received")
async def received(inbox: NamedDependency[Inbox]) -> list[Received]:
    """Everything that was taken, the latest first."""
    return list(reversed(inbox.messages.values()))


@get("/", media_type=MediaType.HTML)
async def show(inbox: NamedDependency[Inbox]) -> Response[str]:
    return _page(inbox)


@post("/events", status_code=200, media_type=MediaType.HTML)
async def send_event(
    request: Request[Any, Any, Any],
    inbox: NamedDependency[Inbox],
    data: URLEncodedBody[EventForm],
) -> Response[str]:
    """Sends the shop an event about an order, and shows its answer. Refuses other sites' forms."""
    if inbox.events is None:
        raise NotFoundException
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise PermissionDeniedException
    event = Event(data.type, data.order_id, data.carrier, data.tracking_no)
    answer = await inbox.events.send(event)
    return _page(inbox, f"{event.type}, order {event.order_id}: {answer}")


def _page(inbox: Inbox, answer: str = "") -> Response[str]:
    latest = list(reversed(inbox.messages.values()))[:200]
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    template = environment.get_template("external/received.html")
    shown = template.render(messages=latest, answer=answer, has_buttons=inbox.events is not None)
    return Response(shown, media_type=MediaType.HTML)


def create_mock(events: EventSender | None = None) -> Litestar:
    inbox = Inbox(events)
    return Application(
        [take, behave, received, show, send_event],
        dependencies={"inbox": Provide(lambda: inbox, sync_to_thread=False)},
        state=State({"inbox": inbox}),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_MESSAGE,
    )
