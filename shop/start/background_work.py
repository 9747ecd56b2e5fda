"""Background jobs: the relays, batches of points, and the sweep every ten minutes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import partial

from litestar import Litestar

from shop.background import every
from shop.database import DB
from shop.errors import Unavailable
from shop.external.relay import Relay
from shop.logs import configure_logging
from shop.staff.batches import BatchRunner
from shop.start.services import Shop

SWEEP = 600  # seconds between sweeps
SITE_INTERVAL = 0.5  # seconds; a change of the site is seen by every process within one


async def sweep(shop: Shop) -> None:
    """Deletes expired rows: sessions, idempotency keys, rate limits, drafts, mails, pictures. Sums
    past days and the best of the week, and renews search terms that an older version wrote."""
    await shop.users.sessions.sweep()
    await shop.orders.sweep_keys()
    await shop.recipients.erase()
    await shop.steps.sweep_events()
    await shop.limiter.sweep()
    await shop.mail.sweep()
    await shop.batches.sweep()
    await shop.product_files.sweep()
    await shop.closed_days.sweep()
    await shop.best_of_week.sweep()
    await shop.products.renew_terms()
    await shop.codes.void_expiring()
    await shop.codes.reseal()
    await shop.factors.reseal()
    await shop.pictures.sweep()


@asynccontextmanager
async def running(shop: Shop, _: Litestar) -> AsyncIterator[None]:
    """The pool and the background tasks, while the app runs."""
    configure_logging(shop.settings.log_format)
    relay = Relay(shop.outbox).running()
    batches = BatchRunner(shop.batches, shop.settings.workers).running()
    mails = shop.mail_relay.running() if shop.mail_relay else nullcontext()
    async with DB.connected(), relay, batches, mails, every(SWEEP, partial(sweep, shop)):
        with suppress(Unavailable):  # a worker starts whether or not the database is up
            await shop.site.refresh()
        async with every(SITE_INTERVAL, shop.site.refresh), shop.measured():
            yield
    await shop.external.close()
