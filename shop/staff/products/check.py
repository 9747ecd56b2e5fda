"""From the lines of a file to the changes that they would make, and their faults."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shop.catalogue.product_rules import wrong_in_product
from shop.errors import N_, FieldError
from shop.paging import MAX_INT
from shop.staff.files.cells import whole_number
from shop.staff.files.read import Line
from shop.staff.files.rows import Problem
from shop.staff.products.columns import (
    FIELDS,
    TITLES,
    Categories,
    Values,
    digest,
    plain,
    read_state,
    value_of,
)
from shop.web.pictures import NAME

LENGTHS = {
    "name": 120,
    "name_en": 120,
    "description": 20_000,
    "description_en": 20_000,
    "label": 40,
    "label_en": 40,
}
"""Characters."""
NEEDED = ("name", "category", "price")
"""What a new product must have."""
DEFAULTS: Values = {
    "name_en": "",
    "description": "",
    "description_en": "",
    "delivery": "desk",
    "active": True,
    "picture": None,
}
SHOWN = 60  # characters of a value in a message

NO_NUMBER = N_("“%(text)s” is not a product number.")
UNKNOWN = N_("There is no product with the number %(number)s.")
DOUBLED = N_("“%(text)s” is already in line %(first)s.")
SAME_NAME = N_("“%(name)s” already exists. To change it, enter its number, %(number)s.")
MISSING = N_("A new product needs a name, a category and a price.")
NO_CATEGORY = N_("There is no category “%(text)s”, or more than one.")
NO_ANSWER = N_("Please enter yes or no for “on sale”, not “%(text)s”.")
NO_PICTURE = N_("There is no picture “%(text)s” in the zip file.")
TOO_LONG = N_("“%(text)s” is too long: at most %(max)s characters.")
NO_OPTION = N_("This product is not an option.")
NO_LABEL = N_("Each option needs a name of up to %(max)s characters.")
NO_STATE = N_("The column “exported state” was changed. Please export the products again.")
STALE = N_("Someone else has changed “%(field)s” to “%(now)s” since the file was exported.")


class Change(NamedTuple):
    """A line's changes of a product, before and after; a new product has no number and no values
    before."""

    line: int
    product_id: int | None
    before: Values
    after: Values

    @property
    def columns(self) -> list[str]:
        """The columns to show; for a new product without the empty ones."""
        given = {n for n, value in self.after.items() if self.product_id or value not in (None, "")}
        return [name for name in FIELDS if name in given]


class Stored(NamedTuple):
    """The stored data that the lines refer to: products by number and by name, and the ids of the
    zip file's pictures by file name."""

    products: Mapping[int, Values]
    numbers: Mapping[str, Sequence[int]]
    categories: Categories
    pictures: Mapping[str, str] = {}


class Checked(NamedTuple):
    changes: list[Change]
    unchanged: int
    problems: list[Problem]


def check_products(lines: Sequence[Line], stored: Stored) -> Checked:
    """Each line by itself, and no product twice."""
    return _Check(stored).run(lines)


