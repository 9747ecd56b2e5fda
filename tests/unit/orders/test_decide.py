"""Orders decided in a batch are those that would have been placed one at a time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shop.addresses.errors import AddressNotFound
from shop.addresses.recipient import Recipient
from shop.addresses.repository import AddressKey
from shop.cart.repository import Place
from shop.cart.service import CartLacks
from shop.errors import FieldError, InvalidInput, ShopError
from shop.orders.decide import Locked, Twin, decide
from shop.orders.errors import Excess, LimitReached, NotOnSale, PriceChanged, RecipientRequired
from shop.orders.order import PlacedOrder
from shop.orders.request import OrderRequest
from shop.points.errors import InsufficientPoints
from shop.products.delivery import Delivery
from shop.products.errors import OutOfStock, ProductNotFound, Shortage
from shop.products.purchases import Buyer
from shop.products.repository import ProductInfo
from shop.products.service import Item

NOW = datetime(2026, 11, 26, tzinfo=UTC)
MOST_POINTS = 2**63 - 1
USERS, PRODUCTS, KEYS = (1, 2, 3), (1, 2, 3, 4), (None, "a", "b")


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


ADDRESSES = [AddressKey(user, id_) for user in USERS for id_ in (None, 1)]
HOME = Recipient("김하나", "010-1234-5678", "04524", "서울 중구 세종대로 110")


def product(
    id_: int,
    price: int = 10,
    stock: int = 5,
    *,
    active: bool = True,
    delivery: Delivery = "desk",
    limit: int | None = None,
    on_sale: bool = True,
) -> ProductInfo:
    return ProductInfo(
        id_,
        f"상품 {id_}",
        "",
        price,
        None,
        active,
        stock,
        delivery,
        person_limit=limit,
        on_sale=on_sale,
    )


def locked_of(
    *products: ProductInfo, balances: dict[int, int], carts: dict[Place, int] | None = None
) -> Locked:
    return Locked({one.id: one for one in products}, carts or {}, balances)


def outcome(decision: PlacedOrder | Twin | ShopError) -> object:
    """What can be compared: an order's own value, a twin's, or the kind and text of a refusal."""
    if isinstance(decision, ShopError):
        return (type(decision), str(decision))
    return decision


items = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(1, 99), min_size=1, max_size=3).map(
    lambda found: [Item(*pair) for pair in found.items()]
)


@st.composite
def order_requests(draw: st.DrawFn) -> OrderRequest:
    wanted = draw(items)
    return OrderRequest(
        user_id=draw(st.sampled_from(USERS)),
        items=wanted,
        expected_total=draw(st.none() | st.integers(0, 1_000)),
        in_cart=draw(st.sampled_from([(), wanted])),
        key=draw(st.sampled_from(KEYS)),
        recipient=draw(st.sampled_from([None, HOME])),
        address_id=draw(st.sampled_from([None, 1])),
    )


@st.composite
def shops(draw: st.DrawFn) -> Locked:
    """Prices up to the dearest, balances up to the largest, some products gone."""
    prices = st.sampled_from([1, 10, 1_000_000_000])
    products = [
        product(
            id_,
            draw(prices),
            draw(st.integers(0, 120)),
            active=draw(st.booleans()),
            delivery=draw(st.sampled_from(["desk", "parcel", "code"])),
            limit=draw(st.sampled_from([None, None, 1, 60])),
            on_sale=draw(st.sampled_from([True, True, True, False])),
        )
        for id_ in PRODUCTS
        if draw(st.integers(0, 4))
    ]
    points = st.sampled_from([0, 50, 1_000, 10**12, MOST_POINTS])
    balances = {user: draw(points) for user in USERS if draw(st.integers(0, 4))}
    places = st.sampled_from([Place(user, id_) for user in USERS for id_ in PRODUCTS])
    carts = draw(st.dictionaries(places, st.integers(1, 99)))
    bought = {
        Buyer(user, one.id): draw(st.integers(0, 70))
        for user in USERS
        for one in products
        if one.person_limit
    }
    codes = {one.id: list(range(one.stock)) for one in products if one.delivery == "code"}
    saved = draw(st.dictionaries(st.sampled_from(ADDRESSES), st.just(HOME)))
    return locked_of(*products, balances=balances, carts=carts)._replace(
        addresses=saved, bought=bought, codes=codes
    )


def one_at_a_time(requests: list[OrderRequest], shop: Locked) -> tuple[list[object], Locked]:
    """The model: each request is checked against the whole shop, then written down."""
    shop = shop._replace(
        products=dict(shop.products),
        carts=dict(shop.carts),
        balances=dict(shop.balances),
        bought=dict(shop.bought),
    )
    orders: dict[tuple[int, str], int] = {}
    outcomes: list[object] = []
    for number, request in enumerate(requests):
        key = (request.user_id, request.key or "")
        if request.key and key in orders:
            outcomes.append(Twin(orders[key]))
        elif refusal := refusal_of(request, shop):
            outcomes.append(outcome(refusal))
        else:
            orders[key] = number
            outcomes.append((number, *written_down(request, shop)))
    return outcomes, shop


def written_down(request: OrderRequest, shop: Locked) -> tuple[int, int, list[int]]:
    """Moves what the order moves: its user, total and quantities."""
    total = 0
    for item in request.items:
        sold = shop.products[item.product_id]
        total += sold.price * item.quantity
        left = sold.stock - item.quantity
        buyer = Buyer(request.user_id, item.product_id)
        shop.bought[buyer] = shop.bought.get(buyer, 0) + item.quantity  # type: ignore[index]
        shop.products[item.product_id] = replace(sold, stock=left)  # type: ignore[index]
    for item in request.in_cart:
        shop.carts[Place(request.user_id, item.product_id)] -= item.quantity
    shop.balances[request.user_id] -= total
    return request.user_id, total, [item.quantity for item in request.items]


def refusal_of_recipient(request: OrderRequest, shop: Locked) -> ShopError | None:
    """Parcels need a recipient, and products for pickup refuse one."""
    sent = any(shop.products[item.product_id].delivery == "parcel" for item in request.items)
    if not sent and (request.recipient or request.address_id):
        field = "recipient" if request.recipient else "address_id"
        message = "Nothing here is sent by parcel, so it needs no recipient."
        return InvalidInput(FieldError(field, message))
    if sent and not request.recipient and request.address_key not in shop.addresses:
        return AddressNotFound() if request.address_id else RecipientRequired()
    return None


def refusal_of_times(request: OrderRequest, shop: Locked) -> ShopError | None:
    early = [i.product_id for i in request.items if not shop.products[i.product_id].on_sale]
    return NotOnSale(min(early), None, None) if early else None


def refusal_of_limit(request: OrderRequest, shop: Locked) -> ShopError | None:
    user, ordered = request.user_id, sorted(request.items, key=lambda item: item.product_id)
    excesses = [
        Excess(item.product_id, limit, bought, max(limit - bought, 0))
        for item in ordered
        if (limit := shop.products[item.product_id].person_limit)
        and (bought := shop.bought.get(Buyer(user, item.product_id), 0)) + item.quantity > limit
    ]
    return LimitReached(*excesses) if excesses else None


def refusal_of_stock(request: OrderRequest, shop: Locked) -> ShopError | None:
    short = [
        Shortage(item.product_id, item.quantity, shop.products[item.product_id].stock)
        for item in sorted(request.items, key=lambda item: item.product_id)
        if shop.products[item.product_id].stock < item.quantity
    ]
    return OutOfStock(*short) if short else None


def refusal_of(request: OrderRequest, shop: Locked) -> ShopError | None:
    user, ordered = request.user_id, sorted(request.items, key=lambda item: item.product_id)
    lacking = [
        item.product_id
        for item in request.in_cart
        if shop.carts.get(Place(user, item.product_id), 0) < item.quantity
    ]
    if lacking:
        return CartLacks(lacking)
    gone = [i.product_id for i in ordered if not is_sold(shop, i.product_id)]
    if gone:
        return ProductNotFound(*gone)
    if refusal := refusal_of_recipient(request, shop) or refusal_of_times(request, shop):
        return refusal
    total = sum(shop.products[item.product_id].price * item.quantity for item in request.items)
    if request.expected_total is not None and request.expected_total != total:
        return PriceChanged(request.expected_total, total)
    if refusal := refusal_of_limit(request, shop) or refusal_of_stock(request, shop):
        return refusal
    balance = shop.balances.get(user, 0)
    return InsufficientPoints(total, balance) if balance < total else None


def is_sold(shop: Locked, product_id: int) -> bool:
    return product_id in shop.products and shop.products[product_id].active


def as_model(decision: PlacedOrder | Twin | ShopError) -> object:
    if isinstance(decision, PlacedOrder):
        quantities = [line.quantity for line in decision.lines]
        return (decision.id, decision.user_id, decision.total, quantities)
    return outcome(decision)


@given(st.lists(order_requests(), max_size=12), shops())
def test_a_batch_decides_as_one_at_a_time(requests: list[OrderRequest], shop: Locked) -> None:
    expected, after = one_at_a_time(requests, shop)
    given_stock = {id_: found.stock for id_, found in shop.products.items()}
    decisions = decide(requests, shop, list(range(len(requests))), NOW)
    assert [as_model(decision) for decision in decisions] == expected
    assert shop.balances == after.balances
    assert shop.carts == after.carts
    sold = {id_: given_stock[id_] - after.products[id_].stock for id_ in given_stock}
    assert sold == sold_by(decisions, given_stock)


def sold_by(decisions: list[PlacedOrder | Twin | ShopError], stock: dict[int, int]) -> object:
    sold = dict.fromkeys(stock, 0)
    for decision in decisions:
        if isinstance(decision, PlacedOrder):
            for line in decision.lines:
                sold[line.product_id] += line.quantity
    return sold


def test_stock_of_a_refused_order_is_available_to_the_next() -> None:
    shop = locked_of(product(1, price=10, stock=3), balances={1: 5, 2: 100})
    requests = [OrderRequest(1, [Item(1, 3)]), OrderRequest(2, [Item(1, 3)])]
    refusal, order = decide(requests, shop, [7, 8], NOW)
    assert isinstance(refusal, InsufficientPoints)
    assert isinstance(order, PlacedOrder)
    assert (order.id, order.total) == (8, 30)


def test_the_same_key_twice_is_one_order() -> None:
    shop = locked_of(product(1, stock=9), balances={1: 100, 2: 100})
    requests = [OrderRequest(user, [Item(1, 1)], key="k") for user in (1, 1, 2)]
    first, twin, other = decide(requests, shop, [1, 2, 3], NOW)
    assert isinstance(first, PlacedOrder)
    assert twin == Twin(1)
    assert isinstance(other, PlacedOrder)


def test_a_key_is_free_again_after_a_refusal() -> None:
    shop = locked_of(product(1, price=10, stock=9), balances={1: 30})
    requests = [OrderRequest(1, [Item(1, n)], key="k") for n in (9, 3)]
    refusal, order = decide(requests, shop, [1, 2], NOW)
    assert isinstance(refusal, InsufficientPoints)
    assert isinstance(order, PlacedOrder)


def test_a_limit_counts_the_orders_before_it_in_the_batch() -> None:
    shop = locked_of(product(1, stock=9, limit=3), balances={1: 100, 2: 100})
    shop = shop._replace(bought={Buyer(1, 1): 1})
    requests = [OrderRequest(1, [Item(1, 2)]), OrderRequest(1, [Item(1, 1)])]
    order, refusal, other = decide([*requests, OrderRequest(2, [Item(1, 3)])], shop, [1, 2, 3], NOW)
    assert isinstance(order, PlacedOrder)
    assert isinstance(refusal, LimitReached)
    assert refusal.items == (Excess(1, 3, 3, 0),)
    assert isinstance(other, PlacedOrder)


def test_a_limit_that_was_lowered_leaves_nothing() -> None:
    shop = locked_of(product(1, stock=9, limit=2), balances={1: 100})
    [refusal] = decide(
        [OrderRequest(1, [Item(1, 1)])], shop._replace(bought={Buyer(1, 1): 5}), [1], NOW
    )
    assert isinstance(refusal, LimitReached)
    assert refusal.items == (Excess(1, 2, 5, 0),)
