"""The cart: what a shopper means to buy, compared with current products and stock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from shop.cart.line import CartLine
from shop.cart.repository import CartRepository, CartRow, Place
from shop.errors import N_, Answer, FieldError, InvalidInput, ShopError
from shop.identity import SignedInUser
from shop.paging import MAX_INT
from shop.products.errors import OutOfStock, ProductNotFound, Shortage
from shop.products.quantity import MAX_LINES, MAX_QUANTITY, checked_quantity
from shop.products.repository import ProductInfo
from shop.products.service import Item, ProductService


class Added(NamedTuple):
    """The items that were added, and whether the cart now holds as many of them as one order
    may."""

    product: ProductInfo
    is_most: bool


class CartLacks(ShopError):
    """A cart holds fewer than wanted of these products."""

    def __init__(self, product_ids: Sequence[int]) -> None:
        self.product_ids = product_ids
        super().__init__(f"not in the cart: {product_ids}")


class MoreThanLeft(OutOfStock):
    """The cart would hold more of a product than are in stock."""

    answer = Answer(
        409,
        "out-of-stock",
        N_("Not enough in stock"),
        N_("Only %(left)s are left, and your cart already holds %(held)s."),
    )

    def __init__(self, shortage: Shortage, held: int) -> None:
        super().__init__(shortage)
        self.values = {"left": shortage.available, "held": held}
        self.room = shortage.available - held


class CartService:
    def __init__(self, repository: CartRepository, products: ProductService) -> None:
        self._cart = repository
        self._products = products

    async def lines(self, user: SignedInUser) -> list[CartLine]:
        """The cart with current product data, in the order in which it was filled."""
        return await self._cart.lines(user.id)

    async def lines_of(self, rows: Iterable[CartRow], user: SignedInUser | None) -> list[CartLine]:
        """These rows with current product data, for this user or for a guest."""
        rows = list(rows)
        products = await self._products.known(row.product_id for row in rows)
        left = await self._products.left_for(user.id, products.values()) if user else {}
        return [
            CartLine(*row, products.get(row.product_id), left.get(row.product_id)) for row in rows
        ]

    async def product(self, product_id: int) -> ProductInfo:
        """Raises ProductNotFound."""
        return await self._products.get(product_id)

    async def add(self, user: SignedInUser, item: Item, key: str | None = None) -> Added:
        """Puts more of a product into the cart; sent again with the same `key`, it adds nothing.

        Raises InvalidInput, ProductNotFound, and MoreThanLeft where the cart would hold more than
        is in stock.
        """
        checked_quantity(item.quantity)
        product = await self._products.get(item.product_id)
        await self._check_room(user, item.product_id)
        held = await self._cart.add(
            user.id, product.id, item.quantity, product.price, product.stock, key or None
        )
        if held is None:
            in_cart = {row.product_id: row.quantity for row in await self._cart.items(user.id)}
            shortage = Shortage(product.id, item.quantity, product.stock)
            raise MoreThanLeft(shortage, in_cart.get(product.id, 0))
        return Added(product, is_most=held == MAX_QUANTITY)

    async def set(self, user: SignedInUser, item: Item) -> None:
        """The cart holds this many of a product. Raises InvalidInput and ProductNotFound."""
        checked_quantity(item.quantity)
        product = await self._products.get(item.product_id)
        await self._check_room(user, item.product_id)
        await self._cart.set(user.id, product.id, item.quantity, product.price)

    async def remove(self, user: SignedInUser, *product_ids: int) -> list[CartRow]:
        """Removes products and returns the removed items; ignores products not in the cart."""
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
        """Puts removed items back as they were, also those that are no longer sold.

        Raises InvalidInput and ProductNotFound.
        """
        await self.check_put_back(row)
        await self._check_room(user, row.product_id)
        await self._cart.set(user.id, *row)

    async def check_put_back(self, row: CartRow) -> None:
        """Raises InvalidInput and ProductNotFound."""
        checked_quantity(row.quantity)
        if not 0 < row.price_seen <= MAX_INT:
            raise InvalidInput(FieldError("price_seen", N_("This value is not valid.")))
        if row.product_id not in await self._products.known([row.product_id]):
            raise ProductNotFound(row.product_id)

    async def _check_room(self, user: SignedInUser, product_id: int) -> None:
        check_room(await self._cart.items(user.id), product_id)


def check_room(rows: Sequence[CartRow], product_id: int) -> None:
    """Raises InvalidInput where the cart has no room for a further product."""
    if len(rows) >= MAX_LINES and product_id not in {row.product_id for row in rows}:
        limit = {"max": MAX_LINES}
        raise InvalidInput(
            FieldError("items", N_("A cart can hold up to %(max)s products."), limit)
        )
