"""Staff add, order, describe and remove the pictures of a product."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from shop.admin.gate.body import LARGEST_PICTURE
from shop.catalogue.editor import ProductEditor
from shop.errors import N_, FieldError, InvalidInput
from shop.likes.repository import LikeRepository
from shop.pictures.service import PictureService
from shop.products.picture_repository import MOST, ProductPictureRepository, ShownPicture
from shop.products.repository import ProductInfo, ProductRepository
from shop.products.service import ProductService
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.products.gallery_form import GalleryForm, together
from shop.staff.products.pictures import ProductPictures
from shop.staff.rights import current, requires
from shop.staff.seen import digest_of
from shop.staff_log.repository import StaffLogRepository
from shop.web.csrf import TAKES_FILES
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

FIELDS_BYTES = 100_000
SAVED = N_("Saved.")
CHANGED = N_("These pictures have changed meanwhile. Please look at them again.")
NOT_STORED = N_("Please upload the picture first.")


class GalleryController(Controller):
    path = "/staff/products/{product_id:int}/pictures"
    include_in_schema = False
    guards = [requires("catalogue")]

    @get()
    async def show(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
    ) -> Template:
        return await _page(request, await products.known_one(product_id))

    @post(
        status_code=200,
        request_max_body_size=MOST * LARGEST_PICTURE + FIELDS_BYTES,
        opt={TAKES_FILES: True},
    )
    async def save(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        pictures: NamedDependency[ProductPictures],
    ) -> Response[Any]:
        product = await products.known_one(product_id)
        try:
            form = await GalleryForm.of(await request.form())
            kept, uploaded = form.ordered(), await form.uploaded(pictures)
            chosen = together(kept, uploaded)
            work = SavePictures(
                product_id, form, chosen, pictures.service, current(request).user.id
            )
            return await once(request, "catalogue", f"pictures/{product_id}", form.values, work)
        except InvalidInput as error:
            return await _page(request, product, error)


class SavePictures:
    """Gives the product the chosen pictures, if it still has those of the form. Must run in a
    transaction. Raises InvalidInput."""

    def __init__(
        self,
        product_id: int,
        form: GalleryForm,
        chosen: Sequence[ShownPicture],
        pictures: PictureService,
        actor_id: int,
    ) -> None:
        self._product_id, self._form, self._chosen = product_id, form, chosen
        self._pictures, self._actor_id = pictures, actor_id
        self._repository = ProductPictureRepository()

    async def __call__(self) -> Result:
        stored = await self._repository.lock(self._product_id)
        before = [shown.picture for shown in stored]
        is_of_form = sorted(before) == sorted(self._form.known())
        if not is_of_form or self._form.seen not in ("", digest_of(stored)):
            raise InvalidInput(FieldError("picture", CHANGED))
        after = [shown.picture for shown in self._chosen]
        await self._claim([name for name in after if name not in before])
        await self._pictures.release_all([name for name in before if name not in after])
        await self._repository.replace(self._product_id, self._chosen[1:])
        if before[:1] != after[:1]:
            editor = ProductEditor(ProductRepository(), LikeRepository())
            await editor.edit(self._product_id, {"picture": after[0] if after else None})
        await StaffLogRepository().record(
            self._actor_id,
            "product.pictures",
            f"product:{self._product_id}",
            before={"pictures": before},
            after={"pictures": after},
        )
        return Result(f"/staff/products/{self._product_id}/pictures", [Sentence(SAVED)])

    async def _claim(self, names: Sequence[str]) -> None:
        for name in names:
            if not await self._pictures.claim(name):
                raise InvalidInput(FieldError("files", NOT_STORED))


async def _page(
    request: AnyRequest, product: ProductInfo, error: InvalidInput | None = None
) -> Template:
    pictures = await ProductPictureRepository().of(product.id)
    return await staff_page(
        request,
        "staff/product_pictures.html",
        "products",
        status=400 if error else 200,
        product=product,
        pictures=pictures,
        seen=digest_of(pictures),
        most=MOST,
        refusal=refusal_for(request, error) if error else None,
    )
