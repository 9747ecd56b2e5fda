"""The query parameters that all lists take, and the address of a list's next page."""

from typing import Annotated
from urllib.parse import urlencode

from litestar.params import QueryParameter

from shop.paging import MAX_LIMIT
from shop.web.request import AnyRequest

MAX_CURSOR = 1_000  # characters; the longest search, escaped, makes one of some 900

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="Items a page.")]
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=MAX_CURSOR, description="`next_cursor` of the page before; opaque."),
]


def ways_on(request: AnyRequest, next_cursor: str | None) -> dict[str, str | None]:
    """For the page of a list: where it goes on, and where it begins, if not here."""
    is_later = bool(request.query_params.get("cursor"))
    return {
        "next_url": url_with(request, cursor=next_cursor) if next_cursor else None,
        "first_url": url_with(request, cursor=None) if is_later else None,
    }


def url_with(request: AnyRequest, **changes: str | None) -> str:
    """This address with some of its parameters changed, or taken out where None."""
    query = {name: value for name, value in request.query_params.items() if name not in changes}
    query |= {name: value for name, value in changes.items() if value}
    return request.scope["path"] + (f"?{urlencode(query)}" if query else "")
