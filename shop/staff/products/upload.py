"""The form with a file of products: a pasted list or a file, and a zip file of pictures."""

import asyncio
import hashlib
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict, UploadFile

from shop.errors import N_, FieldError, InvalidInput
from shop.staff.files.read import Table, read_file, read_text
from shop.staff.products.columns import COLUMNS
from shop.staff.products.zip_pictures import ZippedPictures, read_pictures
from shop.web.request import AnyRequest

FILES = ("file", "pictures")
UNTITLED = 2  # columns of pasted lines without titles: number and price


class Upload(msgspec.Struct):
    """The form as submitted. `values` identify it, for its key."""

    text: str
    file: UploadFile | None
    pictures: UploadFile | None
    values: dict[str, str]

    @classmethod
    async def of(cls, request: AnyRequest) -> "Upload":
        form = await request.form()
        text, key = str(form.get("text", "")), str(form.get("form_key", ""))
        files = {name: _chosen(form, name) for name in FILES}
        digests = {name: await _digest(file) for name, file in files.items() if file}
        return cls(text, **files, values={"text": text, **digests, "form_key": key})

    async def table(self) -> Table:
        """Raises InvalidInput."""
        if self.file:
            return await read_file(await self.file.read(), COLUMNS)
        if not self.text.strip():
            raise InvalidInput(FieldError("text", N_("Please enter a list, or choose a file.")))
        return await read_text(self.text, COLUMNS, UNTITLED)

    async def zipped(self) -> ZippedPictures | None:
        """Raises InvalidInput."""
        if self.pictures is None:
            return None
        file: Any = self.pictures.file
        return await asyncio.to_thread(read_pictures, file)


def _chosen(form: FormMultiDict, name: str) -> UploadFile | None:
    """Browsers send a nameless file if none was chosen."""
    upload = form.get(name)
    return upload if isinstance(upload, UploadFile) and upload.filename else None


async def _digest(upload: UploadFile) -> str:
    file: Any = upload.file
    found = await asyncio.to_thread(hashlib.file_digest, file, "sha256")
    await upload.seek(0)
    return found.hexdigest()
