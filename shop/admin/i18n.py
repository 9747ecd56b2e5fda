"""Texts of the admin in the language of each request, although Piccolo Admin reads them once."""

from contextvars import ContextVar
from typing import Annotated, Any, NoReturn

from litestar import Request as ShopRequest
from piccolo_admin.endpoints import FormConfig, TableConfig
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shop.admin.form_keys import FIELD, KEY_TITLE, PATTERN, new_key
from shop.errors import FieldError, InvalidInput, ShopError
from shop.web.i18n import Language, language_of, translate
from shop.web.problems import refusal_for, translated_errors
from shop.web.request import AnyRequest

# English outside of requests: a form's address is made from its name when the shop starts.
current_language: ContextVar[Language] = ContextVar("current_language", default="en")


class Translated:
    """An attribute that is set to a message id, and read as its translation."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._message = f"_{name}_message"

    def __set__(self, instance: Any, message: str | None) -> None:
        setattr(instance, self._message, message)

    def __get__(self, instance: Any, owner: type) -> Any:
        message = getattr(instance, self._message, None)
        return translate(current_language.get(), message) if message else message


class StaffForm(FormConfig):
    name = Translated()
    description = Translated()
    form_group = Translated()


class StaffTable(TableConfig):
    menu_group = Translated()


class Fields(BaseModel):
    """What a form asks for. The titles of its fields are message ids.

    The admin's page fetches the schema when a form is opened, and sends each field's default back
    unless it was changed: so the key that comes with the schema stands for the opened form.
    """

    form_key: Annotated[str, Field(pattern=f"^{PATTERN}$", title=KEY_TITLE)]

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        schema = super().model_json_schema(*args, **kwargs)
        for field in schema["properties"].values():
            field["title"] = translate(current_language.get(), field["title"])
        schema["properties"][FIELD]["default"] = new_key()
        return schema


def translate_for(request: Request, message: str, **values: Any) -> str:
    return translate(language_of(_as_ours(request)), message, values)


def error_text(request: Request, error: ShopError) -> str:
    """The error in one line."""
    if isinstance(error, InvalidInput):
        wrong = translated_errors(_as_ours(request), error)
        return " ".join(entry["message"] for entry in wrong)
    refusal = refusal_for(_as_ours(request), error)
    return f"{refusal.title}. {refusal.detail}"


def raise_validation_error(request: Request, *errors: FieldError) -> NoReturn:
    """Raises an error that the admin's page shows beside the row, one line a field."""
    detail = [
        {"loc": ["body", error.field], "msg": translate_for(request, error.message, **error.values)}
        for error in errors
    ]
    raise HTTPException(422, detail)  # type: ignore[arg-type]  # as FastAPI's own list of errors


def _as_ours(request: Request) -> AnyRequest:
    return ShopRequest(request.scope)  # type: ignore[arg-type]  # the same scope, another name
