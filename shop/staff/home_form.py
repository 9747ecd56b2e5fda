"""The form with the rows of the home page: its input, and pictures to store."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict, UploadFile

from shop.content.service import MAX_ROWS
from shop.errors import FieldError, InvalidInput
from shop.site import HomeRow
from shop.staff.products.pictures import ProductPictures
from shop.text import cleaned

TYPED = ("kind", "value", "title_ko", "title_en", "picture", "alt_ko", "alt_en")


class HomeForm(msgspec.Struct, frozen=True):
    """The rows that are in use, each with the file that was chosen for it."""

    rows: list[HomeRow]
    files: list[UploadFile | None]

    @classmethod
    def of(cls, form: FormMultiDict) -> "HomeForm":
        found = [(_row(form, n), _file(form, n)) for n in range(1, MAX_ROWS + 1)]
        used = [(row, file) for row, file in found if row.kind or file]
        return cls([row for row, _ in used], [file for _, file in used])

    async def stored(self, pictures: ProductPictures) -> tuple[list[HomeRow], list[FieldError]]:
        """The rows with the names of their stored pictures, and the faults of files."""
        rows: list[HomeRow] = []
        wrong: list[FieldError] = []
        for number, (row, file) in enumerate(zip(self.rows, self.files, strict=True), 1):
            shown = row
            if file:
                try:
                    name = await _stored(file, pictures, f"file_{number}")
                    shown = msgspec.structs.replace(row, picture=name)
                except InvalidInput as error:
                    wrong += error.errors
            rows.append(shown)
        return rows, wrong


def values_of(rows: Sequence[HomeRow], form_key: str) -> dict[str, Any]:
    """What identifies the form, for its key."""
    return {"rows": msgspec.json.encode(rows).decode(), "form_key": form_key}


def _row(form: FormMultiDict, number: int) -> HomeRow:
    """The row as submitted; without a kind if the place is empty. Only a hero keeps its picture."""
    typed = {name: cleaned(_text(form.get(f"{name}_{number}"))).strip() for name in TYPED}
    if typed["kind"] == "products":
        typed["value"] = ", ".join(typed["value"].replace(",", " ").split())
    if typed["kind"] != "hero":
        typed |= {"picture": "", "alt_ko": "", "alt_en": ""}
    if form.get(f"remove_{number}"):
        typed["picture"] = ""
    return HomeRow(**typed)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _file(form: FormMultiDict, number: int) -> UploadFile | None:
    """Browsers send a nameless file if none was chosen."""
    sent = form.get(f"file_{number}")
    return sent if isinstance(sent, UploadFile) and sent.filename else None


async def _stored(sent: UploadFile, pictures: ProductPictures, field: str) -> str:
    file: Any = sent.file
    digest = await asyncio.to_thread(hashlib.file_digest, file, "sha256")
    return await pictures.upload(sent.filename, file, digest.hexdigest(), field)
