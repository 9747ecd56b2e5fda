"""The clients' requests and responses as JSON lines, one file per client process.

A request is written before it is sent and its response after it is received, so that the file is
correct wherever a fault comes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

Lines = list[tuple[int, int]]
"""Product id and quantity, sorted by product id, one line per product."""


class OrderRequest(msgspec.Struct, tag="request"):
    """Written before the first try. `id` is the journal's own, `key` the Idempotency-Key."""

    id: str
    user: int
    lines: Lines
    key: str | None


class OrderResponse(msgspec.Struct, tag="response"):
    """The final response to an order request: 201 with the order, or a refusal with its code."""

    request: str
    status: int
    order: int | None = None
    code: str = ""
    replayed: bool = False


class FailedRequest(msgspec.Struct, tag="failed"):
    """A 5xx or no response. The request is sent again, except an order without a key, whose
    outcome stays unknown."""

    what: str
    how: str


class CancelledOrder(msgspec.Struct, tag="cancelled"):
    """The cancellation of this order was confirmed."""

    order: int


class CancelledItems(msgspec.Struct, tag="cancelled-items"):
    """The cancellation of so many items of this order was confirmed."""

    order: int
    quantity: int


class AskedReturn(msgspec.Struct, tag="asked-return"):
    """A return was requested: this request of this order."""

    order: int
    request: int


class FulfilledOrder(msgspec.Struct, tag="fulfilled"):
    """The shop confirmed to staff that this order is fulfilled."""

    order: int


class TakenReturn(msgspec.Struct, tag="taken-return"):
    """The shop confirmed to staff that so many items of this request were accepted."""

    order: int
    request: int
    quantity: int


class OtherResponse(msgspec.Struct, tag="counted"):
    """A like or a change of a cart was confirmed, or codes were shown."""

    what: Literal["like", "cart", "codes"]


Entry = (
    OrderRequest
    | OrderResponse
    | FailedRequest
    | CancelledOrder
    | CancelledItems
    | AskedReturn
    | FulfilledOrder
    | TakenReturn
    | OtherResponse
)


class Journal:
    """Unbuffered: each line is written before the client goes on."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)

    def write(self, entry: Entry) -> None:
        self._file.write(msgspec.json.encode(entry) + b"\n")

    def close(self) -> None:
        self._file.close()


def read(folder: Path) -> Iterator[Entry]:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Entry)
    for path in sorted(folder.glob("*.journal")):
        with path.open("rb") as file:
            yield from map(decoder.decode, file)
