"""The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header)."""

import re
from typing import Annotated

from litestar.params import HeaderParameter

from shop.errors import N_, FieldError, InvalidInput
from shop.web.request import AnyRequest

HEADER = "Idempotency-Key"
VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
# For the OpenAPI document. What is sent is read by `idempotency_key`, which also sees a second one.
KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name=HEADER,
        description="1 to 255 printable ASCII characters. A repeated request acts only once.",
    ),
]


def idempotency_key(request: AnyRequest) -> str | None:
    """The key, quoted as the draft says or bare; None without one. Raises InvalidInput."""
    values = request.headers.getall(HEADER, [])
    if not values:
        return None
    if len(values) > 1:
        raise wrong_key()
    return checked_key(values[0])


def checked_key(value: str) -> str:
    bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    if not VISIBLE.fullmatch(bare):
        raise wrong_key()
    return bare


def wrong_key() -> InvalidInput:
    return InvalidInput(
        FieldError(HEADER, N_("Send one key of 1 to 255 visible ASCII characters."))
    )
