"""A batch: points for many people, and its lines."""

from datetime import datetime
from typing import NamedTuple

import msgspec


class Batch(msgspec.Struct, frozen=True):
    """Points for many. `total` and `moved` in points; `done` of `people` were reached."""

    id: int
    author_id: int
    author: str
    second_id: int | None
    second: str | None
    reverses: int | None
    reversed_by: int | None
    status: str
    needs_second: bool
    total: int
    people: int
    done: int
    moved: int
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None

    @property
    def subject(self) -> str:
        """How ledger entries and the log name it."""
        return f"batch:{self.id}"

    @property
    def missing(self) -> int:
        """Points that could not be taken back, because they were spent."""
        return self.total - self.moved if self.status == "done" else 0


class NewLine(NamedTuple):
    """`amount` points for a user."""

    user_id: int
    amount: int
    reason: str


class LineLeft(NamedTuple):
    """A line whose turn has not come."""

    id: int
    user_id: int
    amount: int
    reason: str


class BatchLine(msgspec.Struct, frozen=True):
    """`balance` is the user's present balance; `moved` is None until the line is processed."""

    id: int
    user_id: int
    username: str
    name: str
    amount: int
    reason: str
    moved: int | None
    balance: int
