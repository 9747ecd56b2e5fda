"""`GET /users/me`, for other services."""

from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency

from shop.schema import about
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.openapi import SIGNED_IN, refusals
from shop.web.pages import counters_of
from shop.web.request import ShopRequest


class UserOut(msgspec.Struct):
    """The signed-in user."""

    id: int
    username: str
    balance: Annotated[int, about("Points that can be spent.", 100_000)]


class UserApiController(Controller):
    path = "/users"
    tags = ["Users"]
    guards = [signed_in_only]

    @get(
        "/me",
        operation_id="getMe",
        summary="Get the signed-in user",
        security=SIGNED_IN,
        responses=refusals(),
    )
    async def me(self, request: ShopRequest, users: NamedDependency[UserService]) -> UserOut:
        user = users.authenticated(request.user)
        counters = await counters_of(request)
        return UserOut(user.id, user.username, counters.balance)
