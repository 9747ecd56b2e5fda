"""The shop's logo, which superusers upload and remove."""

import asyncio
import hashlib
from typing import Any

from litestar import Controller, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Response

from shop.admin.gate.body import LARGEST_UPLOAD
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.site_settings.service import SiteService
from shop.staff.once import Result, Sentence, once
from shop.staff.products.pictures import ProductPictures
from shop.staff.rights import check_again, current, requires
from shop.staff.settings import PATH, settings_page
from shop.staff_log.repository import StaffLogRepository
from shop.web.csrf import TAKES_FILES
from shop.web.forms import urlencoded_form
from shop.web.pictures import LOGO
from shop.web.request import AnyRequest, ShopRequest

LEAST_SIDE = 16
"""Pixels of a logo as it is stored: of a thinner one nothing can be seen."""


class LogoController(Controller):
    path = f"{PATH}/logo"
    include_in_schema = False
    guards = [requires("settings")]

    @post(status_code=200, request_max_body_size=LARGEST_UPLOAD, opt={TAKES_FILES: True})
    async def upload(
        self,
        request: ShopRequest,
        pictures: NamedDependency[ProductPictures],
        site_settings: NamedDependency[SiteService],
    ) -> Response[Any]:
        form = await request.form()
        try:
            name = await _stored(request, pictures, form.get("logo"))
        except InvalidInput as error:
            return await settings_page(request, site_settings, error)
        key = str(form.get("form_key", ""))
        return await _change(request, pictures, site_settings, name, key)

    @post("/remove", status_code=200)
    async def remove(
        self,
        request: ShopRequest,
        pictures: NamedDependency[ProductPictures],
        site_settings: NamedDependency[SiteService],
    ) -> Response[Any]:
        key = str((await urlencoded_form(request)).get("form_key", ""))
        return await _change(request, pictures, site_settings, "", key)


async def _stored(request: AnyRequest, pictures: ProductPictures, sent: Any) -> str:
    """The name of the stored logo. Raises InvalidInput, and NotFound for who is no superuser."""
    if not current(request).superuser:
        raise NotFound
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise InvalidInput(FieldError("logo", N_("Please choose a picture.")))
    file: Any = sent.file
    digest = await asyncio.to_thread(hashlib.file_digest, file, "sha256")
    name = await pictures.keep_logo(sent.filename, file, digest.hexdigest()[:32])
    shown = LOGO.fullmatch(name)
    if shown and min(int(shown[2]), int(shown[3])) < LEAST_SIDE:
        message = N_("Shown at the top, a logo has to be at least %(n)s pixels wide and high.")
        raise InvalidInput(FieldError("logo", message, {"n": LEAST_SIDE}))
    return name


async def _change(
    request: AnyRequest, pictures: ProductPictures, site_settings: SiteService, name: str, key: str
) -> Response[Any]:
    """Gives the shop this logo, or none."""

    async def work() -> Result:
        if not (await check_again(request, "settings")).superuser:
            raise NotFound
        before = (await site_settings.get()).logo
        await pictures.give_logo(name)
        await site_settings.set_logo(name)
        await StaffLogRepository().record(
            current(request).user.id,
            "settings.change",
            "settings",
            before={"logo": before},
            after={"logo": name},
        )
        done = N_("The logo is saved.") if name else N_("The logo is removed.")
        return Result(PATH, [Sentence(done)])

    answer = await once(request, "settings", "logo", {"form_key": key, "logo": name}, work)
    await site_settings.refresh()
    return answer