class _Check:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._first_lines: dict[int | str, int] = {}

    def run(self, lines: Sequence[Line]) -> Checked:
        checked, unchanged = Checked([], 0, []), 0
        for line in lines:
            given = self._given(line)
            product_id, wrong = self._product(line, given)
            changed = dict(given)
            if not wrong and product_id:
                changed, wrong = self._changed(line, product_id, given)
            wrong = wrong or list(self._wrong(line, changed, product_id))
            checked.problems.extend(wrong)
            if wrong:
                continue
            if product_id and not changed:
                unchanged += 1
                continue
            now = self._stored.products[product_id] if product_id else {}
            before = {name: now[name] for name in changed} if product_id else {}
            after = changed if product_id else {**DEFAULTS, **changed}
            checked.changes.append(Change(line.number, product_id, before, after))
        return checked._replace(unchanged=unchanged)

    def _given(self, line: Line) -> dict[str, Any]:
        """The fields that the file has, except those that a new product leaves empty."""
        cells = {name: line.cells[name] for name in FIELDS if name in line.cells}
        if not line.cells.get("id"):
            cells = {name: text for name, text in cells.items() if text}
        return {name: value_of(name, text, self._stored.categories) for name, text in cells.items()}

    def _product(self, line: Line, given: Values) -> tuple[int | None, list[Problem]]:
        """The number of the product that a line is about; None for a new one."""
        text = line.cells.get("id", "")
        name = str(given.get("name") or "")
        product_id = whole_number(text) if text else self._same_product(name, given)
        if text and not 0 < (product_id or 0) <= MAX_INT:
            return None, [Problem(line.number, NO_NUMBER, {"text": text[:SHOWN]})]
        if product_id and product_id not in self._stored.products:
            return None, [Problem(line.number, UNKNOWN, {"number": str(product_id)})]
        if not product_id and (numbers := self._stored.numbers.get(name)):
            values = {"name": name[:SHOWN], "number": str(numbers[0])}
            return None, [Problem(line.number, SAME_NAME, values)]
        return product_id, self._doubled(line, product_id, name)

    def _same_product(self, name: str, given: Values) -> int | None:
        """The product that a line without a number has made before: its file was sent again."""
        for product_id in self._stored.numbers.get(name, ()):
            now = self._stored.products[product_id]
            if all(self._is_same(field, value, now[field]) for field, value in given.items()):
                return product_id
        return None

    def _doubled(self, line: Line, product_id: int | None, name: str) -> list[Problem]:
        key = product_id or name
        first = self._first_lines.setdefault(key, line.number)
        if not key or first == line.number:
            return []
        values = {"text": str(key)[:SHOWN], "first": first}
        return [Problem(line.number, DOUBLED, values)]

    def _changed(
        self, line: Line, product_id: int, given: Values
    ) -> tuple[dict[str, Any], list[Problem]]:
        """The line's changes. A value that is unchanged since its export is left as it is now."""
        now = self._stored.products[product_id]
        changed = {n: v for n, v in given.items() if not self._is_same(n, v, now[n])}
        text = line.cells.get("exported", "")
        if not text:
            return changed, []
        exported = read_state(text)
        if exported is None:
            return {}, [Problem(line.number, NO_STATE)]
        changed = {n: v for n, v in changed.items() if digest(v) != exported[n]}
        stale = [self._stale(line, n, now) for n in changed if digest(now[n]) != exported[n]]
        return changed, stale

    def _stale(self, line: Line, name: str, now: Values) -> Problem:
        shown = str("" if now[name] is None else now[name])[:SHOWN]
        return Problem(line.number, STALE, {"field": TITLES[name][0], "now": shown})

    def _is_same(self, name: str, value: Any, now: Any) -> bool:
        if name == "picture" and value in self._stored.pictures:
            return str(now or "").startswith(f"{self._stored.pictures[value]}-")
        return bool(plain(value) == plain(now))

    def _wrong(self, line: Line, values: Values, product_id: int | None) -> Iterator[Problem]:
        if not product_id and any(name not in values for name in NEEDED):
            yield Problem(line.number, MISSING)
            return
        wrong = [*self._wrong_in_cells(line, values), *self._wrong_in_label(values, product_id)]
        for error in [*wrong_in_product(values), *wrong]:
            yield Problem(line.number, error.message, error.values)

    def _wrong_in_label(self, values: Values, product_id: int | None) -> Iterator[FieldError]:
        """Options are added on the page of their product; a file only renames them."""
        is_option = product_id and self._stored.products[product_id]["lead"]
        if not is_option and (values.get("label") or values.get("label_en")):
            yield FieldError("label", NO_OPTION)
        if is_option and values.get("label") == "":
            yield FieldError("label", NO_LABEL, {"max": LENGTHS["label"]})

    def _wrong_in_cells(self, line: Line, values: Values) -> Iterator[FieldError]:
        shown = {name: {"text": line.cells.get(name, "")[:SHOWN]} for name in values}
        for name, length in LENGTHS.items():
            if len(values.get(name, "")) > length:
                yield FieldError(name, TOO_LONG, {**shown[name], "max": length})
        if "category" in values and values["category"] is None:
            yield FieldError("category", NO_CATEGORY, shown["category"])
        if "active" in values and values["active"] is None:
            yield FieldError("active", NO_ANSWER, shown["active"])
        picture = values.get("picture")
        if picture and picture not in self._stored.pictures and not NAME.fullmatch(picture):
            yield FieldError("picture", NO_PICTURE, shown["picture"])
