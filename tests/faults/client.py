"""A client process: shoppers order, cancel orders or items, have codes shown, like and fill carts
until SIGTERM, and repeat requests without a response."""

import argparse
import asyncio
import random
import signal
import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.faults.journal import (
    CancelledItems,
    CancelledOrder,
    FailedRequest,
    Journal,
    OrderRequest,
    OrderResponse,
    OtherResponse,
)

TIMEOUT = 60
"""Seconds that a client waits for a response."""
WITH_KEY = 0.7
"""The share of orders with an Idempotency-Key."""
MAX_PAUSE = 0.25
"""Seconds, at most, between two actions of a shopper and before a retry."""


class Shopper:
    """Does random actions one after the other. The file `address` holds the shop's URL."""

    def __init__(
        self,
        user: int,
        products: list[int],
        address: Path,
        http: httpx.AsyncClient,
        journal: Journal,
        chance: random.Random,
    ) -> None:
        self.user, self.products, self.address = user, products, address
        self.http, self.journal, self.chance = http, journal, chance
        self.orders: list[tuple[int, list[int]]] = []
        """The numbers and products of those that were not cancelled."""

    async def shop(self, closing: asyncio.Event) -> None:
        actions = [self.order] * 4
        actions += [self.cancel, self.cancel_item, self.reveal, self.like, self.fill_cart]
        while not closing.is_set():
            await self.chance.choice(actions)()
            await asyncio.sleep(self.chance.uniform(0, MAX_PAUSE))

    async def order(self) -> None:
        chosen = sorted(self.chance.sample(self.products, self.chance.randint(1, 3)))
        lines = [(product, self.chance.randint(1, 2)) for product in chosen]
        key = uuid.uuid4().hex if self.chance.random() < WITH_KEY else None
        request = OrderRequest(uuid.uuid4().hex, self.user, lines, key)
        self.journal.write(request)
        body = {"items": [{"product_id": id_, "quantity": count} for id_, count in lines]}
        headers = {"Idempotency-Key": key} if key else {}
        more = {"json": body, "headers": headers}
        response = await self.request("order", "POST", "/orders", retry=key is not None, **more)
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
        order, _ = self.orders.pop(self.chance.randrange(len(self.orders)))
        response = await self.request("cancel", "POST", f"/orders/{order}/cancel")
        if response is not None and response.status_code == 200:
            self.journal.write(CancelledOrder(order))

    async def cancel_item(self) -> None:
        """The first of an order, so that a repeated request cancels nothing more."""
        if not self.orders:
            return
        order, products = self.chance.choice(self.orders)
        wanted = {"product_id": self.chance.choice(products), "quantity": 1}
        body = {"items": [wanted], "expected_refunded": 0}
        path = f"/orders/{order}/cancel-items"
        response = await self.request("cancel items", "POST", path, json=body)
        if response is not None and response.status_code == 200:
            self.journal.write(CancelledItems(order, 1))

    async def reveal(self) -> None:
        if not self.orders:
            return
        order, products = self.chance.choice(self.orders)
        path = f"/orders/{order}/lines/{self.chance.choice(products)}/reveal"
        response = await self.request("codes", "POST", path)
        if response is not None and response.status_code == 200:
            self.journal.write(OtherResponse("codes"))

    async def like(self) -> None:
        product = self.chance.choice(self.products)
        method = self.chance.choice(["POST", "DELETE"])
        if await self.request("like", method, f"/products/{product}/likes"):
            self.journal.write(OtherResponse("like"))

    async def fill_cart(self) -> None:
        path = f"/cart/items/{self.chance.choice(self.products)}"
        if await self.request("cart", "PUT", path, json={"quantity": self.chance.randint(1, 9)}):
            self.journal.write(OtherResponse("cart"))

    async def request(
        self, what: str, method: str, path: str, *, retry: bool = True, **more: Any
    ) -> httpx.Response | None:
        """The response, or None if there was none and `retry` is false."""
        while True:
            try:
                response = await self.send(method, path, **more)
            except httpx.HTTPError as error:
                how = type(error).__name__
            else:
                if not is_retryable(response):
                    return response
                how = f"{response.status_code} {code_of(response)}"
            self.journal.write(FailedRequest(what, how))
            if not retry:
                return None
            await asyncio.sleep(self.chance.uniform(0, MAX_PAUSE))

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        # The shop has another port after each start.
        address = self.address.read_text()
        headers = {"X-USER-ID": str(self.user), **more.pop("headers", {})}
        return await self.http.request(method, f"{address}/api/v1{path}", headers=headers, **more)


def is_retryable(response: httpx.Response) -> bool:
    return response.status_code >= 500 or code_of(response) == "request-in-progress"


def code_of(response: httpx.Response) -> str:
    if response.headers.get("content-type") != "application/problem+json":
        return ""
    return str(response.json()["type"]).removeprefix("/problems/")


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
