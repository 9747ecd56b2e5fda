"""Requests to the shop that are repeated until they have a response; failures are journalled."""

import asyncio
import random
from pathlib import Path
from typing import Any

import httpx

from tests.faults.journal import FailedRequest, Journal

MAX_PAUSE = 0.25
"""Seconds, at most, between two actions and before a retry."""


class Caller:
    """The file `address` holds the shop's URL."""

    def __init__(
        self, address: Path, http: httpx.AsyncClient, journal: Journal, chance: random.Random
    ) -> None:
        self.address, self.http, self.journal, self.chance = address, http, journal, chance

    async def pause(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, MAX_PAUSE))

    async def persist(self, what: str, method: str, path: str, **more: Any) -> httpx.Response:
        """Sends the request until there is a response."""
        while (response := await self.attempt(what, method, path, **more)) is None:
            await self.pause()
        return response

    async def attempt(
        self, what: str, method: str, path: str, **more: Any
    ) -> httpx.Response | None:
        """The response, or None if no valid response arrived."""
        try:
            response = await self.send(method, path, **more)
        except httpx.HTTPError as error:
            how = type(error).__name__
        else:
            if not is_retryable(response):
                return response
            how = f"{response.status_code} {code_of(response)}".strip()
        self.journal.write(FailedRequest(what, how))
        return None

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        # The shop has another port after each start.
        return await self.http.request(method, f"{self.address.read_text()}{path}", **more)


def is_retryable(response: httpx.Response) -> bool:
    return response.status_code >= 500 or code_of(response) == "request-in-progress"


def code_of(response: httpx.Response) -> str:
    if response.headers.get("content-type") != "application/problem+json":
        return ""
    return str(response.json()["type"]).removeprefix("/problems/")
