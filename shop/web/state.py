"""What handlers of all rooms share, as one typed object."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol, cast

from litestar import Litestar
from litestar.datastructures import State

from shop.identity import Counters, SignedInUser
from shop.settings import Settings
from shop.web.signing import Signer

if TYPE_CHECKING:
    from litestar.datastructures import Cookie

    from shop.web.pending import Pending
    from shop.web.request import AnyRequest

# The message id of each name; two where a number above 1 has its own.
Notices = Mapping[str, str | tuple[str, str]]
CountersOf = Callable[[SignedInUser], Awaitable[Counters]]


class GuestCartView(Protocol):
    """What all pages and the sign-in know of a guest's cart, which the room `cart` keeps."""

    def counters(self, request: "AnyRequest") -> Counters: ...
    def pending(self, request: "AnyRequest") -> "list[Pending]":
        """What a sign-in puts into the user's cart."""

    def forget(self, request: "AnyRequest") -> "Cookie": ...


class ShopState(State):
    """The app's state. `stopping` is set once a stop has begun."""

    __slots__ = ()

    settings: Settings
    signer: Signer
    notices: Notices
    counters_of: CountersOf
    guest_cart: GuestCartView
    stopping: asyncio.Event

    def __init__(
        self,
        settings: Settings,
        signer: Signer,
        notices: Notices,
        counters_of: CountersOf,
        guest_cart: GuestCartView,
        stopping: asyncio.Event,
    ) -> None:
        super().__init__(
            {
                "settings": settings,
                "signer": signer,
                "notices": notices,
                "counters_of": counters_of,
                "guest_cart": guest_cart,
                "stopping": stopping,
            }
        )


def state_of(app: Litestar) -> ShopState:
    """`app.state` with its type, which Litestar's own annotation does not have."""
    return cast("ShopState", app.state)
