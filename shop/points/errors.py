"""Refusals of points."""

from shop.errors import N_, Answer, ShopError


class InsufficientPoints(ShopError):
    answer = Answer(
        409,
        "insufficient-points",
        N_("Not enough points"),
        N_("You need %(required)s points and have %(balance)s. You are %(missing)s points short."),
    )

    def __init__(self, required: int, balance: int) -> None:
        self.required, self.balance = required, balance
        self.extra = {"required": required, "balance": balance}
        self.values = {**self.extra, "missing": required - balance}
        super().__init__(f"{required} needed, {balance} there")
