"""Orders that arrive together are placed together, in one transaction.

First the keys are claimed, then the `OrderLocks` taken. `decide` chooses, each table is written
once, and each order's message is in the outbox at the commit.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shop.batches import PAUSE, Batches
from shop.cart.repository import Place
from shop.cart.service import CartLacks, CartService
from shop.database import transactional
from shop.errors import ShopError
from shop.external.outbox import Outbox
from shop.external.repository import Message
from shop.mail.content import Item as MailItem
from shop.mail.content import OrderPlaced
from shop.mail.service import MailService
from shop.orders.codes.sold import SoldCodes
from shop.orders.decide import Locked, Twin, assign_codes, decide
from shop.orders.errors import AlreadyOrdered, NotInCart, RequestInProgress
from shop.orders.key_repository import Claim, KeyRepository, SavedKey
from shop.orders.limit_repository import Limited, LimitRepository
from shop.orders.locks import OrderLocks
from shop.orders.order import PlacedOrder
from shop.orders.repository import OrderRepository
from shop.orders.request import OrderRequest
from shop.orders.schemas import OrderMessage
from shop.paging import MAX_INT
from shop.points.batch_repository import Spend
from shop.points.service import PointService
from shop.products.repository import ProductInfo
from shop.products.service import ProductService

TWIN_TIMEOUT = 5.0
"""How many seconds a request waits for another with the same key."""
TWIN_PAUSE = 0.03
"""Seconds between two checks whether that one has ended."""


class AlreadyPlaced(Exception):
    """The request's key has an order already."""


class Committed(NamedTuple):
    """A committed order, and its message, which this process has to send."""

    order: PlacedOrder
    message: Message


Outcome = Committed | Exception
REFUSALS: dict[Claim, type[Exception]] = {
    "placed": AlreadyPlaced,
    "in-progress": RequestInProgress,
}


class OrderPlacement:
    """Owns the order's transaction."""

    def __init__(
        self,
        products: ProductService,
        points: PointService,
        orders: OrderRepository,
        keys: KeyRepository,
        cart: CartService,
        codes: SoldCodes,
        locks: OrderLocks,
        outbox: Outbox,
        mail: MailService,
        *,
        share_recipient: bool,
    ) -> None:
        self._products = products
        self._points = points
        self._orders = orders
        self._keys = keys
        self._cart = cart
        self._codes = codes
        self._locks, self._limits = locks, LimitRepository()
        self._outbox, self._mail = outbox, mail
        self._share_recipient = share_recipient
        self._batches: Batches[OrderRequest, Committed] = Batches(self._commit, pause=PAUSE)

    @property
    def queue(self) -> Batches[OrderRequest, Committed]:
        return self._batches

    async def place(self, request: OrderRequest) -> Committed:
        """Raises the refusals of `decide`, AlreadyPlaced, RequestInProgress if another request with
        the same key takes too long, and Overloaded if too many wait."""
        end = time.monotonic() + TWIN_TIMEOUT
        while True:
            try:
                return await self._batches.submit(request)
            except RequestInProgress:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(TWIN_PAUSE)

    @transactional
    async def _commit(self, requests: Sequence[OrderRequest]) -> list[Outcome]:
        """An outcome for each request, in their order."""
        claims = await self._claims(requests)
        free = [r for r, claim in zip(requests, claims, strict=True) if claim == "free"]
        outcomes = iter(await self._place(free) if free else ())
        return [REFUSALS[claim]() if claim in REFUSALS else next(outcomes) for claim in claims]

    async def _claims(self, requests: Sequence[OrderRequest]) -> list[Claim]:
        """The state of each request's key; `free` without a key."""
        keys = sorted({key for request in requests if (key := request.user_key)})
        claims = await self._keys.claim(keys) if keys else {}
        return [claims[key] if (key := request.user_key) else "free" for request in requests]

    async def _place(self, requests: Sequence[OrderRequest]) -> list[Outcome]:
        ids, now = await self._orders.next_ids(len(requests))
        locked = await self._locks.lock(requests)
        decisions = decide(requests, locked, ids, now)
        placed = [
            (request, decision)
            for request, decision in zip(requests, decisions, strict=True)
            if isinstance(decision, PlacedOrder)
        ]
        messages = iter(await self._save(placed, locked) if placed else ())
        return [
            Committed(decision, next(messages))
            if isinstance(decision, PlacedOrder)
            else await self._refusal(request, decision)
            for request, decision in zip(requests, decisions, strict=True)
        ]

    async def _save(
        self, placed: Sequence[tuple[OrderRequest, PlacedOrder]], locked: Locked
    ) -> list[Message]:
        """Writes each table once. Returns the messages of the orders, in their order."""
        orders = [order for _, order in placed]
        taken, emptied = Counter[int](), Counter[Place]()
        for request, order in placed:
            for line in order.lines:
                taken[line.product_id] += line.quantity
            for item in request.in_cart:
                emptied[Place(order.user_id, item.product_id)] += item.quantity
        await self._products.save_taken(taken)
        await self._points.save_spent([Spend(o.user_id, o.total, o.subject) for o in orders])
        await self._orders.save(orders)
        await self._limits.save(_limited(orders, locked.products))
        await self._codes.save_taken(assign_codes(orders, locked.codes))
        keys = [
            SavedKey(order.user_id, request.key, request.fingerprint, order.id)
            for request, order in placed
            if request.key
        ]
        if keys:
            await self._keys.save(keys)
        await self._cart.save_taken(emptied)
        await self._mail.write((order.user_id, _mail_about(order)) for order in orders)
        about = [(order.subject, OrderMessage.of(order, self._share_recipient)) for order in orders]
        return await self._outbox.write("order.created", *about, leased=True)

    async def _refusal(self, request: OrderRequest, decision: Twin | ShopError) -> Exception:
        if isinstance(decision, Twin):
            return AlreadyPlaced()
        if not isinstance(decision, CartLacks):
            return decision
        possible = [id_ for id_ in decision.product_ids if 0 < id_ <= MAX_INT]
        order_id = await self._orders.last_with(request.user_id, possible)
        return AlreadyOrdered(order_id) if order_id else NotInCart()


def _limited(orders: Sequence[PlacedOrder], products: Mapping[int, ProductInfo]) -> list[Limited]:
    return [
        Limited(order.id, product.id, product.person_limit, product.limit_days)
        for order in orders
        for line in order.lines
        if (product := products[line.product_id]).person_limit is not None
    ]


def _mail_about(order: PlacedOrder) -> OrderPlaced:
    items = [MailItem(line.name, line.name_en, line.quantity) for line in order.lines]
    return OrderPlaced(order.id, order.total, items)
