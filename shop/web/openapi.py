"""What the OpenAPI document says of the answers that are not a success."""

import msgspec
from litestar.openapi.datastructures import ResponseSpec


class FieldProblem(msgspec.Struct):
    field: str
    message: str


class Problem(msgspec.Struct):
    """A refusal, as RFC 9457 has it; some carry more (see the contract)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] = []


MEANINGS = {
    400: "Something sent does not fit; `errors` names it.",
    401: "Nobody, or nobody we know.",
    403: "A write with a session cookie, without its proof (CSRF).",
    404: "No such thing, or not yours.",
    409: "Not possible as things stand: `price-changed`, `out-of-stock`, `insufficient-points`, …",
    413: "More was sent than is taken.",
    422: "The `Idempotency-Key` stands for another request.",
    429: "Too often; see `Retry-After`.",
    503: "The database does not answer; see `Retry-After`.",
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """For the `responses` of a handler that reads: these, and those that any may answer."""
    return {status: _refusal(status) for status in sorted({*statuses, 401, 503})}


def refusals_of_write(*statuses: int) -> dict[int, ResponseSpec]:
    """As `refusals`, for a handler that changes something."""
    return refusals(*statuses, 403, 413)


def _refusal(status: int) -> ResponseSpec:
    return ResponseSpec(
        Problem,
        description=MEANINGS[status],
        media_type="application/problem+json",
        generate_examples=False,
    )
