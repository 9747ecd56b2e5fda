"""Background jobs: the relays, batches of points, the sums of the current day every minute, and the
sweep every ten minutes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import partial

from litestar import Litestar

from shop.background import every
from shop.database import DB
from shop.errors import ShopError, Unavailable
from shop.external.relay import Relay
from shop.logs import configure_logging, get_logger
from shop.staff.batches import BatchRunner
from shop.start.services import Shop

log = get_logger("shop.background")

SWEEP = 600  # seconds between sweeps
TODAY_INTERVAL = 60
SITE_INTERVAL = 0.5  # seconds; a change of the site is seen by every process within one


async def sweep(shop: Shop) -> None:
    """Deletes expired rows: sessions, idempotency keys, rate limits, drafts, mails, pictures. Sums
    past days and the best of the week, and renews search terms that an older version wrote. An
    unexpected error ends its own step only. Raises ShopError if the database is unavailable."""
    steps: tuple[Callable[[], Awaitable[object]], ...] = (
        shop.users.sessions.sweep,
        shop.orders.sweep_keys,
        shop.recipients.erase,
        shop.steps.sweep_events,
        shop.limiter.sweep,
        shop.mail.sweep,
        shop.batches.sweep,
        shop.product_files.sweep,
        shop.closed_days.sweep,
        shop.best_of_week.sweep,
        shop.products.renew_terms,
        shop.codes.void_expiring,
        shop.codes.reseal,
        shop.factors.reseal,
        shop.pictures.sweep,
    )
    for step in steps:
        try:
            await step()
        except ShopError:
            raise
        except Exception:
            log.exception("work-failed", work=step.__qualname__)


@asynccontextmanager
async def running(shop: Shop, _: Litestar) -> AsyncIterator[None]:
    """The pool and the background tasks, while the app runs."""
    configure_logging(shop.settings.log_format)
    relay = Relay(shop.outbox).running()
    batches = BatchRunner(shop.batches, shop.settings.workers).running()
    mails = shop.mail_relay.running() if shop.mail_relay else nullcontext()
    sweeps = every(SWEEP, partial(sweep, shop), "sweep")
    today = every(TODAY_INTERVAL, shop.closed_days.sum_today, "today")
    async with DB.connected(), relay, batches, mails, sweeps, today:
        with suppress(Unavailable):  # a worker starts whether or not the database is up
            await shop.site.refresh()
        async with every(SITE_INTERVAL, shop.site.refresh, "site"), shop.measured():
            yield
    await shop.external.close()
