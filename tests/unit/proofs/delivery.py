"""The relay, stepped by hand."""

from litestar import Litestar

from shop.database import DB
from shop.external.outbox import Outbox
from shop.external.relay import Relay
from shop.external.repository import OutboxRepository


async def deliver_all(app: Litestar) -> None:
    """Sends all pending messages, as if every lease had expired."""
    relay = Relay(Outbox(OutboxRepository(), app.state.external))
    await _make_due()
    while await relay.send_due():
        await _make_due()


async def _make_due() -> None:
    await DB._run_in_pool(
        "UPDATE outbox_messages SET due_at = now(), lease_token = NULL, leased_until = NULL "
        "WHERE sent_at IS NULL"
    )
