"""Parts of the OpenAPI document beside the handlers: security, descriptions of fields, refusals."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Router
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar._openapi.schema_generation.schema import SchemaCreator
from litestar.openapi import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import (
    Components,
    License,
    Schema,
    SecurityRequirement,
    SecurityScheme,
    Tag,
)
from litestar.typing import FieldDefinition

from shop.schema import about

DESCRIPTION = """\
A shop in which everything is paid for with points. Prices, totals and balances are whole numbers of
points; stock and quantities are whole numbers of items; times are in UTC. Refusals are problem
documents (RFC 9457) in the language of `Accept-Language`: Korean, or English."""

TAGS = [
    Tag("Products", "What is for sale."),
    Tag("Likes", "Products that the signed-in user likes."),
    Tag("Cart", "What the signed-in user means to buy."),
    Tag("Orders", "What the signed-in user has bought and paid for."),
    Tag("Addresses", "Where the signed-in user has goods sent."),
    Tag("Points", "What the signed-in user can spend."),
    Tag("Users", "The signed-in user."),
]

SECURITY_SCHEMES = {
    "userId": SecurityScheme(
        type="apiKey",
        name="X-USER-ID",
        security_scheme_in="header",
        description="The user's number, or the username with `SHOP_USER_ID=username`; from "
        "trusted gateways only (`SHOP_TRUSTED_GATEWAYS`), never from a browser.",
    ),
    "session": SecurityScheme(
        type="apiKey",
        name="id",
        security_scheme_in="cookie",
        description="The session cookie that signing in at `/login` sets.",
    ),
    "csrf": SecurityScheme(
        type="apiKey",
        name="X-CSRF-Token",
        security_scheme_in="header",
        description="The token of a page of the same session; a write with a cookie needs it.",
    ),
}

# For a handler's `security`: each entry is one way to be let in.
SIGNED_IN: list[SecurityRequirement] = [{"userId": []}, {"session": []}]
SIGNED_IN_WRITE: list[SecurityRequirement] = [{"userId": []}, {"session": [], "csrf": []}]
ANYBODY: list[SecurityRequirement] = [{}, *SIGNED_IN]


def openapi_config(router: Router, plugins: Sequence[OpenAPIRenderPlugin]) -> OpenAPIConfig:
    """The document's head; `router` carries the documentation's own addresses."""
    return OpenAPIConfig(
        title="Pointmall",
        version="1",
        description=DESCRIPTION,
        license=License(name="MIT", identifier="MIT"),
        tags=TAGS,
        components=Components(security_schemes=dict(SECURITY_SCHEMES)),
        openapi_router=router,
        render_plugins=plugins,
    )


class StrictStructs(StructSchemaPlugin):
    """Litestar's own schema of a struct leaves out that the struct forbids unknown fields."""

    def to_openapi_schema(
        self, field_definition: FieldDefinition, schema_creator: SchemaCreator
    ) -> Schema:
        schema = super().to_openapi_schema(field_definition, schema_creator)
        if field_definition.type_.__struct_config__.forbid_unknown_fields:
            schema.additional_properties = False
        return schema


class FieldProblem(msgspec.Struct):
    field: str
    message: str


class Problem(msgspec.Struct):
    """A refusal (RFC 9457). Some carry more fields, which docs/api.md lists."""

    type: Annotated[str, about("A stable name for this kind of refusal.", "/problems/out-of-stock")]
    title: str
    status: int
    detail: Annotated[str, about("What is wrong, in the language of the request.")]
    instance: Annotated[str, about("The path of the request.", "/api/v1/orders")]
    errors: list[FieldProblem] = []


MEANINGS = {
    400: "The request is not valid; `errors` names each wrong field.",
    401: "Not signed in, or the user does not exist.",
    403: "A write with a session cookie, but without a valid CSRF token.",
    404: "Not found, or another user's.",
    409: "Not possible now: `price-changed`, `out-of-stock`, `insufficient-points`, …",
    413: "The request body is too large.",
    415: "The body is not JSON, has another content type, or is compressed.",
    422: "The `Idempotency-Key` was used for another request.",
    429: "Too many requests; see `Retry-After`.",
    503: "Temporarily unavailable, for example without a database; see `Retry-After`.",
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """For the `responses` of a handler that reads: these refusals, and those of every handler."""
    return {status: _refusal(status) for status in sorted({*statuses, 400, 401, 503})}


def refusals_of_write(*statuses: int) -> dict[int, ResponseSpec]:
    """As `refusals`, for a handler that changes something."""
    return refusals(*statuses, 403, 413, 415)


def _refusal(status: int) -> ResponseSpec:
    return ResponseSpec(
        Problem,
        description=MEANINGS[status],
        media_type="application/problem+json",
        generate_examples=False,
    )
