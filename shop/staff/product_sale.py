"""Staff set how many items of a product a person may buy, and when it is on sale."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.catalogue.editor import ProductEditor
from shop.catalogue.product_rules import LIMITS, wrong_in_product
from shop.errors import N_, FieldError, InvalidInput
from shop.likes.repository import LikeRepository
from shop.products.repository import ProductInfo, ProductRepository
from shop.products.service import ProductService
from shop.staff.files.cells import whole_number
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.rights import current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.web.i18n import time_zone
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

SAVED = N_("Saved.")
TIMES = ("on_sale_from", "on_sale_until")


class SaleForm(msgspec.Struct):
    """Empty for no limit. Times are in the shop's time zone."""

    person_limit: str = ""
    limit_days: str = ""
    on_sale_from: str = ""
    on_sale_until: str = ""
    form_key: str = ""


class ProductSaleController(Controller):
    path = "/staff/products/{product_id:int}/sale"
    include_in_schema = False
    guards = [requires("catalogue")]

    @get()
    async def show(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
    ) -> Template:
        product = await products.known_one(product_id)
        return await _page(request, product, _shown(product))

    @post(status_code=200)
    async def save(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[SaleForm],
    ) -> Response[Any]:
        product = await products.known_one(product_id)
        actor_id = current(request).user.id

        async def work() -> Result:
            await _save(product, _columns(data), actor_id)
            return Result(f"/staff/products/{product_id}/sale", [Sentence(SAVED)])

        values = {"product_id": product_id, **msgspec.structs.asdict(data)}
        try:
            return await once(request, "catalogue", "product-sale", values, work)
        except InvalidInput as error:
            return await _page(request, product, msgspec.structs.asdict(data), error)


async def _save(product: ProductInfo, columns: dict[str, Any], actor_id: int) -> None:
    """Raises InvalidInput."""
    before = {name: getattr(product, name) for name in columns}
    await ProductEditor(ProductRepository(), LikeRepository()).edit(product.id, columns)
    changed = {name for name, value in columns.items() if value != before[name]}
    await StaffLogRepository().record(
        actor_id,
        "row.edit",
        f"product:{product.id}",
        before={name: before[name] for name in changed},
        after={name: columns[name] for name in changed},
    )


def _columns(form: SaleForm) -> dict[str, Any]:
    """Raises InvalidInput."""
    columns: dict[str, Any] = {}
    for name in LIMITS:
        text = getattr(form, name).strip()
        columns[name] = whole_number(text) if text else None
        if text and columns[name] is None:
            raise InvalidInput(FieldError(name, N_("This value is not valid.")))
    for name in TIMES:
        text = getattr(form, name).strip()
        columns[name] = _moment(name, text) if text else None
    if errors := [*wrong_in_product(columns)]:
        raise InvalidInput(*errors)
    return columns


def _moment(name: str, text: str) -> datetime:
    """Raises InvalidInput."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=time_zone())
    except ValueError:
        raise InvalidInput(FieldError(name, N_("This value is not valid."))) from None


def _shown(product: ProductInfo) -> dict[str, Any]:
    """The form's initial values."""
    limits = {name: getattr(product, name) or "" for name in LIMITS}
    times = {name: _local(getattr(product, name)) for name in TIMES}
    return {**limits, **times}


def _local(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(time_zone()).replace(tzinfo=None).isoformat(timespec="seconds")


async def _page(
    request: AnyRequest,
    product: ProductInfo,
    form: dict[str, Any],
    error: InvalidInput | None = None,
) -> Template:
    return await staff_page(
        request,
        "staff/product_sale.html",
        "products",
        status=400 if error else 200,
        product=product,
        form=form,
        refusal=refusal_for(request, error) if error else None,
    )
