"""A process of shoppers, who buy, cancel, like and fill carts until a SIGTERM, and who ask again
where they got no answer."""

import argparse
import asyncio
import random
import signal
import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.faults.journal import Ask, Cancelled, Counted, Failed, Journal, Told

PATIENCE = 60
"""Seconds until a client takes an answer for lost."""
WITH_KEY = 0.7
"""How many of the orders have an Idempotency-Key."""
PACE = 0.25
"""At most so many seconds between two deeds of a shopper, and before a request is sent again."""


class Shopper:
    """Does one thing after the other, with `products` at random, where `address` says."""

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
        self.orders: list[int] = []

    async def shop(self, closing: asyncio.Event) -> None:
        deeds = [self.order, self.order, self.order, self.cancel, self.like, self.fill_cart]
        while not closing.is_set():
            await self.chance.choice(deeds)()
            await asyncio.sleep(self.chance.uniform(0, PACE))

    async def order(self) -> None:
        chosen = sorted(self.chance.sample(self.products, self.chance.randint(1, 3)))
        lines = [(product, self.chance.randint(1, 2)) for product in chosen]
        key = uuid.uuid4().hex if self.chance.random() < WITH_KEY else None
        ask = Ask(uuid.uuid4().hex, self.user, lines, key)
        self.journal.write(ask)
        body = {"items": [{"product_id": id_, "quantity": count} for id_, count in lines]}
        headers = {"Idempotency-Key": key} if key else {}
        more = {"json": body, "headers": headers}
        answer = await self.ask("order", "POST", "/orders", again=key is not None, **more)
        if answer is not None:
            self.journal.write(self.told(ask, answer))

    def told(self, ask: Ask, answer: httpx.Response) -> Told:
        replayed = answer.headers.get("idempotency-replayed") == "true"
        if answer.status_code != 201:
            return Told(ask.id, answer.status_code, code=code_of(answer))
        order = int(answer.json()["id"])
        self.orders.append(order)
        return Told(ask.id, 201, order, replayed=replayed)

    async def cancel(self) -> None:
        if not self.orders:
            return
        order = self.orders.pop(self.chance.randrange(len(self.orders)))
        answer = await self.ask("cancel", "POST", f"/orders/{order}/cancel")
        if answer is not None and answer.status_code == 200:
            self.journal.write(Cancelled(order))

    async def like(self) -> None:
        product = self.chance.choice(self.products)
        method = self.chance.choice(["POST", "DELETE"])
        if await self.ask("like", method, f"/products/{product}/likes"):
            self.journal.write(Counted("like"))

    async def fill_cart(self) -> None:
        path = f"/cart/items/{self.chance.choice(self.products)}"
        if await self.ask("cart", "PUT", path, json={"quantity": self.chance.randint(1, 9)}):
            self.journal.write(Counted("cart"))

    async def ask(
        self, what: str, method: str, path: str, *, again: bool = True, **more: Any
    ) -> httpx.Response | None:
        """The answer; None where there was none and it may not be asked `again`."""
        while True:
            try:
                answer = await self.send(method, path, **more)
            except httpx.HTTPError as error:
                how = type(error).__name__
            else:
                if not is_unfinished(answer):
                    return answer
                how = f"{answer.status_code} {code_of(answer)}"
            self.journal.write(Failed(what, how))
            if not again:
                return None
            await asyncio.sleep(self.chance.uniform(0, PACE))

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        # The shop is at another address each time it was started again.
        address = self.address.read_text()
        headers = {"X-USER-ID": str(self.user), **more.pop("headers", {})}
        return await self.http.request(method, f"{address}/api/v1{path}", headers=headers, **more)


def is_unfinished(answer: httpx.Response) -> bool:
    return answer.status_code >= 500 or code_of(answer) == "request-in-progress"


def code_of(answer: httpx.Response) -> str:
    if answer.headers.get("content-type") != "application/problem+json":
        return ""
    return str(answer.json()["type"]).removeprefix("/problems/")


async def main() -> None:
    options = parse()
    closing = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)
    journal = Journal(options.folder / f"{options.name}.journal")
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
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
