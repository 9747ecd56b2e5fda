"""Options of a product: staff add a row of sizes or colours in one form."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from shop.errors import InvalidInput, NotFound
from shop.products.service import ProductService
from shop.staff.once import once
from shop.staff.page import staff_page
from shop.staff.products.option_actions import AddOptions, RenameOptions
from shop.staff.products.option_form import ROWS, Labels, OptionForm, Row, text_of
from shop.staff.products.option_repository import Lead, OptionRepository
from shop.staff.rights import current, requires
from shop.staff.seen import seen_next
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest


class OptionController(Controller):
    path = "/staff/products/{product_id:int}/options"
    include_in_schema = False
    guards = [requires("catalogue")]

    @get()
    async def form(self, request: ShopRequest, product_id: FromPath[int]) -> Template:
        return await _page(request, await _lead(product_id))

    @post(status_code=200)
    async def add(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
    ) -> Response[Any] | Template:
        lead, form = await _lead(product_id), OptionForm.of(await request.form())
        work = AddOptions(request, products, lead, form)
        try:
            return await once(request, "catalogue", f"options/{lead.id}", form.values, work)
        except InvalidInput as error:
            return await _page(request, lead, form, error)

    @post("/labels", status_code=200)
    async def rename(
        self, request: ShopRequest, product_id: FromPath[int]
    ) -> Response[Any] | Template:
        lead, form = await _lead(product_id), await request.form()
        labels = Labels.of(form)
        work = RenameOptions(current(request).user.id, lead, labels)
        values = {"texts": repr(labels.rows), "form_key": text_of(form.get("form_key"))}
        try:
            return await once(request, "catalogue", f"option-labels/{lead.id}", values, work)
        except InvalidInput as error:
            return await _page(request, lead, error=error, labels=labels)


async def _lead(product_id: int) -> Lead:
    """Raises NotFound, also for an option of another product."""
    lead = await OptionRepository().lead(product_id)
    if lead is None:
        raise NotFound
    return lead


async def _page(
    request: AnyRequest,
    lead: Lead,
    form: OptionForm | None = None,
    error: InvalidInput | None = None,
    labels: Labels | None = None,
) -> Template:
    """With the input of the form that was refused."""
    rows = form.rows if form else ()
    options = await OptionRepository().options(lead.id)
    stored = {option.id: (option.label, option.label_en) for option in options}
    return await staff_page(
        request,
        "staff/options.html",
        "products",
        status=400 if error else 200,
        lead=lead,
        options=options,
        labels={**stored, **(labels.rows if labels else {})},
        seen=seen_next(
            error if labels else None, labels.seen if labels else "", sorted(stored.items())
        ),
        own=form.own if form else Row(),
        rows=[*rows, *[Row()] * (ROWS - len(rows))],
        refusal=refusal_for(request, error) if error else None,
    )
