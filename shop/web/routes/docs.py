"""The API documentation at `/docs`: the OpenAPI document as a page of our own."""

from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

from shop.web.links import links_of
from shop.web.pages import template_context


class DocsPage(OpenAPIRenderPlugin):
    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        engine = request.app.template_engine
        assert engine is not None
        context = {**template_context(request), "links": links_of(request)}
        template = engine.get_template(f"{context['language']}/docs/index.html")
        return template.render(**context, spec=openapi_schema).encode()
