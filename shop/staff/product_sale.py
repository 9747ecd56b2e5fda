"""Staff set how many items of a product a person may buy, and when it is on sale."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.catalogue.editor import ProductEditor
from shop.catalogue.product_rules import LIMITS, TIMES, wrong_in_product
from shop.errors import N_, FieldError, InvalidInput
from shop.likes.repository import LikeRepository
from shop.products.repository import ProductInfo, ProductRepository
from shop.products.service import ProductService
from shop.staff.files.cells import typed_number
from shop.staff.once import Result, Sentence, once
from shop.staff.page import local_moment, staff_page
from shop.staff.rights import current, requires
from shop.staff.seen import check_seen, seen_next
from shop.staff_log.repository import StaffLogRepository
from shop.web.i18n import time_zone
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest

SAVED = N_("Saved.")


class SaleForm(msgspec.Struct):
    """Empty for no limit. Times are in the shop's time zone."""

    person_limit: str = ""
    limit_days: str = ""
    on_sale_from: str = ""
    on_sale_until: str = ""
    seen: str = ""
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
        return await _page(request, await products.known_one(product_id))

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
            await _save(product_id, data, actor_id)
            return Result(f"/staff/products/{product_id}/sale", [Sentence(SAVED)])

        values = {"product_id": product_id, **msgspec.structs.asdict(data)}
        try:
            return await once(request, "catalogue", "product-sale", values, work)
        except InvalidInput as error:
            return await _page(request, product, data, error)


async def _save(product_id: int, data: SaleForm, actor_id: int) -> None:
    """Raises InvalidInput."""
    products = ProductRepository()
    before = _stored(await products.lock_product(product_id))
    check_seen(data.seen, before)
    columns = _columns(data, before)
    await ProductEditor(products, LikeRepository()).edit(product_id, columns)
    changed = {name for name, value in columns.items() if value != before[name]}
    await StaffLogRepository().record(
        actor_id,
        "row.edit",
        f"product:{product_id}",
        before={name: before[name] for name in changed},
        after={name: columns[name] for name in changed},
    )


def _columns(form: SaleForm, before: dict[str, Any]) -> dict[str, Any]:
    """A time that is not changed stays as it is stored. Raises InvalidInput with every field that
    is wrong."""
    texts = {name: getattr(form, name).strip() for name in (*LIMITS, *TIMES)}
    kept = {name: before[name] for name in TIMES if _shows(texts[name], before[name])}
    columns: dict[str, Any] = {}
    wrong: list[FieldError] = []
    for name, text in texts.items():
        if name in kept:
            continue
        try:
            columns[name] = _value(name, text) if text else None
        except InvalidInput as error:
            wrong += error.errors
    if wrong := [*wrong, *wrong_in_product(columns)]:
        raise InvalidInput(*wrong)
    return columns | kept


def _shows(text: str, moment: datetime | None) -> bool:
    """Whether a field that showed the moment was left as it was; browsers omit zero seconds."""
    try:
        return moment is not None and datetime.fromisoformat(text) == _naive(moment)
    except ValueError:
        return False


def _value(name: str, text: str) -> int | datetime:
    """Raises InvalidInput."""
    if name in TIMES:
        return local_moment(name, text)
    number = typed_number(text)
    if number is None:
        limits = {"min": 1, "max": LIMITS[name]}
        raise InvalidInput(FieldError(name, N_("Enter a number from %(min)s to %(max)s."), limits))
    return number


def _stored(product: ProductInfo) -> dict[str, Any]:
    return {name: getattr(product, name) for name in (*LIMITS, *TIMES)}


def _shown(stored: dict[str, Any]) -> dict[str, Any]:
    """The form's initial values."""
    limits = {name: stored[name] or "" for name in LIMITS}
    return {**limits, **{name: _local(stored[name]) for name in TIMES}}


def _local(moment: datetime | None) -> str:
    return _naive(moment).isoformat() if moment else ""


def _naive(moment: datetime) -> datetime:
    """In the shop's time zone, in whole seconds."""
    return moment.astimezone(time_zone()).replace(tzinfo=None, microsecond=0)


async def _page(
    request: AnyRequest,
    product: ProductInfo,
    sent: SaleForm | None = None,
    error: InvalidInput | None = None,
) -> Template:
    stored = _stored(product)
    return await staff_page(
        request,
        "staff/product_sale.html",
        "products",
        status=400 if error else 200,
        product=product,
        form=msgspec.structs.asdict(sent) if sent else _shown(stored),
        seen=seen_next(error, sent.seen if sent else "", stored),
        **problem_context(request, error),
    )
