"""The webhook that the external system calls: POST /external/events."""

from typing import Any, Literal

import msgspec
from litestar import post
from litestar.di import NamedDependency

from shop.errors import N_, FieldError, InvalidInput
from shop.external.errors import WrongSignature
from shop.external.signatures import Verifier
from shop.orders.carriers import Parcel
from shop.orders.steps import Event, OrderSteps
from shop.security_log import security_event
from shop.web.request import ShopRequest

LARGEST_EVENT = 20_000
"""Bytes."""


class EventData(msgspec.Struct):
    """`carrier` and `tracking_no` belong to `order.shipped`."""

    order_id: int
    carrier: str | None = None
    tracking_no: str | None = None


class EventIn(msgspec.Struct):
    """Other fields, such as the sender's `timestamp`, are ignored."""

    type: Literal["order.preparing", "order.shipped", "order.delivered"]
    data: EventData


@post(
    "/external/events",
    status_code=200,
    include_in_schema=False,
    request_max_body_size=LARGEST_EVENT,
)
async def receive_event(
    request: ShopRequest,
    verifier: NamedDependency[Verifier],
    steps: NamedDependency[OrderSteps],
) -> dict[str, Any]:
    """The signature is checked before anything else is read. The same `webhook-id` again is 200."""
    body = await request.body()
    message_id = _header(request, "webhook-id")
    try:
        verifier.check(
            message_id,
            _header(request, "webhook-timestamp"),
            _header(request, "webhook-signature"),
            body,
        )
    except WrongSignature:
        security_event("external-event-refused", message_id=message_id[:255])
        raise
    changed = await steps.receive(_event(message_id, body))
    return {"accepted": message_id, "changed": changed}


def _header(request: ShopRequest, name: str) -> str:
    """Empty if it is missing, or there twice."""
    values = request.headers.getall(name, [])
    return values[0] if len(values) == 1 else ""


def _event(message_id: str, body: bytes) -> Event:
    """Raises InvalidInput."""
    try:
        content = msgspec.json.decode(body, type=EventIn)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = N_("This is no event that the shop knows: %(reason)s")
        raise InvalidInput(FieldError("body", message, {"reason": str(error)})) from None
    data = content.data
    if content.type != "order.shipped":
        return Event(message_id, content.type, data.order_id)
    if not data.carrier or not data.tracking_no:
        message = N_("A shipped order needs a carrier and a tracking number.")
        raise InvalidInput(FieldError("data", message))
    parcel = Parcel(data.carrier, data.tracking_no)
    return Event(message_id, content.type, data.order_id, parcel)
