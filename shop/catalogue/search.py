"""How a search may be read, and each reading as a condition on products."""

from collections.abc import Sequence
from typing import NamedTuple

from shop.products.tables import PROSE
from shop.products.terms import Word, as_typed, half_typed, words_of

MAX_WORDS = 5

FITS = " AND substring(t.text, {}) IS NOT NULL"


class Part(NamedTuple):
    """SQL with `{}` for each of its `args`."""

    sql: str
    args: list[object]


class Reading(NamedTuple):
    """A search, which can be asked in two ways: `check` is a condition on one product `p`, `held`
    the ids of all products that the index knows. It pays to check up to the first `near` products
    of the list before the index is asked."""

    check: Part
    held: Part
    near: int


def readings_of(text: str) -> list[Reading]:
    """The readings of a search, the likeliest first: each is for when those before find nothing.

    In the names; by how words begin in all texts; half typed, in the names. Empty without words.
    """
    words = words_of(text, MAX_WORDS)
    if not words:
        return []
    *others, last = words
    readings = [_by_names([as_typed(word) for word in words]), _by_prose(words)]
    if rest := half_typed(last):
        readings.append(_by_names([*map(as_typed, others), rest]))
    return readings


def _by_names(words: Sequence[Word]) -> Reading:
    patterns: list[object] = [word.pattern for word in words]
    *others, last = words
    terms = [*last.terms, *(term for word in others for term in word.all_terms)]
    fits = FITS * len(words)
    return Reading(
        # No EXISTS: PostgreSQL might make a join of it, and check all before it counts any.
        Part(f"(SELECT true{fits} FROM product_terms t WHERE t.product = p.id)", patterns),  # noqa: S608
        # End by end: for "one of them" in one condition PostgreSQL compares each with each.
        Part(
            "SELECT t.product FROM unnest({}::text[]) AS ends CROSS JOIN product_terms t "  # noqa: S608
            f"WHERE t.terms @> array_append({{}}::text[], ends){fits}",
            [last.ends, terms, *patterns],
        ),
        near=2_000,
    )


def _by_prose(words: Sequence[str]) -> Reading:
    asked: list[object] = [" & ".join(f"'{word}':*" for word in words)]  # no word holds quotes
    holds = f"{PROSE} @@ to_tsquery('simple', {{}})"
    return Reading(
        Part(f"(SELECT {holds} FROM products WHERE id = p.id)", asked),  # noqa: S608
        Part(f"SELECT id FROM products WHERE {holds}", asked),  # noqa: S608
        near=200,
    )
