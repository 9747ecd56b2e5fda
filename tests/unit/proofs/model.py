"""A model of the shop in a few dictionaries, by the HTTP contract."""

from dataclasses import dataclass, field

from tests.unit.buying import Bought

PRICES = {1: 300, 2: 700, 3: 1_100}
"""By product id, in a truncated database."""
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

    stock: Lines = field(default_factory=lambda: {1: 9, 2: 3, 3: 1})
    entries: dict[int, list[tuple[str, int]]] = field(
        default_factory=lambda: {1: [("grant", 9_000)], 2: [("grant", 1_500)]}
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
            "out-of-stock": any(self.stock.get(id_, 0) < wanted for id_, wanted in lines.items()),
            "insufficient-points": self.balance(user) < total,
        }
        return next((code for code, applies in refusals.items() if applies), None)

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
        for product, quantity in order.lines.items():
            self.stock[product] += quantity
        self.entries[order.user].append(("refund", order.total))
        order.status = "cancelled"


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
