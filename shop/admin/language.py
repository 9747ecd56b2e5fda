"""What Piccolo Admin takes once and shows to everybody, in the language of whoever looks."""

from contextvars import ContextVar
from typing import Annotated, Any

from piccolo_admin.endpoints import FormConfig, TableConfig
from pydantic import BaseModel, Field

from shop.admin.form_keys import FIELD, KEY_TITLE, PATTERN, new_key
from shop.web.i18n import Language, translate

# English outside of requests: a form's address is made from its name when the shop starts.
reading: ContextVar[Language] = ContextVar("reading", default="en")


class Translated:
    """An attribute that is a message id, and reads as its translation."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._message = f"_{name}_message"

    def __set__(self, instance: Any, message: str | None) -> None:
        setattr(instance, self._message, message)

    def __get__(self, instance: Any, owner: type) -> Any:
        message = getattr(instance, self._message, None)
        return translate(reading.get(), message) if message else message


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
            field["title"] = translate(reading.get(), field["title"])
        schema["properties"][FIELD]["default"] = new_key()
        return schema
