"""Forms that save all that they show: refused if another user has saved it since they were
opened."""

import hashlib
from typing import Any, ClassVar

import msgspec

from shop.errors import N_, FieldError, InvalidInput

CHANGED = N_(
    "Somebody else has saved this since you opened it. Your input is kept below. To see theirs, "
    "open this page in another tab. If you save again, yours replaces it."
)
DELETED = N_(
    "Somebody else has deleted this since you opened it. Your input is kept below. If you save it, "
    "it is added again."
)


class ChangedMeanwhile(InvalidInput):
    message: ClassVar = CHANGED

    def __init__(self) -> None:
        super().__init__(FieldError("seen", self.message))


class DeletedMeanwhile(ChangedMeanwhile):
    message: ClassVar = DELETED


def digest_of(shown: Any) -> str:
    """What a form carries in its field `seen`."""
    return hashlib.sha256(msgspec.json.encode(shown, order="sorted")).hexdigest()[:16]


def check_seen(seen: str, stored: Any) -> None:
    """`stored` must be locked until the transaction's end. Raises ChangedMeanwhile. A form without
    the field is not checked."""
    if seen and seen != digest_of(stored):
        raise ChangedMeanwhile


def seen_next(error: InvalidInput | None, seen: str, stored: Any) -> str:
    """The field of the form that is shown: the first digest, if the form has another fault."""
    is_first = error is None or isinstance(error, ChangedMeanwhile)
    return digest_of(stored) if is_first or not seen else seen
