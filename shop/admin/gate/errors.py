"""The admin's errors as problem documents, and the headers of its responses."""

from typing import Any

from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.types import ExceptionHandlersMap, Message, Scope, Send

from shop.admin.gate.cookies import as_ours
from shop.admin.gate.rules import MethodNotAllowed
from shop.errors import N_, Answer, FieldError, InvalidInput, NotSignedIn, ShopError
from shop.settings import Settings
from shop.web.error_responses import error_response, problem
from shop.web.i18n import language_of, translate
from shop.web.pages import redirect
from shop.web.problems import Refusal, refusal_for
from shop.web.request import AnyRequest
from shop.web.request_log import log_failure
from shop.web.strict import UNFIT

# Piccolo Admin writes style attributes and shows the pictures it is about to upload.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

SIGN_IN = "/login?next=/admin/"
METHOD_NOT_ALLOWED = Answer(405, "method-not-allowed", N_("This is not possible here"), "")
ASSET_CACHE_CONTROL = "private, max-age=31536000, immutable"  # their names have a version


def answer_staff(request: AnyRequest, error: Exception) -> Response[Any]:
    """The exception handler of the admin: pages for its front page, JSON for everything else."""
    if is_front_page(request.scope):
        if isinstance(error, NotSignedIn):
            return redirect(request, SIGN_IN)
        request.scope["path"] = "/admin/"  # not the mount's own, for the page that says so
        return error_response(request, error)
    refusal = refusal_of(request, error)
    if refusal.answer.status >= 500:
        log_failure(request, error)
    answer = problem(request, refusal)
    answer.content["instance"] = f"/admin{request.scope['path']}"
    return answer


def refusal_of(request: AnyRequest, error: Exception) -> Refusal:
    if not isinstance(error, MethodNotAllowed):
        return refusal_for(request, _of_query(error))
    language = language_of(request)
    title, detail = translate(language, METHOD_NOT_ALLOWED.title), translate(language, error.reason)
    return Refusal(METHOD_NOT_ALLOWED, title, detail, {}, {"allow": error.allow})


def _of_query(error: Exception) -> Exception:
    """Piccolo answers by itself where pydantic refuses a body, but not a filter."""
    # Here, because a start does not need it.
    from pydantic import ValidationError  # noqa: PLC0415 - see above

    if not isinstance(error, ValidationError):
        return error
    return InvalidInput(*(FieldError(str(wrong["loc"][0]), UNFIT) for wrong in error.errors()))


def is_front_page(scope: Scope) -> bool:
    """Whether the request is for the admin's single page, not for its API or assets."""
    return scope["path"] == "/" and scope.get("method") in {"GET", "HEAD"}


def finishing(
    send: Send, is_asset: bool, scope: Scope, settings: Settings, cookie: Cookie | None
) -> Send:
    """`send`, which adds missing headers to the admin's responses, and `cookie`."""

    async def finish(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            headers.setdefault("content-security-policy", POLICY)
            if is_asset and message["status"] == 200:
                headers["cache-control"] = ASSET_CACHE_CONTROL
            headers.headers[:] = [
                (name, as_ours(value, scope, settings) if name.lower() == b"set-cookie" else value)
                for name, value in headers.headers
            ]
            if cookie:
                headers.add("set-cookie", cookie.to_header(header=""))
        await send(message)

    return finish


# All three, because Litestar would otherwise use the shop's handler of the more specific class.
EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Exception: answer_staff,
    HTTPException: answer_staff,
    ShopError: answer_staff,
}
