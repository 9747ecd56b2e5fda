"""A client process: two members of staff fulfil orders and take in returns, each by the forms of
the staff's pages, until SIGTERM. A form without a response is sent again as it is."""

import argparse
import asyncio
import random
import re
import signal
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from tests.faults.caller import Caller
from tests.faults.client import TIMEOUT
from tests.faults.journal import FulfilledOrder, Journal, TakenReturn

CLERKS = 2
"""Both with the account of the demo's admin."""
LOGIN = {"username": "admin", "password": "admin-demo"}
FORM = re.compile(r'<form[^>]* action="([^"]+)" method="post">(.*?)</form>', re.DOTALL)
INPUT = re.compile(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', re.DOTALL)
ORDER = re.compile(r'href="/staff/orders/(\d+)"')
GOOD = 'class="notice notice--good"'
"""In the page to which a form leads if it did what it says."""
Fields = dict[str, list[str]]


class Clerk(Caller):
    async def work(self, closing: asyncio.Event) -> None:
        await self.persist("sign in", "POST", "/login", data=LOGIN)
        while not closing.is_set():
            await self.chance.choice([self.fulfil, self.take_in])()
            await self.pause()

    async def fulfil(self) -> None:
        if (order := await self.choose("/staff/orders?status=paid")) is None:
            return
        action = "/staff/orders/fulfil"
        fields = (await self.forms(order)).get(action)
        if fields and await self.submit("fulfil", action, fields):
            self.journal.write(FulfilledOrder(order))

    async def take_in(self) -> None:
        if (order := await self.choose("/staff/returns")) is None:
            return
        for action, fields in (await self.forms(order)).items():
            if found := re.search(r"/returns/(\d+)/take-in$", action):
                # Half of what arrives is not sold again.
                if self.chance.random() < 0.5:
                    fields.pop("restock", None)
                if await self.submit("take in", action, fields):
                    quantity = sum(map(int, fields["quantity"]))
                    self.journal.write(TakenReturn(order, int(found[1]), quantity))

    async def choose(self, path: str) -> int | None:
        """An order of this list; None if it is empty."""
        page = await self.persist("staff's list", "GET", path)
        orders = ORDER.findall(page.text)
        return int(self.chance.choice(orders)) if orders else None

    async def forms(self, order: int) -> dict[str, Fields]:
        """The forms of the order's page by their addresses, filled in as they are shown."""
        page = await self.persist("staff's order", "GET", f"/staff/orders/{order}")
        return {unescape(action): fields_of(body) for action, body in FORM.findall(page.text)}

    async def submit(self, what: str, action: str, fields: Fields) -> bool:
        """Whether the page to which the form leads says that it was done."""
        response = await self.persist(what, "POST", action, data=fields)
        if response.status_code != 303:
            return False
        result = await self.persist(what, "GET", response.headers["location"])
        return GOOD in result.text


def fields_of(body: str) -> Fields:
    fields: Fields = {}
    for name, value in INPUT.findall(body):
        fields.setdefault(name, []).append(unescape(value))
    return fields


async def main() -> None:
    options = parse()
    closing = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, closing.set)
    journal = Journal(options.folder / "clerks.journal")

    async def work(number: int) -> None:
        chance = random.Random(f"{options.seed} clerk {number}")
        settings: dict[str, Any] = {"timeout": TIMEOUT, "trust_env": False}
        async with httpx.AsyncClient(**settings) as http:
            await Clerk(options.folder / "address", http, journal, chance).work(closing)

    await asyncio.gather(*map(work, range(CLERKS)))
    journal.close()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
