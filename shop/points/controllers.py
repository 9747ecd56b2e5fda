"""The balance of points and its entries."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from shop.paging import DEFAULT_LIMIT
from shop.points.repository import Entry
from shop.points.service import PointService
from shop.schema import NextCursor, about
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.openapi import SIGNED_IN, refusals
from shop.web.pages import page
from shop.web.pagination import Cursor, Limit, page_links
from shop.web.request import ShopRequest

EntryKind = Literal["grant", "spend", "refund", "adjust"]


class BalanceOut(msgspec.Struct):
    balance: Annotated[int, about("Points that can be spent.", 100_000)]


class PointEntryOut(msgspec.Struct):
    """One movement of points."""

    id: int
    amount: Annotated[int, about("Points; negative where they were taken.", -25_600)]
    kind: EntryKind
    reason: Annotated[str, about("What staff wrote; empty for orders.", "Welcome")]
    order_id: Annotated[int | None, about("The order that was paid or refunded.", 1)]
    balance_after: Annotated[int, about("Balance after this entry, in points.", 74_400)]
    created_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "PointEntryOut":
        subject, _, number = entry.reference.partition(":")
        return cls(
            id=entry.id,
            amount=entry.amount,
            kind=cast("EntryKind", entry.kind),
            reason=entry.reason,
            order_id=int(number.partition(":")[0]) if subject == "order" else None,
            balance_after=entry.balance_after,
            created_at=entry.created_at,
        )


class PointEntryPage(msgspec.Struct, frozen=True):
    """A page of the user's movements of points, the newest first."""

    items: list[PointEntryOut]
    next_cursor: NextCursor = None


class PointsApiController(Controller):
    path = "/points"
    tags = ["Points"]
    guards = [signed_in_only]

    @get(
        operation_id="getBalance",
        summary="Get the points balance",
        security=SIGNED_IN,
        responses=refusals(),
    )
    async def balance(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
    ) -> BalanceOut:
        user = users.authenticated(request.user)
        return BalanceOut(await points.balance(user.id))

    @get(
        "/entries",
        operation_id="listPointEntries",
        summary="List the points history, newest first",
        security=SIGNED_IN,
        responses=refusals(),
    )
    async def entries(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> PointEntryPage:
        user = users.authenticated(request.user)
        found = await points.entries(user, cursor, limit)
        return PointEntryPage([PointEntryOut.of(entry) for entry in found.items], found.next_cursor)


class PointsController(Controller):
    path = "/points"
    include_in_schema = False

    @get()
    async def show(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        cursor: Cursor = None,
    ) -> Template:
        user = users.authenticated(request.user)
        found = await points.entries(user, cursor, DEFAULT_LIMIT)
        context: dict[str, Any] = {
            "balance": await points.balance(user.id),
            "entries": [PointEntryOut.of(entry) for entry in found.items],
            **page_links(request, found.next_cursor),
        }
        return await page(request, "points/index.html", **context)
