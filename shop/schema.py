"""Descriptions of fields, for the OpenAPI document."""

from typing import Annotated, Any

import msgspec


def about(description: str, *examples: Any) -> msgspec.Meta:
    """What a field means, and an example of it, for `Annotated`."""
    return msgspec.Meta(description=description, examples=list(examples) or None)


NextCursor = Annotated[
    str | None, about("The `cursor` of the next page; null on the last one. Opaque.")
]
