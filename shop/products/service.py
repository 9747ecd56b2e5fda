"""Products and their stock. Quantities are items."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from piccolo.columns.column_types import DEFAULT

from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput, OutOfStock, ProductNotFound, Shortage
from shop.paging import MAX_INT
from shop.products.repository import ProductInfo, ProductRepository
from shop.products.tables import StockEntry


class Item(msgspec.Struct, frozen=True):
    """A product and a number of items of it."""

    product_id: int
    quantity: int


class StockMoved(Exception):
    """Locked stock has changed: a fault of the program."""


class ProductService:
    def __init__(self, repository: ProductRepository) -> None:
        self._products = repository

    async def get(self, product_id: int) -> ProductInfo:
        """The product, if it is on sale. Raises ProductNotFound (404)."""
        return (await self.get_many([product_id]))[product_id]

    async def get_many(self, product_ids: Iterable[int]) -> dict[int, ProductInfo]:
        """All of these products, by id. Raises ProductNotFound, naming those not on sale."""
        wanted = set(product_ids)
        found = await self.on_sale(wanted)
        if missing := wanted - found.keys():
            raise ProductNotFound(*sorted(missing))
        return found

    async def on_sale(self, product_ids: Iterable[int]) -> dict[int, ProductInfo]:
        """Those of these products that are on sale, by id."""
        found = await self.known(product_ids)
        return {id_: product for id_, product in found.items() if product.active}

    async def known(self, product_ids: Iterable[int]) -> dict[int, ProductInfo]:
        """Those of these products that exist, also withdrawn ones, by id."""
        return await self._products.by_ids([id_ for id_ in product_ids if 0 < id_ <= MAX_INT])

    async def ranges_on_sale(self, size: int) -> list[int]:
        """Of the ranges of `size` ids, numbered from 0, those with a product on sale."""
        return await self._products.ranges_on_sale(size)

    async def ids_on_sale(self, after: int, last: int, limit: int) -> list[int]:
        """Ids above `after` up to `last`, ascending."""
        return await self._products.ids_on_sale(after, last, limit)

    async def lock_stock(self, product_ids: Iterable[int]) -> dict[int, ProductInfo]:
        """The products that exist, by id, with their stock locked for this transaction.

        Rows are locked in the order of ids, so that no two transactions wait for each other.
        """
        wanted = {id_ for id_ in product_ids if 0 < id_ <= MAX_INT}
        return await self._products.lock_by_ids(wanted) if wanted else {}

    @staticmethod
    def take_stock(items: Iterable[Item], stock: dict[int, int]) -> None:
        """Takes all items out of `stock` (items on hand by product), or none.

        Raises OutOfStock, naming every product that is short.
        """
        items = sorted(items, key=lambda item: item.product_id)
        shortages = [
            Shortage(item.product_id, item.quantity, stock[item.product_id])
            for item in items
            if item.quantity > stock[item.product_id]
        ]
        if shortages:
            raise OutOfStock(*shortages)
        for item in items:
            stock[item.product_id] -= item.quantity

    @staticmethod
    def put_back(items: Iterable[Item], stock: dict[int, int]) -> None:
        """Undoes `take_stock`."""
        for item in items:
            stock[item.product_id] += item.quantity

    async def save_taken(self, taken: Mapping[int, int]) -> None:
        """Writes what `take_stock` decided: items by product. Raises StockMoved."""
        if taken and not await self._products.take(taken):
            raise StockMoved(f"fewer on hand than were locked: {taken}")

    async def return_stock(self, items: Iterable[Item]) -> None:
        """Puts the items of a cancelled order back, in the order in which orders lock stock."""
        for item in sorted(items, key=lambda item: item.product_id):
            await self._products.put_back(item.product_id, item.quantity)

    @transactional
    async def move_stock(
        self,
        product_id: int,
        amount: int,
        kind: Literal["receive", "adjust"],
        reason: str,
        actor_id: int,
        reference: str,
    ) -> int:
        """Staff receive or correct stock by `amount` items. Returns the new stock. `reference`
        names the form, so that a form sent twice moves once.

        Raises InvalidInput if the product is unknown or has too few items.
        """
        quantity = await self._products.move(product_id, amount)
        if quantity is None:
            raise InvalidInput(FieldError("amount", N_("There is not enough stock.")))
        await self._products.add_entry(
            StockEntry(
                product=product_id,
                amount=amount,
                kind=kind,
                quantity_after=quantity,
                actor=actor_id,
                reason=reason,
                reference=reference,
                created_at=DEFAULT,
            )
        )
        return quantity


def summed(items: Iterable[Item]) -> list[Item]:
    """One item per product, with the sum of its quantities."""
    quantities: dict[int, int] = {}
    for item in items:
        quantities[item.product_id] = quantities.get(item.product_id, 0) + item.quantity
    return [Item(product_id, quantity) for product_id, quantity in quantities.items()]
