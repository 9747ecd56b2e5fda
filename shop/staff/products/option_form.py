"""The forms of a product's options, as submitted."""

from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict

from shop.errors import N_, FieldError, InvalidInput
from shop.numbers import submitted_number
from shop.products.option_repository import Label

ROWS = 8
FIELDS = ("label", "label_en", "price", "stock")


class Row(msgspec.Struct, frozen=True):
    """A row of the form as submitted."""

    label: str = ""
    label_en: str = ""
    price: str = ""
    stock: str = ""


class OptionForm(msgspec.Struct, frozen=True):
    own: Row
    rows: tuple[Row, ...]
    form_key: str = ""

    @classmethod
    def of(cls, form: FormMultiDict) -> "OptionForm":
        own = Row(text_of(form.get("own_label")), text_of(form.get("own_label_en")))
        columns = [[text_of(value) for value in form.getall(name, [])] for name in FIELDS]
        rows = tuple(Row(*cells) for cells in zip(*columns, strict=False))
        return cls(own, rows[:ROWS], text_of(form.get("form_key")))

    @property
    def filled(self) -> list[Row]:
        return [row for row in self.rows if row.label or row.label_en]

    @property
    def values(self) -> dict[str, Any]:
        """What makes two forms the same."""
        texts = msgspec.json.encode([self.own, *self.rows]).decode()
        return {"texts": texts, "form_key": self.form_key}


class Labels(msgspec.Struct, frozen=True):
    """The labels that were typed, by option."""

    rows: dict[int, Label]
    seen: str = ""

    @classmethod
    def of(cls, form: FormMultiDict) -> "Labels":
        """Raises InvalidInput."""
        names = ("option_id", "label", "label_en")
        columns = [[text_of(value) for value in form.getall(name, [])] for name in names]
        if len({len(column) for column in columns}) > 1:
            raise InvalidInput(FieldError("label", N_("This value is not valid.")))
        rows = {
            submitted_number(id_, "option_id"): Label(*texts)
            for id_, *texts in zip(*columns, strict=True)
        }
        return cls(rows, text_of(form.get("seen")))


def text_of(value: Any) -> str:
    """The submitted text, without characters that PostgreSQL cannot store; empty for a file."""
    return value.replace("\0", "").strip()[:200] if isinstance(value, str) else ""
