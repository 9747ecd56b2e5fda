"""The relay: sends messages that are due. It runs in every process of the shop."""

import asyncio
import random
from contextlib import AbstractAsyncContextManager, suppress

from shop.background import running
from shop.errors import ShopError
from shop.external.outbox import Outbox
from shop.logs import get_logger

log = get_logger("shop.external")

BATCH = 10
POLL = 1.0  # seconds between checks for due messages, unless it is woken earlier


class Relay:
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def running(self) -> AbstractAsyncContextManager[None]:
        return running(self._run, "outbox relay")

    async def _run(self) -> None:
        while True:
            if self._outbox.breaker.remaining or not await self._try_due():
                await self._pause()

    async def _try_due(self) -> int:
        try:
            return await self.send_due()
        except ShopError as error:  # the database is unavailable: retry later
            log.warning("outbox-postponed", error=error)
        except Exception:
            log.exception("outbox-failed")
        return 0

    async def send_due(self) -> int:
        """Tries messages that are due, a batch at once, or one while the circuit is open; how many
        there were."""
        messages = await self._outbox.claim_due(1 if self._outbox.breaker.is_open else BATCH)
        await asyncio.gather(*(self._outbox.deliver(message) for message in messages))
        return len(messages)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL * random.uniform(0.8, 1.2)):
                await self._outbox.written.wait()
        self._outbox.written.clear()
