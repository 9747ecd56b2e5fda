"""What a refusal says: its status, code and texts, in the language of the request."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar.exceptions import HTTPException, ValidationException

from shop.errors import (
    N_,
    Answer,
    FieldError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    Overloaded,
    PicturesUnavailable,
    ShopError,
    TooManyRequests,
    Unavailable,
)
from shop.web.i18n import language_of, translate
from shop.web.request import AnyRequest
from shop.web.request_log import log_refusal

CLIENT_DISCONNECTED = "client disconnected prematurely"  # Litestar's message, the only sign of it
UNEXPECTED = Answer(
    500,
    "unexpected",
    N_("Something went wrong"),
    N_("The problem is on our side. Please try again in a moment."),
)
HTTP_ANSWERS = {
    404: NotFound.answer,
    405: Answer(
        405,
        "method-not-allowed",
        N_("This is not possible here"),
        N_("This address does not accept this type of request."),
    ),
    413: Answer(
        413, "too-large", N_("Too large"), N_("The request is larger than the shop accepts.")
    ),
    415: Answer(
        415, "unsupported-media-type", N_("Unknown format"), N_("Please send JSON or a form.")
    ),
}


class Refusal(NamedTuple):
    """An error in the language of the request, ready to be rendered."""

    answer: Answer
    title: str
    detail: str
    extra: Mapping[str, Any]
    headers: dict[str, str]


def refusal_for(request: AnyRequest, error: Exception) -> Refusal:
    """The problem for `error`. Anything but a ShopError or HTTPException is a 500.

    Called once for each error response in any format, so the security log is written here.
    """
    answer, values, extra, headers = _read(request, error)
    log_refusal(request, answer.status, error)
    language = language_of(request)
    title = translate(language, answer.title)
    detail = translate(language, answer.detail, values)
    return Refusal(answer, title, detail, extra, headers)


def _read(
    request: AnyRequest, error: Exception
) -> tuple[Answer, Mapping[str, Any], Mapping[str, Any], dict[str, str]]:
    if isinstance(error, ValidationException):
        error = InvalidInput(*_field_errors(error))
    elif _is_unreadable(error):
        error = InvalidInput(FieldError("body", N_("The request could not be read.")))
    if isinstance(error, InvalidInput):
        extra = {"errors": translated_errors(request, error)}
        return error.answer, {}, extra, {}
    if isinstance(error, ShopError):
        return error.answer, error.values, error.extra, _headers_of(error)
    if isinstance(error, HTTPException) and error.status_code < 500:
        status = error.status_code
        answer = HTTP_ANSWERS.get(status) or Answer(status, "http", error.detail, error.detail)
        return answer, {}, {}, dict(error.headers or {})
    return UNEXPECTED, {}, {}, {}


def _is_unreadable(error: Exception) -> bool:
    """Whether the body is neither JSON nor a form, is nested too deeply or is not UTF-8, or the
    client disconnected before its end."""
    if isinstance(error, HTTPException):
        return error.status_code == 400 or error.detail == CLIENT_DISCONNECTED
    return isinstance(error, RecursionError | UnicodeDecodeError)


def _headers_of(error: ShopError) -> dict[str, str]:
    if isinstance(error, TooManyRequests):
        return {"retry-after": str(error.retry_after)}
    if isinstance(error, Unavailable | PicturesUnavailable):
        return {"retry-after": "2"}
    if isinstance(error, Overloaded):
        return {"retry-after": "5"}
    if isinstance(error, NotSignedIn):
        return {"www-authenticate": 'Session realm="shop"'}
    return {}


def translated_errors(request: AnyRequest, error: InvalidInput) -> list[dict[str, str]]:
    language = language_of(request)
    return [
        {"field": wrong.field, "message": translate(language, wrong.message, wrong.values)}
        for wrong in error.errors
    ]


def problem_context(request: AnyRequest, error: ShopError | None) -> dict[str, Any]:
    """A refusal and its errors by field, for a page."""
    errors = translated_errors(request, error) if isinstance(error, InvalidInput) else []
    return {
        "refusal": refusal_for(request, error) if error else None,
        "errors": _by_field(errors),
    }


def _by_field(errors: list[dict[str, str]]) -> dict[str, str]:
    """The errors of each field as one text."""
    found: dict[str, str] = {}
    for wrong in errors:
        field, message = wrong["field"], wrong["message"]
        found[field] = f"{found[field]} {message}" if field in found else message
    return found


def _field_errors(error: ValidationException) -> list[FieldError]:
    """What Litestar found invalid in the parameters, with the shop's messages."""
    found = error.extra if isinstance(error.extra, list) else []
    named = [
        FieldError(str(entry.get("key", "body")), N_("This value is not valid.")) for entry in found
    ]
    return named or [FieldError("body", N_("The request could not be read."))]
