"""What a user can spend, and where it came from."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from shop.paging import DEFAULT_LIMIT, Page
from shop.points.service import PointService
from shop.points.tables import PointEntry
from shop.users.identity import signed_in_only
from shop.users.service import UserService
from shop.web.openapi import refusals
from shop.web.pages import page
from shop.web.query import Cursor, Limit, ways_on
from shop.web.request import ShopRequest


class BalanceOut(msgspec.Struct):
    """In points."""

    balance: int


class PointEntryOut(msgspec.Struct):
    """One movement: `amount` points, negative where they were taken, and the balance after it."""

    id: int
    amount: int
    kind: str
    reason: str
    order_id: int | None
    balance_after: int
    created_at: datetime

    @classmethod
    def of(cls, entry: PointEntry) -> "PointEntryOut":
        subject, _, number = entry.reference.partition(":")
        return cls(
            id=entry.id,
            amount=entry.amount,
            kind=entry.kind,
            reason=entry.reason,
            order_id=int(number) if subject == "order" else None,
            balance_after=entry.balance_after,
            created_at=entry.created_at,
        )


class PointsApiController(Controller):
    path = "/points"
    tags = ["Points"]
    guards = [signed_in_only]

    @get(summary="My balance", responses=refusals())
    async def balance(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
    ) -> BalanceOut:
        user = users.authenticated(request.user)
        return BalanceOut(await points.balance(user.id))

    @get("/entries", summary="My points, movement by movement", responses=refusals(400))
    async def entries(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        points: NamedDependency[PointService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[PointEntryOut]:
        user = users.authenticated(request.user)
        found = await points.entries(user, cursor, limit)
        return Page([PointEntryOut.of(entry) for entry in found.items], found.next_cursor)


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
            **ways_on(request, found.next_cursor),
        }
        return await page(request, "points/index.html", **context)
