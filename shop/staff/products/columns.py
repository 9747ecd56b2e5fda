"""The columns of product files, and how a cell becomes a value and a value a cell."""

import base64
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from shop.staff.files.cells import Cell, typed_number
from shop.staff.files.read import Column
from shop.text import in_language
from shop.web.i18n import Language

Values = Mapping[str, Any]
"""Columns of a product by name; the category is its id."""

# The first two titles are those of files that the shop writes, in Korean and English. `id` and
# `price` come first, so that pasted lines without titles may be numbers and prices.
COLUMNS = (
    Column("id", ("번호", "number", "상품 번호", "product number", "id"), required=False),
    Column("price", ("가격", "price", "포인트", "points"), required=False),
    Column("name", ("이름", "name", "상품명", "상품 이름", "product name"), required=False),
    Column("name_en", ("영어 이름", "English name"), required=False),
    Column("category", ("카테고리", "category"), required=False),
    Column("description", ("설명", "description"), required=False),
    Column(
        "description_en", ("영어 설명", "English description", "description_en"), required=False
    ),
    Column("delivery", ("받는 방법", "delivery", "배송"), required=False),
    Column("active", ("판매 중", "on sale", "판매", "active"), required=False),
    Column("picture", ("사진", "picture"), required=False),
    Column("label", ("옵션", "option"), required=False),
    Column("label_en", ("영어 옵션", "English option"), required=False),
    Column("exported", ("내보낸 상태", "exported state"), required=False),
)
TITLES: Mapping[str, tuple[str, ...]] = {column.name: column.titles for column in COLUMNS}
FIELDS = tuple(column.name for column in COLUMNS if column.name not in {"id", "exported"})
"""The columns of a product that a file changes."""

ON_SALE = {"ko": ("아니요", "예"), "en": ("no", "yes")}
DELIVERIES = {"ko": {"parcel": "택배", "desk": "데스크", "code": "코드"}, "en": {}}
YES = frozenset({"예", "네", "y", "yes", "true", "1", "o", "판매 중", "on sale"})
NO = frozenset({"아니요", "아니오", "n", "no", "false", "0", "x", "판매 종료", "no longer sold"})

STATE_VERSION = "v1."
STATE_LENGTH = 4  # characters of each field's digest


class Category(NamedTuple):
    """A category, as files name it: by any of its names, or by its slug."""

    id: int
    slug: str
    name: str
    name_en: str

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class Categories:
    def __init__(self, categories: Sequence[Category]) -> None:
        self._by_id = {category.id: category for category in categories}
        self._by_text: dict[str, set[int]] = {}
        for category in categories:
            for text in {category.slug, category.name, category.name_en} - {""}:
                self._by_text.setdefault(_folded(text), set()).add(category.id)

    def find(self, text: str) -> int | None:
        """The id; None unless exactly one category has this name."""
        found = self._by_text.get(_folded(text), set())
        return next(iter(found)) if len(found) == 1 else None

    def label(self, category_id: int, language: str) -> str:
        """Its name, where no other has the same one; else its slug."""
        category = self._by_id[category_id]
        name = category.named(language)
        return name if self.find(name) == category_id else category.slug


def value_of(name: str, text: str, categories: Categories) -> Any:
    """The value of a cell; None for an invalid text, also for an empty one outside text columns."""
    if name == "price":
        return typed_number(text)
    if name == "category":
        return categories.find(text)
    if name == "active":
        return True if _folded(text) in YES else False if _folded(text) in NO else None
    if name == "delivery":
        words = {word: kind for kind, word in DELIVERIES["ko"].items()}
        return words.get(text, _folded(text) or None)
    return (text or None) if name == "picture" else plain(text)


def cell_of(name: str, value: Any, categories: Categories, language: Language) -> Cell:
    """The value in a file or on a page; the inverse of `value_of`."""
    if name == "category":
        return categories.label(value, language)
    if name == "active":
        return ON_SALE[language][value]
    if name == "delivery":
        return str(DELIVERIES[language].get(value, value))
    return value if isinstance(value, int | None) else str(value)


def plain(value: Any) -> Any:
    """A text without the differences that files make: line ends, composed letters, outer space."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return unicodedata.normalize("NFC", text)


def exported_state(values: Values) -> str:
    """The state of a product when a file was written, as a digest per field, so that an older file
    does not undo later changes."""
    return STATE_VERSION + "".join(digest(values[name]) for name in FIELDS)


def read_state(text: str) -> Mapping[str, str] | None:
    """The digests of the fields; None for a text that `exported_state` did not write."""
    digests = text.removeprefix(STATE_VERSION)
    if digests == text or len(digests) != STATE_LENGTH * len(FIELDS):
        return None
    starts = range(0, len(digests), STATE_LENGTH)
    parts = [digests[start : start + STATE_LENGTH] for start in starts]
    return dict(zip(FIELDS, parts, strict=True))


def digest(value: Any) -> str:
    content = hashlib.sha256(msgspec.json.encode(plain(value))).digest()
    return base64.urlsafe_b64encode(content).decode()[:STATE_LENGTH]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
