"""A client process: shoppers order, cancel orders or items, ask for returns, have codes shown, like
and fill carts until SIGTERM, and repeat requests without a response."""

import argparse
import asyncio
import random
import signal
import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.faults.caller import Caller, code_of
from tests.faults.journal import (
    AskedReturn,
    CancelledItems,
    CancelledOrder,
    Journal,
    OrderRequest,
    OrderResponse,
    OtherResponse,
)

TIMEOUT = 60
"""Seconds that a client waits for a response."""
WITH_KEY = 0.7
"""The share of orders with an Idempotency-Key."""
NEWEST = 10
"""Orders of a shopper from which one to return is chosen."""


class Shopper(Caller):
    """Does random actions one after the other."""

    def __init__(
        self,
        user: int,
        products: list[int],
        address: Path,
        http: httpx.AsyncClient,
        journal: Journal,
        chance: random.Random,
    ) -> None:
        super().__init__(address, http, journal, chance)
        self.user, self.products = user, products
        self.orders: list[tuple[int, list[int]]] = []
        """The numbers and products of those that were not cancelled."""

    async def shop(self, closing: asyncio.Event) -> None:
        actions = [self.order] * 4
        actions += [self.cancel, self.cancel_item, self.ask_return]
        actions += [self.reveal, self.like, self.fill_cart]
        while not closing.is_set():
            await self.chance.choice(actions)()
            await self.pause()

    async def order(self) -> None:
        chosen = sorted(self.chance.sample(self.products, self.chance.randint(1, 3)))
        lines = [(product, self.chance.randint(1, 2)) for product in chosen]
        key = uuid.uuid4().hex if self.chance.random() < WITH_KEY else None
        request = OrderRequest(uuid.uuid4().hex, self.user, lines, key)
        self.journal.write(request)
        body = {"items": [{"product_id": id_, "quantity": count} for id_, count in lines]}
        headers = {"Idempotency-Key": key} if key else {}
        ask = self.attempt if key is None else self.persist
        response = await ask("order", "POST", "/orders", json=body, headers=headers)
        if response is not None:
            self.journal.write(self.result(request, response))

    def result(self, request: OrderRequest, response: httpx.Response) -> OrderResponse:
        replayed = response.headers.get("idempotency-replayed") == "true"
        if response.status_code != 201:
            return OrderResponse(request.id, response.status_code, code=code_of(response))
        order = int(response.json()["id"])
        self.orders.append((order, [product for product, _ in request.lines]))
        return OrderResponse(request.id, 201, order, replayed=replayed)

    async def cancel(self) -> None:
        if not self.orders:
            return
        order, products = self.chance.choice(self.orders)
        response = await self.persist("cancel", "POST", f"/orders/{order}/cancel")
        if response.status_code == 200:
            self.orders.remove((order, products))
            self.journal.write(CancelledOrder(order))

    async def cancel_item(self) -> None:
        """The first of an order, so that a repeated request cancels nothing more."""
        if not self.orders:
            return
        order, products = self.chance.choice(self.orders)
        wanted = {"product_id": self.chance.choice(products), "quantity": 1}
        body = {"items": [wanted], "expected_refunded": 0}
        path = f"/orders/{order}/cancel-items"
        response = await self.persist("cancel items", "POST", path, json=body)
        if response.status_code == 200:
            self.journal.write(CancelledItems(order, 1))

    async def ask_return(self) -> None:
        """Of a random product; most orders are not fulfilled yet."""
        if not self.orders:
            return
        order, products = self.chance.choice(self.orders[-NEWEST:])
        wanted = {"product_id": self.chance.choice(products), "quantity": 1}
        path = f"/orders/{order}/return-request"
        response = await self.persist("return", "POST", path, json={"items": [wanted]})
        if response.status_code == 201:
            self.journal.write(AskedReturn(order, response.json()["id"]))

    async def reveal(self) -> None:
        if not self.orders:
            return
        order, products = self.chance.choice(self.orders)
        path = f"/orders/{order}/lines/{self.chance.choice(products)}/reveal"
        response = await self.persist("codes", "POST", path)
        if response.status_code == 200:
            self.journal.write(OtherResponse("codes"))

    async def like(self) -> None:
        product = self.chance.choice(self.products)
        method = self.chance.choice(["POST", "DELETE"])
        await self.persist("like", method, f"/products/{product}/likes")
        self.journal.write(OtherResponse("like"))

    async def fill_cart(self) -> None:
        path = f"/cart/items/{self.chance.choice(self.products)}"
        await self.persist("cart", "PUT", path, json={"quantity": self.chance.randint(1, 9)})
        self.journal.write(OtherResponse("cart"))

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"X-USER-ID": str(self.user), **more.pop("headers", {})}
        return await super().send(method, f"/api/v1{path}", headers=headers, **more)


async def main() -> None:
    options = parse()
    closing = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)
    journal = Journal(options.folder / f"{options.name}.journal")
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
        shoppers = [
            Shopper(
                user,
                options.products,
                options.folder / "address",
                http,
                journal,
                random.Random(f"{options.seed} {user}"),
            )
            for user in options.users
        ]
        await asyncio.gather(*(shopper.shop(closing) for shopper in shoppers))
    journal.close()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--users", type=int, nargs="+", required=True)
    parser.add_argument("--products", type=int, nargs="+", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
