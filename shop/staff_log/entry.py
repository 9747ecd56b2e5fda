"""The log of staff as it is read."""

from datetime import datetime
from typing import Any

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """A row of the log. `before` and `after` are JSON objects as text, or None."""

    id: int
    at: datetime
    actor_id: int
    actor: str
    action: str
    subject: str
    at_us: int
    before: str | None
    after: str | None
    reason: str

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Each changed field with its value before and after."""
        before, after = _object(self.before), _object(self.after)
        return [(name, before.get(name), after.get(name)) for name in {**before, **after}]


class Filter(msgspec.Struct, frozen=True):
    """`subject` is exact (`order:12`), `action` and `actor` too; empty for all. From `since` on,
    until before `until`."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def _object(text: str | None) -> dict[str, Any]:
    found = msgspec.json.decode(text) if text else {}
    return found if isinstance(found, dict) else {}
