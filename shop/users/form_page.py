"""A page whose form was refused, or is shown for the first time."""

from typing import Any

from litestar.response import Template

from shop.errors import ShopError
from shop.web.pages import page
from shop.web.problems import problem_context
from shop.web.request import AnyRequest


async def form_page(
    request: AnyRequest, template: str, error: ShopError | None, **context: Any
) -> Template:
    """The page with the errors of its form; never cached."""
    problem = problem_context(request, error)
    refusal = problem["refusal"]
    return await page(
        request,
        template,
        status=refusal.answer.status if refusal else 200,
        headers={"cache-control": "no-store", **(refusal.headers if refusal else {})},
        **problem,
        **context,
    )
