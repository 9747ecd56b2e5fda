"""All products as rows of a file."""

from collections.abc import AsyncIterator

from shop.staff.files.cells import Cell
from shop.staff.products.columns import FIELDS, cell_of, exported_state
from shop.staff.products.repository import CHUNK, ProductFileRepository
from shop.web.i18n import Language


async def exported_rows(language: Language) -> AsyncIterator[list[list[Cell]]]:
    files = ProductFileRepository()
    categories, last = await files.categories(), 0
    while found := await files.page(last, CHUNK):
        yield [
            [
                row["id"],
                *(cell_of(name, row[name], categories, language) for name in FIELDS),
                exported_state(row),
            ]
            for row in found
        ]
        last = found[-1]["id"]
