"""What staff are told, in the language they read."""

from typing import Any, NoReturn

from litestar import Request as ShopRequest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shop.errors import FieldError, InvalidInput, ShopError
from shop.web.i18n import language_of, translate
from shop.web.problems import refusal_for, translated_errors
from shop.web.request import AnyRequest


def say(request: Request, message: str, **values: Any) -> str:
    return translate(language_of(_as_ours(request)), message, values)


def sentence(request: Request, error: ShopError) -> str:
    """What is wrong, in one line."""
    if isinstance(error, InvalidInput):
        wrong = translated_errors(_as_ours(request), error)
        return " ".join(entry["message"] for entry in wrong)
    refusal = refusal_for(_as_ours(request), error)
    return f"{refusal.title}. {refusal.detail}"


def refuse(request: Request, *errors: FieldError) -> NoReturn:
    """Raises what the admin's pages show beside a row: a line for each field."""
    detail = [
        {"loc": ["body", error.field], "msg": say(request, error.message, **error.values)}
        for error in errors
    ]
    raise HTTPException(422, detail)  # type: ignore[arg-type]  # as FastAPI's own list of errors


def _as_ours(request: Request) -> AnyRequest:
    return ShopRequest(request.scope)  # type: ignore[arg-type]  # the same scope, another name
