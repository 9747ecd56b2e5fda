"""The events that the mock external system sends to the shop when a button is pressed."""

import json
import secrets
from typing import Literal, NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout

from shop.external.signatures import signed_headers, signing_keys

EventType = Literal["order.preparing", "order.shipped", "order.delivered"]
TIMEOUT = ClientTimeout(total=10)


class Event(NamedTuple):
    """`carrier` and `tracking_no` belong to `order.shipped`."""

    type: EventType
    order_id: int
    carrier: str = ""
    tracking_no: str = ""

    @property
    def body(self) -> bytes:
        data: dict[str, int | str] = {"order_id": self.order_id}
        if self.type == "order.shipped":
            data |= {"carrier": self.carrier, "tracking_no": self.tracking_no}
        return json.dumps({"type": self.type, "data": data}).encode()


class EventSender:
    """Sends each event once, signed with the secrets that the shop knows."""

    def __init__(self, shop: str, shared: tuple[str, ...]) -> None:
        self._url, self._keys = f"{shop}/external/events", signing_keys(shared)

    async def send(self, event: Event) -> str:
        """What the shop answered, or why it did not."""
        headers = signed_headers(self._keys, f"evt_{secrets.token_hex(16)}", event.body)
        headers["content-type"] = "application/json"
        try:
            async with (
                ClientSession(timeout=TIMEOUT) as session,
                session.post(self._url, data=event.body, headers=headers) as answer,
            ):
                return f"{answer.status} {await answer.text()}"
        except (ClientError, TimeoutError, OSError) as error:
            return f"No answer: {error}"
