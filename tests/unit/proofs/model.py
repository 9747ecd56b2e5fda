"""A model of the shop in a few dictionaries, by the HTTP contract."""

from dataclasses import dataclass, field

from tests.unit.buying import Bought

PRICES = {1: 300, 2: 700, 3: 1_100, 4: 500, 5: 300}
"""By product id, in a truncated database."""
LIMITS = {2: 3}
"""How many one person may buy, by product."""
CODES, OPTION = 4, 5
"""A product that is codes, and an option of product 1."""
GONE = 99

Wish = list[Bought]
Lines = dict[int, int]
"""Quantities by product id."""


@dataclass
class Order:
    """An order of the model."""

    id: int
    user: int
    lines: Lines
    delivered: bool
    status: str = "paid"
    cancelled: Lines = field(default_factory=dict)
    returned: Lines = field(default_factory=dict)
    is_revealed: bool = False
    """Whether its buyer has seen its codes."""
    told: list[str] = field(default_factory=lambda: ["order.created"])
    """The types of its messages."""

    @property
    def refunded(self) -> int:
        return total_of(self.cancelled) + total_of(self.returned)

    @property
    def is_closed_to_its_buyer(self) -> bool:
        return self.status == "fulfilled" or self.is_revealed

    def left(self, product: int) -> int:
        return self.lines[product] - self.cancelled.get(product, 0) - self.returned.get(product, 0)

    def returnable(self) -> Lines:
        if self.status != "fulfilled":
            return {}
        left = {product: self.left(product) for product in self.lines}
        if self.is_revealed:
            left.pop(CODES)
        return {product: n for product, n in left.items() if n}

    @property
    def total(self) -> int:
        return total_of(self.lines)


@dataclass
class Asked:
    """The order request that an Idempotency-Key belongs to."""

    wish: Wish
    expected_total: int | None
    order: Order

    def is_for(self, wish: Wish, expected_total: int | None) -> bool:
        same = summed(self.wish) == summed(wish)
        return same and self.expected_total == expected_total


@dataclass
class Model:
    """Stock, points, likes, carts and orders."""

    stock: Lines = field(default_factory=lambda: {1: 9, 2: 5, 3: 1, 4: 3, 5: 2})
    entries: dict[int, list[tuple[str, int]]] = field(
        default_factory=lambda: {1: [("grant", 9_000)], 2: [("grant", 1_900)]}
    )
    likes: list[tuple[int, int]] = field(default_factory=list)
    carts: dict[int, Lines] = field(default_factory=lambda: {1: {}, 2: {}})
    orders: dict[int, Order] = field(default_factory=dict)
    keys: dict[tuple[int, str], Asked] = field(default_factory=dict)
    failures: int = 0
    """The number of messages that the external system will still refuse."""

    def balance(self, user: int) -> int:
        return sum(amount for _, amount in self.entries[user])

    def refusal(self, user: int, wish: Wish, expected_total: int | None) -> str | None:
        """The code of the first refusal in the contract's order, or None."""
        lines = summed(wish)
        total = total_of(lines)
        refusals = {
            "invalid-input": is_invalid(wish),
            "product-not-found": GONE in lines,
            "price-changed": expected_total not in (None, total),
            "limit-reached": any(
                wanted > self.left_for(user, id_) for id_, wanted in lines.items()
            ),
            "out-of-stock": any(self.stock.get(id_, 0) < wanted for id_, wanted in lines.items()),
            "insufficient-points": self.balance(user) < total,
        }
        return next((code for code, applies in refusals.items() if applies), None)

    def bought(self, user: int, product: int) -> int:
        return sum(
            order.left(product)
            for order in self.orders.values()
            if order.user == user and product in order.lines
        )

    def left_for(self, user: int, product: int) -> float:
        """How many items the user may still buy."""
        return LIMITS.get(product, float("inf")) - self.bought(user, product)

    def can_buy(self, user: int, product: int, quantity: int) -> bool:
        return quantity <= min(self.stock[product], self.left_for(user, product))

    def place(self, order_id: int, user: int, lines: Lines) -> Order:
        order = Order(order_id, user, lines, delivered=self.failures == 0)
        self.failures = max(0, self.failures - 1)
        for product, quantity in lines.items():
            self.stock[product] -= quantity
        self.entries[user].append(("spend", -order.total))
        self.orders[order_id] = order
        return order

    def cancel(self, order: Order) -> None:
        if order.status == "cancelled":
            return
        for product in order.lines:
            if product != CODES or not order.is_revealed:
                self.stock[product] += order.left(product)
        self.entries[order.user].append(("refund", order.total - order.refunded))
        order.cancelled = dict(order.lines)
        order.status = "cancelled"
        order.told.append("order.cancelled")

    def cancel_some(self, order: Order, product: int, quantity: int) -> None:
        amount = total_of({product: quantity})
        if order.total - order.refunded == amount:
            return self.cancel(order)
        self.stock[product] += quantity
        order.cancelled[product] = order.cancelled.get(product, 0) + quantity
        return self._refund(order, amount)

    def take_in(self, order: Order, product: int, quantity: int, *, is_restocked: bool) -> None:
        if is_restocked:
            self.stock[product] += quantity
        order.returned[product] = order.returned.get(product, 0) + quantity
        self._refund(order, total_of({product: quantity}))

    def _refund(self, order: Order, amount: int) -> None:
        self.entries[order.user].append(("refund", amount))
        order.told.append("order.refunded")


def summed(wish: Wish) -> Lines:
    lines: Lines = {}
    for product, quantity in wish:
        lines[product] = lines.get(product, 0) + quantity
    return lines


def total_of(lines: Lines) -> int:
    return sum(PRICES.get(product, 0) * quantity for product, quantity in lines.items())


def is_invalid(wish: Wish) -> bool:
    too_many = any(quantity > 99 for quantity in summed(wish).values())
    return not wish or too_many or any(quantity < 1 for _, quantity in wish)
