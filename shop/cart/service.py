"""The cart: what a shopper means to buy, compared with current products and stock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from shop.cart.repository import CartRepository, CartRow, Place
from shop.errors import N_, FieldError, InvalidInput, ProductNotFound, ShopError
from shop.identity import SignedInUser
from shop.paging import MAX_INT
from shop.products.quantity import MAX_LINES, MAX_QUANTITY, checked_quantity
from shop.products.repository import ProductInfo
from shop.products.service import Item, ProductService


class CartLine(msgspec.Struct, frozen=True):
    """One product in the cart, with its current product data. Prices in points."""

    product_id: int
    quantity: int
    price_seen: int
    product: ProductInfo | None

    @property
    def sold(self) -> bool:
        """False where the product was withdrawn, or where there never was one."""
        return self.product is not None and self.product.active

    @property
    def available(self) -> bool:
        return self.product is not None and self.sold and self.product.stock >= self.quantity

    @property
    def subtotal(self) -> int:
        """Nothing for what cannot be ordered as it stands."""
        return self.product.price * self.quantity if self.product and self.available else 0


class Added(NamedTuple):
    """What was put in, and whether the cart now holds as much of it as one order may."""

    product: ProductInfo
    is_most: bool


class CartLacks(ShopError):
    """A cart holds fewer than wanted of these products."""

    def __init__(self, product_ids: Sequence[int]) -> None:
        self.product_ids = product_ids
        super().__init__(f"not in the cart: {product_ids}")


class CartService:
    def __init__(self, repository: CartRepository, products: ProductService) -> None:
        self._cart = repository
        self._products = products

    async def lines(self, user: SignedInUser) -> list[CartLine]:
        return await self.lines_of(await self._cart.items(user.id))

    async def lines_of(self, rows: Iterable[CartRow]) -> list[CartLine]:
        """These rows with current product data."""
        rows = list(rows)
        products = await self._products.known(row.product_id for row in rows)
        return [CartLine(*row, products.get(row.product_id)) for row in rows]

    async def add(self, user: SignedInUser, item: Item, key: str | None = None) -> Added:
        """Puts more of a product into the cart; sent again with the same `key`, it adds nothing.

        Raises InvalidInput and ProductNotFound.
        """
        checked_quantity(item.quantity)
        product = await self._products.get(item.product_id)
        await self._check_room(user, item.product_id)
        held = await self._cart.add(user.id, product.id, item.quantity, product.price, key or None)
        return Added(product, is_most=held == MAX_QUANTITY)

    async def set(self, user: SignedInUser, item: Item) -> None:
        """The cart holds this many of a product. Raises InvalidInput and ProductNotFound."""
        checked_quantity(item.quantity)
        product = await self._products.get(item.product_id)
        await self._check_room(user, item.product_id)
        await self._cart.set(user.id, product.id, item.quantity, product.price)

    async def remove(self, user: SignedInUser, *product_ids: int) -> list[CartRow]:
        """Removes products and returns what was removed; ignores products not in the cart."""
        possible = [id_ for id_ in product_ids if 0 < id_ <= MAX_INT]
        return await self._cart.remove(user.id, *possible) if possible else []

    async def lock(self, places: Iterable[Place]) -> dict[Place, int]:
        """Items in carts by user and product, locked for this transaction in their order."""
        possible = sorted({place for place in places if 0 < place.product_id <= MAX_INT})
        return await self._cart.lock(possible) if possible else {}

    @staticmethod
    def take(user_id: int, items: Iterable[Item], held: dict[Place, int]) -> None:
        """Takes the items out of `held` (items by place), or none.

        Raises CartLacks, naming every product of which the cart holds fewer.
        """
        taken = {Place(user_id, item.product_id): item.quantity for item in items}
        missing = [place.product_id for place, n in taken.items() if held.get(place, 0) < n]
        if missing:
            raise CartLacks(missing)
        for place, quantity in taken.items():
            held[place] -= quantity

    @staticmethod
    def put_in(user_id: int, items: Iterable[Item], held: dict[Place, int]) -> None:
        """Undoes `take`."""
        for item in items:
            held[Place(user_id, item.product_id)] += item.quantity

    async def save_taken(self, taken: Mapping[Place, int]) -> None:
        """Writes what `take` decided; what a cart holds beyond that stays in it."""
        if taken:
            await self._cart.take(taken)

    async def put_back(self, user: SignedInUser, row: CartRow) -> None:
        """What was removed is in the cart again, as it was, even where it is no longer sold.

        Raises InvalidInput and ProductNotFound.
        """
        checked_quantity(row.quantity)
        if not 0 < row.price_seen <= MAX_INT:
            raise InvalidInput(FieldError("price_seen", N_("This value is not valid.")))
        if row.product_id not in await self._products.known([row.product_id]):
            raise ProductNotFound(row.product_id)
        await self._check_room(user, row.product_id)
        await self._cart.set(user.id, *row)

    async def _check_room(self, user: SignedInUser, product_id: int) -> None:
        held = {row.product_id for row in await self._cart.items(user.id)}
        if product_id not in held and len(held) >= MAX_LINES:
            limit = {"max": MAX_LINES}
            raise InvalidInput(
                FieldError("items", N_("A cart can hold up to %(max)s products."), limit)
            )
