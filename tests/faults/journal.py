"""What the clients asked for and were told, in lines of JSON, one file for each of their processes.

An ask is written down before it is sent and its answer after it came, so that the file is right
whatever happens in between.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

Lines = list[tuple[int, int]]
"""Of an order: product and quantity, one line a product, by product."""


class Ask(msgspec.Struct, tag="ask"):
    """An order is about to be asked for. `id` is its own, `key` its Idempotency-Key."""

    id: str
    user: int
    lines: Lines
    key: str | None


class Told(msgspec.Struct, tag="told"):
    """The last word on an ask: 201 with the order, or a refusal with its code."""

    ask: str
    status: int
    order: int | None = None
    code: str = ""
    replayed: bool = False


class Failed(msgspec.Struct, tag="failed"):
    """A request that came to nothing: a 5xx, or no answer. It is sent again, but for an order
    without a key: nobody knows what came of that, and its ask is never told anything."""

    what: str
    how: str


class Cancelled(msgspec.Struct, tag="cancelled"):
    """A shopper was told that this order is cancelled."""

    order: int


class Counted(msgspec.Struct, tag="counted"):
    """Something beside the orders was answered: a like, a cart."""

    what: Literal["like", "cart"]


Entry = Ask | Told | Failed | Cancelled | Counted


class Journal:
    """Written line by line, each on its way before the next thing happens."""

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
