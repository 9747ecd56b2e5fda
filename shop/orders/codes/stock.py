"""Codes as stock: a product's items on hand are its free codes."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput, ShopError
from shop.logs import get_logger
from shop.orders.codes.box import CodeBox
from shop.orders.codes.stock_repository import CodeStockRepository, NewCode
from shop.products.delivery import CODE
from shop.products.service import ProductService

log = get_logger("shop.orders")

AT_ONCE = 1_000
"""Codes that one transaction of the sweep changes."""
EXPIRING = "유효 기간이 끝났거나 곧 끝나는 코드"
"""The reason in the stock's movements, which staff read."""


class KnownCodes(ShopError):
    """Codes that were imported before: their places in the list."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places = places
        super().__init__(f"{len(places)} codes are known")


class Movement(NamedTuple):
    """Who moves stock, why, and by which form."""

    actor_id: int | None
    reason: str
    reference: str


class CodeStock:
    """Codes that are valid for fewer than `min_days` days are not sold."""

    def __init__(
        self, products: ProductService, codes: CodeStockRepository, box: CodeBox, min_days: int
    ) -> None:
        self._products, self._codes, self._box = products, codes, box
        self.min_days = min_days

    def sealed(self, code: str, valid_until: date | None) -> NewCode:
        return NewCode(self._box.seal(code), self._box.digests(code), valid_until)

    @transactional
    async def add(self, product_id: int, codes: Sequence[NewCode], movement: Movement) -> int:
        """Imports all of the codes, and returns the new stock. Raises KnownCodes, and InvalidInput
        if the product has no codes. Must be rolled back then."""
        await self._lock(product_id)
        digests = [digest for new in codes for digest in new.digests]
        known = await self._codes.known(digests)
        if not known:
            added = await self._codes.add(product_id, codes)
            known = {new.code.digest for new in codes} - added
        if known:
            places = [n for n, new in enumerate(codes) if not known.isdisjoint(new.digests)]
            raise KnownCodes(places)
        return await self._products.move_stock(
            product_id, len(codes), "receive", *_texts(movement), of_codes=True
        )

    @transactional
    async def void(self, product_id: int, code_ids: Sequence[int], movement: Movement) -> int:
        """Takes free codes out of the stock for good. Their number; others are left as they are."""
        await self._lock(product_id)
        voided = await self._codes.void_free(product_id, code_ids)
        if voided:
            await self._products.move_stock(
                product_id, -len(voided), "adjust", *_texts(movement), of_codes=True
            )
        return len(voided)

    async def ids_of(self, product_id: int, codes: Sequence[str]) -> list[int | None]:
        """The ids of the product's codes with these texts; None for unknown ones."""
        digests = [self._box.digests(code) for code in codes]
        found = await self._codes.ids_of(product_id, [one for each in digests for one in each])
        return [next((found[d] for d in each if d in found), None) for each in digests]

    async def void_expiring(self) -> None:
        """Voids free codes that are no longer valid for long enough."""
        for product_id in await self._codes.with_expiring(self.min_days):
            while await self._void_some(product_id) == AT_ONCE:
                pass

    @transactional
    async def _void_some(self, product_id: int) -> int:
        await self._lock(product_id)
        voided = await self._codes.void_expiring(product_id, self.min_days, AT_ONCE)
        if voided:
            await self._products.move_stock(
                product_id, -voided, "adjust", EXPIRING, None, None, of_codes=True
            )
        return voided

    async def reseal(self) -> None:
        """Seals with the shop's first secret what an older one has sealed. Logs how many codes none
        of its secrets opens, as after a restore without the secret."""
        while self._box.older_keys and await self._reseal_some() == AT_ONCE:
            pass
        if unreadable := await self._codes.count_sealed_with_others(self._box.keys):
            log.error("codes-unreadable", codes=unreadable)

    @transactional
    async def _reseal_some(self) -> int:
        found = await self._codes.sealed_with(self._box.older_keys, AT_ONCE)
        opened = {kept.id: self._box.open(kept.key, kept.sealed) for kept in found}
        await self._codes.reseal({id_: self._box.seal(code) for id_, code in opened.items()})
        return len(found)

    async def _lock(self, product_id: int) -> None:
        locked = await self._products.lock_stock([product_id])
        if product_id not in locked or locked[product_id].delivery != CODE:
            raise InvalidInput(FieldError("product", N_("This product has no codes.")))


def _texts(movement: Movement) -> tuple[str, int | None, str]:
    return movement.reason, movement.actor_id, movement.reference
