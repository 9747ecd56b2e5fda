"""The rules of the second diagram as a pure function: which requests become orders.

Requests are decided in the order of their arrival. A refused request takes nothing, so its stock
and points are available to the next.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import NamedTuple

import msgspec

from shop.cart.repository import Place
from shop.cart.service import CartService
from shop.errors import PriceChanged, ProductNotFound, ShopError
from shop.orders.key_repository import UserKey
from shop.orders.repository import Line, PlacedOrder
from shop.points.service import PointService
from shop.products.repository import ProductInfo
from shop.products.service import Item, ProductService


class OrderRequest(msgspec.Struct, frozen=True):
    """What a user wants to buy. `expected_total` in points, if they were shown one. `in_cart` is
    what leaves their cart; empty if it is not bought from the cart. `key` makes it idempotent."""

    user_id: int
    items: Sequence[Item]
    expected_total: int | None = None
    in_cart: Sequence[Item] = ()
    key: str | None = None

    @property
    def fingerprint(self) -> str:
        """A digest of the items, in any order, and of the expected total."""
        items = sorted((item.product_id, item.quantity) for item in self.items)
        return hashlib.sha256(msgspec.json.encode([items, self.expected_total])).hexdigest()

    @property
    def user_key(self) -> UserKey | None:
        return UserKey(self.user_id, self.key) if self.key else None


class Locked(NamedTuple):
    """What the transaction has locked: products, items in carts, and points by user."""

    products: Mapping[int, ProductInfo]
    carts: dict[Place, int]
    balances: dict[int, int]


class Twin(NamedTuple):
    """A request with the key of an earlier one in the batch, which became an order."""

    order_id: int


Decision = PlacedOrder | Twin | ShopError


def decide(
    requests: Sequence[OrderRequest], locked: Locked, ids: Sequence[int], now: datetime
) -> list[Decision]:
    """An order or a refusal for each request, which has each product once; the order of the n-th
    request has the n-th id.

    Refusals: CartLacks, ProductNotFound, PriceChanged, OutOfStock and InsufficientPoints, checked
    in that order. Updates `carts` and `balances` of `locked`.
    """
    stock = {id_: product.stock for id_, product in locked.products.items()}
    placed: dict[UserKey | None, int] = {}
    decisions: list[Decision] = []
    for request, order_id in zip(requests, ids, strict=True):
        key = request.user_key
        if key in placed:
            decisions.append(Twin(placed[key]))
            continue
        try:
            decisions.append(_order(request, locked, stock, order_id, now))
        except ShopError as refusal:
            decisions.append(refusal)
        else:
            if key:
                placed[key] = order_id
    return decisions


def _order(
    request: OrderRequest, locked: Locked, stock: dict[int, int], order_id: int, now: datetime
) -> PlacedOrder:
    """Takes what the request needs, or nothing."""
    user_id = request.user_id
    with ExitStack() as undo:
        CartService.take(user_id, request.in_cart, locked.carts)
        undo.callback(CartService.put_in, user_id, request.in_cart, locked.carts)
        lines = _lines(request.items, locked.products)
        total = sum(line.unit_price * line.quantity for line in lines)
        if request.expected_total not in (None, total):
            raise PriceChanged(request.expected_total or 0, total)
        ProductService.take_stock(request.items, stock)
        undo.callback(ProductService.put_back, request.items, stock)
        PointService.spend(user_id, total, locked.balances)
        undo.pop_all()
    return PlacedOrder(order_id, user_id, "paid", total, now, lines)


def _lines(items: Sequence[Item], products: Mapping[int, ProductInfo]) -> list[Line]:
    """The lines at current prices. Raises ProductNotFound with all products not for sale."""
    found = {item.product_id: products.get(item.product_id) for item in items}
    missing = [id_ for id_, product in found.items() if product is None or not product.active]
    if missing:
        raise ProductNotFound(*sorted(missing))
    return [
        Line(product.id, product.name, product.name_en, item.quantity, product.price)
        for item in items
        if (product := found[item.product_id])
    ]
