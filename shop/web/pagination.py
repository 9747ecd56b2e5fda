"""The query parameters that all lists take, and the address of a list's next page."""

from collections.abc import Set as AbstractSet
from typing import Annotated, NamedTuple
from urllib.parse import parse_qsl, urlencode

from litestar.params import QueryParameter

from shop.numbers import whole_number
from shop.paging import DEFAULT_LIMIT, MAX_LIMIT
from shop.web.i18n import PARAMETER
from shop.web.request import AnyRequest

PAGING = frozenset({"limit", "cursor", PARAMETER})
"""Those that each list reads. One that it does not, such as `utm_source`, makes no other page."""

LONGEST_QUERY = 2_000  # characters of an address that is read back from a browser
MAX_CURSOR = 1_000  # characters; the longest search, escaped, makes one of some 900

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="Items per page.")]
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=MAX_CURSOR, description="`next_cursor` of the last page. Opaque."),
]


def page_links(
    request: AnyRequest, next_cursor: str | None, parameters: AbstractSet[str] = PAGING
) -> dict[str, str | None]:
    """For the page of a list: where it goes on, and where it begins, if not here. A list that grew
    goes on by a page of the usual size."""
    address = list_address(request, parameters)
    is_later = bool(request.query_params.get("cursor"))
    size = {} if _is_small(request.query_params.get("limit", "")) else {"limit": None}
    return {
        "next_url": address.changed(cursor=next_cursor, **size) if next_cursor else None,
        "first_url": address.changed(cursor=None) if is_later else None,
    }


def _is_small(limit: str) -> bool:
    number = whole_number(limit)
    return number is not None and number <= DEFAULT_LIMIT


def current_query(request: AnyRequest) -> str:
    """The query of the page on which htmx sent this request."""
    page = request.headers.get("hx-current-url", "").partition("#")[0]
    return page.partition("?")[2]


def replaced_url(
    request: AnyRequest, limit: int, parameters: AbstractSet[str] = PAGING
) -> dict[str, str]:
    """For `limit` more items below those that a page shows: its address then asks for them all, so
    that a reload or "back" shows as many. Nothing where that would be over MAX_LIMIT."""
    query = current_query(request)
    values = {name: value for name, value in parse_qsl(query) if name in parameters}
    shown = whole_number(values.get("limit", DEFAULT_LIMIT))
    if len(query) > LONGEST_QUERY or not shown or not 0 < shown <= MAX_LIMIT - limit:
        return {}
    address = Address(request.scope["path"], tuple(values.items()))
    return {"hx-replace-url": address.changed(limit=str(shown + limit))}


class Address(NamedTuple):
    """The path of a list that is being looked at, and those of its parameters that it reads."""

    path: str
    query: tuple[tuple[str, str], ...]

    def changed(self, **changes: str | None) -> str:
        """The address with some of its parameters changed, or taken out where None."""
        query = {name: value for name, value in self.query if name not in changes}
        query |= {name: value for name, value in changes.items() if value}
        return self.path + (f"?{urlencode(query)}" if query else "")


def list_address(request: AnyRequest, parameters: AbstractSet[str]) -> Address:
    query = (pair for pair in request.query_params.items() if pair[0] in parameters)
    return Address(request.scope["path"], tuple(query))
