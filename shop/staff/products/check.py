"""From the lines of a file to the changes that they would make, and their faults."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shop.errors import N_
from shop.paging import MAX_INT
from shop.staff.files.cells import typed_number
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
from shop.staff.products.faults import SHOWN, faults_in

DEFAULTS: Values = {
    "name_en": "",
    "description": "",
    "description_en": "",
    "delivery": "desk",
    "active": True,
    "picture": None,
}

NO_NUMBER = N_("“%(text)s” is not a product number.")
UNKNOWN = N_("There is no product with the number %(number)s.")
DOUBLED = N_("“%(text)s” is already in line %(first)s.")
SAME_NAME = N_("“%(name)s” already exists. To change it, enter its number, %(number)s.")
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
            now = self._stored.products[product_id] if product_id else None
            wrong = wrong or list(faults_in(line, changed, now, self._stored.pictures))
            checked.problems.extend(wrong)
            if wrong:
                continue
            if product_id and not changed:
                unchanged += 1
                continue
            before = {name: now[name] for name in changed} if now else {}
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
        product_id = typed_number(text) if text else self._same_product(name, given)
        if text and not 0 < (product_id or 0) <= MAX_INT:
            return None, [Problem(line.number, NO_NUMBER, {"text": text[:SHOWN]})]
        if product_id and product_id not in self._stored.products:
            return None, [Problem(line.number, UNKNOWN, {"number": str(product_id)})]
        if not product_id and (numbers := self._stored.numbers.get(name)):
            values = {"name": name[:SHOWN], "number": str(numbers[0])}
            return None, [Problem(line.number, SAME_NAME, values)]
        return product_id, self._doubled(line, product_id, name)

    def _same_product(self, name: str, given: Values) -> int | None:
        """The product that this line, without a number, added when its file was sent before."""
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
