"""The rules of the second diagram as a pure function: which requests become orders.

Requests are decided in the order of their arrival. A refused request takes nothing, so its stock
and points are available to the next.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from shop.addresses.errors import AddressNotFound
from shop.addresses.recipient import Recipient
from shop.addresses.repository import AddressKey
from shop.cart.repository import Place
from shop.cart.service import CartService
from shop.errors import N_, FieldError, InvalidInput, ShopError
from shop.orders.errors import Excess, LimitReached, NotOnSale, PriceChanged, RecipientRequired
from shop.orders.key_repository import UserKey
from shop.orders.order import Line, PlacedOrder
from shop.orders.request import OrderRequest
from shop.points.service import PointService
from shop.products.delivery import CODE, PARCEL
from shop.products.errors import ProductNotFound
from shop.products.purchases import Buyer
from shop.products.repository import ProductInfo
from shop.products.service import Item, ProductService


class Locked(NamedTuple):
    """What the transaction has locked: products, items in carts, and points by user; the addresses
    that it has read; ids of free codes by product, at least as many as are wanted, or all; and how
    many items of products with a limit each buyer has bought."""

    products: Mapping[int, ProductInfo]
    carts: dict[Place, int]
    balances: dict[int, int]
    addresses: Mapping[AddressKey, Recipient] = MappingProxyType({})
    codes: Mapping[int, Sequence[int]] = MappingProxyType({})
    bought: Mapping[Buyer, int] = MappingProxyType({})


class Twin(NamedTuple):
    """A request with the key of an earlier one in the batch, which became an order."""

    order_id: int


Decision = PlacedOrder | Twin | ShopError


def decide(
    requests: Sequence[OrderRequest], locked: Locked, ids: Sequence[int], now: datetime
) -> list[Decision]:
    """An order or a refusal for each request, which has each product once; the order of the n-th
    request has the n-th id.

    Refusals: CartLacks, ProductNotFound, those of `_recipient`, NotOnSale, PriceChanged,
    LimitReached, OutOfStock and InsufficientPoints, checked in that order. Updates `carts` and
    `balances` of `locked`.
    """
    stock = {id_: product.stock for id_, product in locked.products.items()}
    stock |= {product_id: len(ids) for product_id, ids in locked.codes.items()}
    bought = Counter(locked.bought)
    placed: dict[UserKey | None, int] = {}
    decisions: list[Decision] = []
    for request, order_id in zip(requests, ids, strict=True):
        key = request.user_key
        if key in placed:
            decisions.append(Twin(placed[key]))
            continue
        try:
            decisions.append(_order(request, locked, stock, bought, order_id, now))
        except ShopError as refusal:
            decisions.append(refusal)
        else:
            if key:
                placed[key] = order_id
    return decisions


def assign_codes(
    orders: Sequence[PlacedOrder], codes: Mapping[int, Sequence[int]]
) -> dict[int, int]:
    """The order of each code that is taken: the first codes go to the first order."""
    left = {product_id: iter(ids) for product_id, ids in codes.items()}
    return {
        next(left[line.product_id]): order.id
        for order in orders
        for line in order.lines
        if line.delivery == CODE
        for _ in range(line.quantity)
    }


def _order(
    request: OrderRequest,
    locked: Locked,
    stock: dict[int, int],
    bought: Counter[Buyer],
    order_id: int,
    now: datetime,
) -> PlacedOrder:
    """Takes everything that the request needs, or nothing."""
    user_id = request.user_id
    with ExitStack() as undo:
        CartService.take(user_id, request.in_cart, locked.carts)
        undo.callback(CartService.put_in, user_id, request.in_cart, locked.carts)
        lines = _lines(request.items, locked.products)
        recipient = _recipient(request, lines, locked.addresses)
        _check_on_sale(request.items, locked.products)
        total = sum(line.unit_price * line.quantity for line in lines)
        if request.expected_total not in (None, total):
            raise PriceChanged(request.expected_total or 0, total)
        _check_limits(request, locked.products, bought)
        ProductService.take_stock(request.items, stock)
        undo.callback(ProductService.put_back, request.items, stock)
        PointService.spend(user_id, total, locked.balances)
        undo.pop_all()
    bought.update({Buyer(user_id, item.product_id): item.quantity for item in request.items})
    return PlacedOrder(order_id, user_id, "paid", total, now, lines, recipient)


def _check_on_sale(items: Sequence[Item], products: Mapping[int, ProductInfo]) -> None:
    """Raises NotOnSale."""
    for item in sorted(items, key=lambda item: item.product_id):
        product = products[item.product_id]
        if not product.on_sale:
            raise NotOnSale(product.id, product.on_sale_from, product.on_sale_until)


def _check_limits(
    request: OrderRequest, products: Mapping[int, ProductInfo], bought: Counter[Buyer]
) -> None:
    """Raises LimitReached, naming every product of which it is too much for one person."""
    excesses = []
    for item in sorted(request.items, key=lambda item: item.product_id):
        limit = products[item.product_id].person_limit
        before = bought[Buyer(request.user_id, item.product_id)]
        if limit is not None and before + item.quantity > limit:
            left = max(limit - before, 0)
            excesses.append(Excess(item.product_id, limit, before, left))
    if excesses:
        raise LimitReached(*excesses)


def _recipient(
    request: OrderRequest, lines: Sequence[Line], addresses: Mapping[AddressKey, Recipient]
) -> Recipient | None:
    """To whom the parcels go; None without a parcel. Raises InvalidInput, AddressNotFound and
    RecipientRequired."""
    if not any(line.delivery == PARCEL for line in lines):
        if request.names_recipient:
            field = "recipient" if request.recipient else "address_id"
            message = N_("Nothing here is sent by parcel, so it needs no recipient.")
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
