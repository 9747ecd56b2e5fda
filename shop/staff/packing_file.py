"""The orders that are being packed, as the rows of a file."""

from collections.abc import AsyncIterator, Sequence

from shop.errors import N_
from shop.order_number import order_number
from shop.staff.files.cells import Cell
from shop.staff.packing_repository import Packing, PackingRepository
from shop.staff.recipients import see_recipients
from shop.web.i18n import language_of
from shop.web.request import AnyRequest

FILE_ROWS = 500
TITLES = (
    N_("Order number"), N_("Recipient"), N_("Phone"), N_("Postcode"), N_("Address"), N_("Note"),
    N_("Products"), N_("Carrier"), N_("Tracking number"),
)  # fmt: skip


async def rows_of(request: AnyRequest) -> AsyncIterator[list[list[Cell]]]:
    """Who sees the recipients is written in the log."""
    last: Sequence[int] = ()
    language = language_of(request)
    while rows := await PackingRepository().begun(last, FILE_ROWS):
        await see_recipients(request, [row.id for row in rows])
        yield [_cells(row, language) for row in rows]
        last = [rows[-1].created_us, rows[-1].id]


def _cells(row: Packing, language: str) -> list[Cell]:
    goods = ", ".join(f"{line.named(language)} x{line.quantity}" for line in row.lines)
    where = " ".join(part for part in (row.line1, row.line2) if part)
    return [order_number(row.id), row.name, row.phone, row.postcode, where, row.note, goods, "", ""]
