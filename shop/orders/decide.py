"""The rules of the second diagram as a pure function: which requests become orders.

Requests are decided in the order of their arrival. A refused request takes nothing, so its stock
and points are available to the next.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from shop.addresses.recipient import Recipient
from shop.addresses.repository import AddressKey
from shop.cart.repository import Place
from shop.cart.service import CartService
from shop.errors import (
    N_,
    AddressNotFound,
    FieldError,
    InvalidInput,
    PriceChanged,
    ProductNotFound,
    RecipientRequired,
    ShopError,
)
from shop.orders.key_repository import UserKey
from shop.orders.repository import Line, PlacedOrder
from shop.points.service import PointService
from shop.products.delivery import PARCEL
from shop.products.repository import ProductInfo
from shop.products.service import Item, ProductService


class OrderRequest(msgspec.Struct, frozen=True):
    """What a user wants to buy. `expected_total` in points, if they were shown one. `in_cart` is
    what leaves their cart; empty if it is not bought from the cart. `key` makes it idempotent.
    Parcels go to `recipient`, or to the address with `address_id`, or to the default address."""

    user_id: int
    items: Sequence[Item]
    expected_total: int | None = None
    in_cart: Sequence[Item] = ()
    key: str | None = None
    recipient: Recipient | None = None
    address_id: int | None = None

    @property
    def fingerprint(self) -> str:
        """A digest of the items, in any order, of the expected total, and of where to send it."""
        items = sorted((item.product_id, item.quantity) for item in self.items)
        content: list[Any] = [items, self.expected_total]
        if self.names_recipient:
            content += [self.recipient, self.address_id]
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()

    @property
    def names_recipient(self) -> bool:
        return self.recipient is not None or self.address_id is not None

    @property
    def address_key(self) -> AddressKey:
        return AddressKey(self.user_id, self.address_id)

    @property
    def user_key(self) -> UserKey | None:
        return UserKey(self.user_id, self.key) if self.key else None


class Locked(NamedTuple):
    """What the transaction has locked: products, items in carts, and points by user; and the
    addresses that it has read."""

    products: Mapping[int, ProductInfo]
    carts: dict[Place, int]
    balances: dict[int, int]
    addresses: Mapping[AddressKey, Recipient] = MappingProxyType({})


class Twin(NamedTuple):
    """A request with the key of an earlier one in the batch, which became an order."""

    order_id: int


Decision = PlacedOrder | Twin | ShopError


def decide(
    requests: Sequence[OrderRequest], locked: Locked, ids: Sequence[int], now: datetime
) -> list[Decision]:
    """An order or a refusal for each request, which has each product once; the order of the n-th
    request has the n-th id.

    Refusals: CartLacks, ProductNotFound, those of `_recipient`, PriceChanged, OutOfStock and
    InsufficientPoints, checked in that order. Updates `carts` and `balances` of `locked`.
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
        recipient = _recipient(request, lines, locked.addresses)
        total = sum(line.unit_price * line.quantity for line in lines)
        if request.expected_total not in (None, total):
            raise PriceChanged(request.expected_total or 0, total)
        ProductService.take_stock(request.items, stock)
        undo.callback(ProductService.put_back, request.items, stock)
        PointService.spend(user_id, total, locked.balances)
        undo.pop_all()
    return PlacedOrder(order_id, user_id, "paid", total, now, lines, recipient)


def _recipient(
    request: OrderRequest, lines: Sequence[Line], addresses: Mapping[AddressKey, Recipient]
) -> Recipient | None:
    """To whom the parcels go; None without a parcel. Raises InvalidInput, AddressNotFound and
    RecipientRequired."""
    if not any(line.delivery == PARCEL for line in lines):
        if request.names_recipient:
            field = "recipient" if request.recipient else "address_id"
            message = N_("These products are picked up, so they need no recipient.")
            raise InvalidInput(FieldError(field, message))
        return None
    if found := request.recipient or addresses.get(request.address_key):
        return found
    raise RecipientRequired if request.address_id is None else AddressNotFound


def _lines(items: Sequence[Item], products: Mapping[int, ProductInfo]) -> list[Line]:
    """The lines at current prices. Raises ProductNotFound with all products not for sale."""
    found = {item.product_id: products.get(item.product_id) for item in items}
    missing = [id_ for id_, product in found.items() if product is None or not product.active]
    if missing:
        raise ProductNotFound(*sorted(missing))
    return [
        Line(
            product.id,
            product.name,
            product.name_en,
            item.quantity,
            product.price,
            product.delivery,
        )
        for item in items
        if (product := found[item.product_id])
    ]
