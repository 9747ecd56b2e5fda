"""The cart that a page shows and changes: a user's, in the database, or a guest's, in a cookie."""

from collections.abc import Sequence
from typing import Protocol

from litestar.datastructures import Cookie

from shop.cart.guest import GuestBasket
from shop.cart.line import CartLine
from shop.cart.repository import CartRow
from shop.cart.service import Added, CartService
from shop.identity import SignedInUser
from shop.products.service import Item
from shop.web.request import AnyRequest


class Basket(Protocol):
    """The methods raise as those of CartService. `cookies` are set by the response."""

    @property
    def cookies(self) -> Sequence[Cookie]: ...
    async def lines(self) -> list[CartLine]: ...
    async def lines_of(self, rows: tuple[CartRow, ...]) -> list[CartLine]: ...
    async def add(self, item: Item, key: str) -> Added: ...
    async def set(self, item: Item) -> None: ...
    async def remove(self, product_id: int) -> list[CartRow]: ...
    async def put_back(self, row: CartRow) -> None: ...


class UserBasket:
    cookies: Sequence[Cookie] = ()

    def __init__(self, user: SignedInUser, service: CartService) -> None:
        self._user, self._service = user, service

    async def lines(self) -> list[CartLine]:
        return await self._service.lines(self._user)

    async def lines_of(self, rows: tuple[CartRow, ...]) -> list[CartLine]:
        return await self._service.lines_of(rows, self._user)

    async def add(self, item: Item, key: str) -> Added:
        return await self._service.add(self._user, item, key)

    async def set(self, item: Item) -> None:
        await self._service.set(self._user, item)

    async def remove(self, product_id: int) -> list[CartRow]:
        return await self._service.remove(self._user, product_id)

    async def put_back(self, row: CartRow) -> None:
        await self._service.put_back(self._user, row)


def basket_of(request: AnyRequest, service: CartService) -> Basket:
    user: SignedInUser | None = request.user
    return UserBasket(user, service) if user else GuestBasket(request, service)
