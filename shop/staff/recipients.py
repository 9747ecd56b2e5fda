"""Recipients are personal: which member of staff has seen one is written in the log."""

from collections.abc import Sequence

from shop.orders.order import subject_of
from shop.staff.rights import current
from shop.staff_log.repository import StaffLogRepository
from shop.web.request import AnyRequest

SEEN = "order.recipient-seen"


async def see_recipients(request: AnyRequest, ids: Sequence[int]) -> None:
    """Writes in the log who saw the recipients of these orders, once an hour."""
    subjects = [subject_of(order_id) for order_id in ids]
    await StaffLogRepository().record_seen(current(request).user.id, SEEN, subjects)
