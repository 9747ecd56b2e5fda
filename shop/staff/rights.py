"""Rights: the permissions of staff, checked for each request and again in each write."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal, get_args

import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from shop.errors import NotFound, NotSignedIn
from shop.identity import SignedInUser
from shop.staff.ended_session import ended
from shop.staff.rights_repository import RightsRepository
from shop.web.request import AnyRequest

Right = Literal["orders", "stock", "points", "catalogue", "people", "settings"]
RIGHTS: tuple[Right, ...] = get_args(Right)


class Staff(msgspec.Struct, frozen=True):
    """A member of staff and their rights."""

    user: SignedInUser
    rights: frozenset[str]
    superuser: bool = False

    def may(self, right: str) -> bool:
        return right in self.rights

    def check(self, right: str) -> None:
        """Raises NotFound, as for a page that does not exist."""
        if right not in self.rights:
            raise NotFound


Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Coroutine[Any, Any, None]]


def requires(*rights: Right) -> Guard:
    """A guard for staff who have one of these rights; without arguments, for all staff. Guests are
    sent to sign in (NotSignedIn), and a form that they send is kept (SessionEnded); users without
    the right get NotFound. A session is required: X-USER-ID does not prove that a person is
    present."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        identity = connection.scope["auth"]
        if identity.user is None:
            if isinstance(connection, Request) and connection.method == "POST":
                raise await ended(connection)
            raise NotSignedIn
        if identity.via != "session":
            raise NotFound
        staff = await staff_of(identity.user)
        if not staff.rights or (rights and staff.rights.isdisjoint(rights)):
            raise NotFound
        connection.scope["staff"] = staff  # type: ignore[typeddict-unknown-key]  # for `current`

    return guard


def current(request: AnyRequest) -> Staff:
    """The member of staff whom the guard has let in."""
    staff: Staff = request.scope["staff"]  # type: ignore[typeddict-item]
    return staff


async def staff_of(user: SignedInUser) -> Staff:
    superuser, rights = await RightsRepository().of(user.id)
    return Staff(user, frozenset(RIGHTS if superuser else rights), superuser)


async def rights_of(user_id: int) -> frozenset[str]:
    """All of them for a superuser, none for a closed account."""
    superuser, rights = await RightsRepository().of(user_id)
    return frozenset(RIGHTS if superuser else rights)


async def check_again(request: AnyRequest, right: Right) -> Staff:
    """The rights as read and locked in this transaction: a right that was removed while a form was
    open is not used. Raises NotFound."""
    superuser, rights = await RightsRepository().locked(current(request).user.id)
    staff = Staff(current(request).user, frozenset(RIGHTS if superuser else rights), superuser)
    staff.check(right)
    return staff
