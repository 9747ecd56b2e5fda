"""The cart: what a shopper means to buy, told against what the shop has now."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from shop.cart.repository import CartRepository, CartRow
from shop.errors import N_, FieldError, InvalidInput, ProductNotFound
from shop.paging import MAX_INT
from shop.products.repository import Offer
from shop.products.service import MAX_QUANTITY, Item, ProductService
from shop.web.request import SignedInUser

MAX_LINES = 50


class CartLine(msgspec.Struct, frozen=True):
    """One product in the cart, beside what the shop says of it now. Prices in points."""

    product_id: int
    quantity: int
    price_seen: int
    offer: Offer | None

    @property
    def sold(self) -> bool:
        """False where the product was withdrawn, or where there never was one."""
        return self.offer is not None and self.offer.active

    @property
    def available(self) -> bool:
        return self.offer is not None and self.sold and self.offer.quantity >= self.quantity

    @property
    def subtotal(self) -> int:
        """Nothing for what cannot be ordered as it stands."""
        return self.offer.price * self.quantity if self.offer and self.available else 0


class Added(NamedTuple):
    """What was put in, and whether the cart now holds as much of it as one order may."""

    offer: Offer
    is_most: bool


class CartService:
    def __init__(self, repository: CartRepository, products: ProductService) -> None:
        self._cart = repository
        self._products = products

    async def lines(self, user: SignedInUser) -> list[CartLine]:
        return await self.lines_of(await self._cart.items(user.id))

    async def lines_of(self, rows: Iterable[CartRow]) -> list[CartLine]:
        """These rows beside what the shop says of their products now."""
        rows = list(rows)
        offers = await self._products.known(row.product_id for row in rows)
        return [CartLine(*row, offers.get(row.product_id)) for row in rows]

    async def add(self, user: SignedInUser, item: Item, key: str | None = None) -> Added:
        """Puts more of a product into the cart; sent again with the same `key`, it adds nothing.

        Raises InvalidInput and ProductNotFound.
        """
        checked_quantity(item.quantity)
        offer = await self._products.get(item.product_id)
        await self._check_room(user, item.product_id)
        held = await self._cart.add(user.id, offer.id, item.quantity, offer.price, key or None)
        return Added(offer, is_most=held == MAX_QUANTITY)

    async def set(self, user: SignedInUser, item: Item) -> None:
        """The cart holds this many of a product. Raises InvalidInput and ProductNotFound."""
        checked_quantity(item.quantity)
        offer = await self._products.get(item.product_id)
        await self._check_room(user, item.product_id)
        await self._cart.set(user.id, offer.id, item.quantity, offer.price)

    async def remove(self, user: SignedInUser, *product_ids: int) -> list[CartRow]:
        """Takes products out, and says which: those that are not in the cart are no matter."""
        possible = [id_ for id_ in product_ids if 0 < id_ <= MAX_INT]
        return await self._cart.remove(user.id, *possible) if possible else []

    async def take(self, user: SignedInUser, items: Sequence[Item]) -> list[int]:
        """Takes so many of each product out; what the cart holds beyond them stays.

        Returns the products of which it holds fewer. They are taken out too: the caller's
        transaction has to be rolled back then.
        """
        removed = await self.remove(user, *(item.product_id for item in items))
        held = {row.product_id: row for row in removed}
        missing = []
        for item in items:
            row = held.get(item.product_id)
            if row is None or row.quantity < item.quantity:
                missing.append(item.product_id)
            elif left := row.quantity - item.quantity:
                await self._cart.set(user.id, *row._replace(quantity=left))
        return missing

    async def put_back(self, user: SignedInUser, row: CartRow) -> None:
        """What was removed is in the cart again, as it was, even where it is no longer sold.

        Raises InvalidInput and ProductNotFound.
        """
        checked_quantity(row.quantity)
        if not 0 < row.price_seen <= MAX_INT:
            raise InvalidInput(FieldError("price_seen", N_("This value does not fit.")))
        if row.product_id not in await self._products.known([row.product_id]):
            raise ProductNotFound(row.product_id)
        await self._check_room(user, row.product_id)
        await self._cart.set(user.id, *row)

    async def _check_room(self, user: SignedInUser, product_id: int) -> None:
        held = {row.product_id for row in await self._cart.items(user.id)}
        if product_id not in held and len(held) >= MAX_LINES:
            limit = {"max": MAX_LINES}
            raise InvalidInput(FieldError("items", N_("A cart holds %(max)s products."), limit))


def checked_quantity(quantity: int) -> int:
    if not 1 <= quantity <= MAX_QUANTITY:
        limits = {"min": 1, "max": MAX_QUANTITY}
        raise InvalidInput(FieldError("quantity", N_("Choose %(min)s to %(max)s."), limits))
    return quantity
