"""Stores the pictures of a zip file and of the home page, and the logo, as uploads of the admin."""

from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING

from shop.errors import FieldError, InvalidInput
from shop.pictures.service import PictureService
from shop.staff.files.rows import Problem
from shop.staff.products.check import Change
from shop.staff.products.faults import NO_PICTURE
from shop.staff.products.zip_pictures import ZippedPictures

if TYPE_CHECKING:
    from shop.admin.pictures import PictureUploads


ID_LENGTH = 32


class ProductPictures:
    def __init__(self, pictures: PictureService) -> None:
        self._pictures = pictures
        self._opened: PictureUploads | None = None

    @property
    def service(self) -> PictureService:
        return self._pictures

    async def stored(
        self, changes: Sequence[Change], zipped: ZippedPictures | None
    ) -> tuple[list[Change], list[Problem]]:
        """The changes with the names under which their pictures are stored, and the faults of
        pictures. Takes about a second per picture."""
        # Here, because this import brings Pillow along, which only staff need.
        from shop.admin.picture_encoding import UnfitPicture  # noqa: PLC0415 - see above

        done: list[Change] = []
        problems: list[Problem] = []
        for change in changes:
            name = change.after.get("picture")
            if zipped and name in zipped.ids:
                try:
                    name = await self._keep(zipped, name)
                except UnfitPicture as unfit:
                    problems.append(Problem(change.line, unfit.message, unfit.values))
            elif name and not await self._pictures.exists(name):
                problems.append(Problem(change.line, NO_PICTURE, {"text": name}))
            after = {**change.after, "picture": name} if name else change.after
            done.append(change._replace(after=after))
        return done, problems

    async def keep_logo(self, file_name: str, file: IO[bytes], logo_id: str) -> str:
        """Its name. Raises InvalidInput or PicturesUnavailable."""
        from shop.admin.picture_encoding import UnfitPicture  # noqa: PLC0415 - as above

        try:
            return await self._uploads().keep_logo(file_name, file, logo_id)
        except UnfitPicture as unfit:
            raise InvalidInput(FieldError("logo", unfit.message, unfit.values)) from unfit

    async def give_logo(self, name: str) -> None:
        """Releases the present logo and claims this one, if any, in the transaction that changes
        it. Raises InvalidInput if the file no longer exists."""
        await self._pictures.release_logo()
        if name and not await self._pictures.claim(name):
            raise InvalidInput(FieldError("logo", NO_PICTURE, {"text": name}))

    async def exchange(self, before: Sequence[str], after: Mapping[str, str]) -> None:
        """Releases the pictures `before` and claims those of `after`, by field, in the transaction
        that changes them. Raises InvalidInput if one no longer exists."""
        await self._pictures.release_all(before)
        for field, name in after.items():
            if not await self._pictures.claim(name):
                raise InvalidInput(FieldError(field, NO_PICTURE, {"text": name}))

    async def upload(
        self, file_name: str, file: IO[bytes], digest: str, field: str = "files"
    ) -> str:
        """Stores a picture, and returns its name: the same for the same content. Raises
        InvalidInput with this field."""
        from shop.admin.picture_encoding import UnfitPicture  # noqa: PLC0415 - as above

        try:
            return await self._uploads().keep(file_name, file, digest[:ID_LENGTH])
        except UnfitPicture as unfit:
            raise InvalidInput(FieldError(field, unfit.message, unfit.values)) from None

    async def _keep(self, zipped: ZippedPictures, name: str) -> str:
        return await self._uploads().keep(name, zipped.open(name), zipped.ids[name])

    def _uploads(self) -> "PictureUploads":
        # Here, because this import brings FastAPI along: more than half of a start's time.
        from shop.admin.pictures import PictureUploads  # noqa: PLC0415 - see above

        if self._opened is None:
            self._opened = PictureUploads(self._pictures)
        return self._opened
