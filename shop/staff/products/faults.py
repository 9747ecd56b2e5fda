"""What is wrong in the values that a line of a file gives to a product."""

from collections.abc import Collection, Iterator

from shop.catalogue.product_rules import wrong_in_product
from shop.errors import N_, FieldError
from shop.staff.files.read import Line
from shop.staff.files.rows import Problem
from shop.staff.products.columns import Values
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
SHOWN = 60  # characters of a value in a message

MISSING = N_("A new product needs a name, a category and a price.")
NO_CATEGORY = N_("There is no category “%(text)s”, or more than one.")
NO_ANSWER = N_("Please enter yes or no for “on sale”, not “%(text)s”.")
NO_PICTURE = N_("There is no picture “%(text)s” in the zip file.")
TOO_LONG = N_("“%(text)s” is too long: at most %(max)s characters.")
NO_OPTION = N_("This product is not an option.")
NO_LABEL = N_("Each option needs a name of up to %(max)s characters.")


def faults_in(
    line: Line, values: Values, now: Values | None, pictures: Collection[str]
) -> Iterator[Problem]:
    """`now` are the product's stored values, None for a new one; `pictures` the file names in the
    zip file."""
    if now is None and any(name not in values for name in NEEDED):
        yield Problem(line.number, MISSING)
        return
    wrong = [*_wrong_in_cells(line, values, pictures), *_wrong_in_label(values, now)]
    for error in [*wrong_in_product(values), *wrong]:
        yield Problem(line.number, error.message, error.values)


def _wrong_in_label(values: Values, now: Values | None) -> Iterator[FieldError]:
    """Options are added on the page of their product; a file only renames them."""
    is_option = now and now["lead"]
    if not is_option and (values.get("label") or values.get("label_en")):
        yield FieldError("label", NO_OPTION)
    if is_option and values.get("label") == "":
        yield FieldError("label", NO_LABEL, {"max": LENGTHS["label"]})


def _wrong_in_cells(line: Line, values: Values, pictures: Collection[str]) -> Iterator[FieldError]:
    shown = {name: {"text": line.cells.get(name, "")[:SHOWN]} for name in values}
    for name, length in LENGTHS.items():
        if len(values.get(name, "")) > length:
            yield FieldError(name, TOO_LONG, {**shown[name], "max": length})
    if "category" in values and values["category"] is None:
        yield FieldError("category", NO_CATEGORY, shown["category"])
    if "active" in values and values["active"] is None:
        yield FieldError("active", NO_ANSWER, shown["active"])
    picture = values.get("picture")
    if picture and picture not in pictures and not NAME.fullmatch(picture):
        yield FieldError("picture", NO_PICTURE, shown["picture"])
