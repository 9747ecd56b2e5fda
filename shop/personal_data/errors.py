"""Refusals of leaving the shop."""

from shop.errors import N_, Answer, ShopError


class OrdersOpen(ShopError):
    """An account cannot be closed while `count` of its orders are on their way."""

    answer = Answer(
        409,
        "orders-open",
        N_("You have open orders"),
        N_("%(count)s orders are not handed over yet. Please wait for them, or cancel them."),
    )

    def __init__(self, count: int) -> None:
        self.values = {"count": count}
        super().__init__(f"{count} orders are open")
