"""The form with the pictures of a product: their places and texts, and files to add."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import IO, Any, NamedTuple, cast

import msgspec
from litestar.datastructures import FormMultiDict, UploadFile

from shop.errors import N_, FieldError, InvalidInput
from shop.numbers import whole_number
from shop.products.picture_repository import MOST, ShownPicture
from shop.staff.products.pictures import ProductPictures

MAX_ALT = 200
TOO_MANY = N_("A product can have %(max)s pictures.")
ALT_TOO_LONG = N_("A description can have %(max)s characters.")
NO_PLACE = N_("Enter a number from %(min)s to %(max)s.")


class Entry(NamedTuple):
    """A picture as the form has it."""

    shown: ShownPicture
    place: str
    is_removed: bool


class GalleryForm(msgspec.Struct):
    """The form as submitted. `values` identify it, for its key."""

    entries: list[Entry]
    files: list[UploadFile]
    digests: list[str]
    seen: str
    form_key: str

    @classmethod
    async def of(cls, form: FormMultiDict) -> "GalleryForm":
        """Raises InvalidInput for what no page has sent."""
        names = ("picture", "alt", "alt_en", "place")
        columns = [[_text(value) for value in form.getall(name, [])] for name in names]
        if len({len(column) for column in columns}) > 1:
            raise InvalidInput(FieldError("picture", N_("This value is not valid.")))
        removed = {_text(value) for value in form.getall("remove", [])}
        entries = [
            Entry(ShownPicture(picture, alt, alt_en), place, picture in removed)
            for picture, alt, alt_en, place in zip(*columns, strict=True)
        ]
        files = [one for one in form.getall("files", []) if _is_chosen(one)][: MOST + 1]
        digests = [await _digest(file) for file in files]
        seen = _text(form.get("seen"))
        return cls(entries, files, digests, seen, _text(form.get("form_key")))

    @property
    def values(self) -> dict[str, Any]:
        texts = msgspec.json.encode([self.entries, self.digests]).decode()
        return {"texts": texts, "form_key": self.form_key}

    def known(self) -> list[str]:
        """The pictures that the product had when the form was opened."""
        return [entry.shown.picture for entry in self.entries]

    def ordered(self) -> list[ShownPicture]:
        """The remaining pictures, by their places. Raises InvalidInput."""
        kept = [entry for entry in self.entries if not entry.is_removed]
        if any(len(text) > MAX_ALT for entry in kept for text in entry.shown[1:]):
            raise InvalidInput(FieldError("alt", ALT_TOO_LONG, {"max": MAX_ALT}))
        return list({one.shown.picture: one.shown for one in sorted(kept, key=_place)}.values())

    async def uploaded(self, pictures: ProductPictures) -> list[str]:
        """The names under which the files are stored. Raises InvalidInput, also for too many."""
        kept = sum(not entry.is_removed for entry in self.entries)
        check_count(kept + len(set(self.digests)))
        return [
            await pictures.upload(file.filename, cast("IO[bytes]", file.file), digest)
            for file, digest in zip(self.files, self.digests, strict=True)
        ]


def check_count(count: int) -> None:
    """Raises InvalidInput."""
    if count > MOST:
        raise InvalidInput(FieldError("files", TOO_MANY, {"max": MOST}))


def together(kept: Sequence[ShownPicture], uploaded: Sequence[str]) -> list[ShownPicture]:
    """New pictures come last; one that the product already has keeps its place. Raises
    InvalidInput."""
    new = dict.fromkeys(uploaded).keys() - {shown.picture for shown in kept}
    added = [ShownPicture(name) for name in dict.fromkeys(uploaded) if name in new]
    check_count(len(kept) + len(added))
    return [*kept, *added]


def _place(entry: Entry) -> int:
    """Raises InvalidInput."""
    place = whole_number(entry.place)
    if place is not None and 1 <= place <= MOST:
        return place
    raise InvalidInput(FieldError("place", NO_PLACE, {"min": 1, "max": MOST}))


def _text(value: Any) -> str:
    """The submitted text, without characters that PostgreSQL cannot store; empty for a file."""
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _is_chosen(value: Any) -> bool:
    """Browsers send a nameless file if none was chosen."""
    return isinstance(value, UploadFile) and bool(value.filename)


async def _digest(upload: UploadFile) -> str:
    file: Any = upload.file
    found = await asyncio.to_thread(hashlib.file_digest, file, "sha256")
    await upload.seek(0)
    return found.hexdigest()
