"""What staff do with stock; each is written in the log."""

import hashlib
from collections.abc import Sequence
from typing import Literal, NamedTuple

from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.products.service import ProductService
from shop.staff.once import Sentence
from shop.staff.stock_move_repository import StockMoveRepository
from shop.staff.stock_repository import StockRepository
from shop.staff_log.repository import StaffLogRepository
from shop.web.i18n import Language, translate

MAX_REASON = 200  # characters

UNDONE = N_("Undone: %(reason)s")
MOVED = N_("%(name)s: %(amount)s. Now in stock: %(stock)s.")


class Delivered(NamedTuple):
    """Items of one product in a delivery."""

    product_id: int
    amount: int


class StockMoves:
    """Must run in the transaction of the form, whose key is `form_key`. `language` is that of the
    sentences and of the reason of a counter-entry."""

    def __init__(
        self, products: ProductService, actor_id: int, language: Language, form_key: str
    ) -> None:
        self._products, self._actor_id = products, actor_id
        self._language, self._form_key = language, form_key
        self._stock, self._moves = StockRepository(), StockMoveRepository()
        self._log = StaffLogRepository()

    async def receive(self, product_id: int, amount: int, reason: str) -> Sentence:
        """Raises NotFound and InvalidInput."""
        return await self._move(
            product_id, amount, "stock.receive", reason, f"staff:{self._form_key}"
        )

    async def deliver(self, delivered: Sequence[Delivered], reason: str) -> Sentence:
        """All products of a delivery, or none. Raises NotFound and InvalidInput."""
        await self._products.lock_stock([item.product_id for item in delivered])
        # A digest, because the column is too short for any key and any number.
        form = hashlib.sha256(self._form_key.encode()).hexdigest()[:32]
        for item in delivered:
            reference = f"delivery:{form}:{item.product_id}"
            await self._move(item.product_id, item.amount, "stock.receive", reason, reference)
        items = sum(item.amount for item in delivered)
        return Sentence(
            N_("%(items)s items of %(n)s products received."), {"items": items, "n": len(delivered)}
        )

    async def count(self, product_id: int, counted: int, shown: int, reason: str) -> Sentence:
        """Raises InvalidInput if the stock has changed since the form was shown."""
        locked = await self._products.lock_stock([product_id])
        now = locked[product_id].stock if product_id in locked else -1
        if now != shown:
            message = N_("The stock has changed to %(now)s meanwhile. Please count again.")
            raise InvalidInput(FieldError("counted", message, {"now": now}))
        if counted == now:
            return Sentence(N_("The stock was right: %(stock)s."), {"stock": now})
        return await self._move(
            product_id, counted - now, "stock.count", reason, f"staff:{self._form_key}"
        )

    async def undo(self, product_id: int, entry_id: int) -> Sentence:
        """Takes a movement back by a counter-entry, once: its reference is the entry. A
        counter-entry is not taken back."""
        entry = await self._moves.entry(entry_id)
        if entry is None or entry["product"] != product_id:
            raise NotFound
        if str(entry["reference"] or "").startswith("undo:"):
            message = N_("This movement reversed another one and cannot be undone.")
            raise InvalidInput(FieldError("entry", message))
        reference = f"undo:{entry_id}"
        await self._products.lock_stock([product_id])  # two forms for one entry: one waits
        if await self._moves.is_known(reference):
            raise InvalidInput(FieldError("entry", N_("This was already undone.")))
        reason = translate(self._language, UNDONE, {"reason": entry["reason"]})[:MAX_REASON]
        return await self._move(product_id, -entry["amount"], "stock.undo", reason, reference)

    async def set_threshold(self, product_id: int, threshold: int | None) -> Sentence:
        row = await self._stock.one(product_id)
        await self._stock.set_threshold(product_id, threshold)
        await self._log.record(
            self._actor_id,
            "stock.threshold",
            f"product:{product_id}",
            before={"threshold": row.threshold},
            after={"threshold": threshold},
        )
        name = {"name": row.named(self._language)}
        return Sentence(N_("%(name)s: the threshold is saved."), name)

    async def _move(
        self, product_id: int, amount: int, action: str, reason: str, reference: str
    ) -> Sentence:
        row = await self._stock.one(product_id)
        kind: Literal["receive", "adjust"] = "adjust"
        if action == "stock.receive":
            kind = "receive"
        stock = await self._products.move_stock(
            product_id, amount, kind, reason, self._actor_id, reference
        )
        await self._log.record(
            self._actor_id,
            action,
            f"product:{product_id}",
            reason=reason,
            before={"stock": stock - amount},
            after={"stock": stock},
        )
        values = {"name": row.named(self._language), "amount": f"{amount:+,}", "stock": stock}
        return Sentence(MOVED, values)
