"""The exception handler: a problem document (RFC 9457), an error page, or a notice for htmx."""

from typing import Any

from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.types import ExceptionHandlersMap

from shop.errors import N_, NotSignedIn, ShopError
from shop.web.i18n import language_of, translate
from shop.web.pages import current_url, is_htmx, render, sign_in_first
from shop.web.problems import Refusal, refusal_for
from shop.web.request import AnyRequest, identity_of
from shop.web.request_log import log_failure

NEVER_TYPED = {"sort", "limit", "cursor", "category", "product_id"}
"""Query parameters that come from links, not from the fields of a form."""


def error_response(request: AnyRequest, error: Exception) -> Response[Any]:
    """The exception handler of the whole shop."""
    refusal = refusal_for(request, error)
    if refusal.answer.status >= 500:
        log_failure(request, error)
    if wants_json(request):
        return problem(request, refusal)
    if request.method == "GET" and _is_of_address(refusal):
        refusal = _of_address(request, refusal)
    if isinstance(error, NotSignedIn) and _has_no_identity(request):
        return sign_in_first(request, current_url(request))
    return _error_page(request, refusal)


def _is_of_address(refusal: Refusal) -> bool:
    wrong = {error["field"] for error in refusal.extra.get("errors", [])}
    return bool(wrong) and wrong <= NEVER_TYPED


def _of_address(request: AnyRequest, refusal: Refusal) -> Refusal:
    """A page without a form has no fields to correct."""
    language = language_of(request)
    return refusal._replace(
        title=translate(language, N_("This address has a mistake")),
        detail=translate(language, N_("It may be old, or a part of it was lost on the way.")),
    )


def _has_no_identity(request: AnyRequest) -> bool:
    return identity_of(request).via is None and "x-user-id" not in request.headers


def wants_json(request: AnyRequest) -> bool:
    path = str(request.scope["path"])
    return (
        path.startswith("/api/")
        or path in {"/api", "/external/events"}
        or ("application/json" in request.headers.get("accept", ""))
    )


def problem(request: AnyRequest, refusal: Refusal) -> Response[dict[str, Any]]:
    content = {
        "type": f"/problems/{refusal.answer.code}",
        "title": refusal.title,
        "status": refusal.answer.status,
        "detail": refusal.detail,
        "instance": request.scope["path"],
        **refusal.extra,
    }
    return Response(
        content,
        status_code=refusal.answer.status,
        media_type="application/problem+json",
        headers={
            **refusal.headers,
            "cache-control": "no-store",
            "content-language": language_of(request),
            "vary": "Accept-Language, Cookie, X-User-Id",
        },
    )


def _error_page(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    context = {"refusal": refusal}
    if is_htmx(request):
        headers = {**refusal.headers, "hx-retarget": "#notices", "hx-reswap": "innerHTML"}
        return render(request, "errors/_notice.html", context, refusal.answer.status, headers)
    return render(request, "errors/show.html", context, refusal.answer.status, refusal.headers)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Exception: error_response,
    HTTPException: error_response,
    ShopError: error_response,
}
