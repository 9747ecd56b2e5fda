"""Products and their stock. Quantities are items."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from piccolo.columns.column_types import DEFAULT

from shop.database import transaction, transactional
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.paging import MAX_INT
from shop.products.delivery import CODE
from shop.products.errors import OutOfStock, ProductNotFound, Shortage
from shop.products.purchases import Buyer, PurchaseRepository
from shop.products.repository import ProductInfo, ProductRepository
from shop.products.tables import StockEntry
from shop.products.term_repository import TermRepository

RENEWED_AT_ONCE = 500
"""Products whose search terms are renewed in one transaction."""


class Item(msgspec.Struct, frozen=True):
    """A product and a number of items of it."""

    product_id: int
    quantity: int


class StockMoved(Exception):
    """Locked stock has changed: a fault of the program."""


class ProductService:
    def __init__(self, repository: ProductRepository) -> None:
        self._products = repository
        self._purchases = PurchaseRepository()

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

    async def known_one(self, product_id: int) -> ProductInfo:
        """The product, also a withdrawn one. Raises NotFound."""
        product = (await self.known([product_id])).get(product_id)
        if product is None:
            raise NotFound
        return product

    async def left_for(self, user_id: int, products: Iterable[ProductInfo]) -> dict[int, int]:
        """How many items the user may still buy of those of the products that have a limit."""
        limits = {one.id: one for one in products if one.person_limit is not None}
        bought = await self._purchases.bought(
            {Buyer(user_id, one.id): one.limit_days for one in limits.values()}
        )
        return {
            buyer.product_id: max((limits[buyer.product_id].person_limit or 0) - n, 0)
            for buyer, n in bought.items()
        }

    async def ranges_on_sale(self, size: int) -> list[int]:
        """Of the ranges of `size` ids, numbered from 0, those with a product on sale."""
        return await self._products.ranges_on_sale(size)

    async def ids_on_sale(self, after: int, last: int, limit: int) -> list[int]:
        """Ids above `after` up to `last`, ascending."""
        return await self._products.ids_on_sale(after, last, limit)

    async def renew_terms(self) -> None:
        """Renews the search terms that older rules made, in transactions of their own, so that a
        stop loses one batch and locks are short."""
        renewed = RENEWED_AT_ONCE
        while renewed == RENEWED_AT_ONCE:
            async with transaction():
                renewed = await TermRepository().renew(RENEWED_AT_ONCE)

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
        actor_id: int | None,
        reference: str | None,
        *,
        of_codes: bool = False,
    ) -> int:
        """Staff receive or correct stock by `amount` items. Returns the new stock. `reference`
        names the form, so that a form sent twice moves once. `of_codes`: the same number of codes
        is imported or voided in this transaction.

        Raises InvalidInput if the product is unknown or has too few items, and if its items are
        codes, unless `of_codes`.
        """
        locked = await self.lock_stock([product_id])
        if not of_codes and product_id in locked and locked[product_id].delivery == CODE:
            message = N_("The stock of this product changes by importing and voiding codes only.")
            raise InvalidInput(FieldError("amount", message))
        quantity = await self._products.move(product_id, amount, of_codes=of_codes)
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
