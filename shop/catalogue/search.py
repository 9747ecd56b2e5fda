"""How a search may be read, and each reading as a condition on products."""

from collections.abc import Sequence
from typing import NamedTuple

from shop.products.tables import PROSE
from shop.products.terms import Word, as_typed, half_typed, words_of

MAX_WORDS = 5

# `substring` where `~` would do: PostgreSQL would guess how many match, and multiply its guess with
# the good one that it has for the terms.
MATCHES = " AND substring(t.text, {}) IS NOT NULL"


class Reading(NamedTuple):
    """A condition on the product `p`, with `{}` for each of `args`."""

    condition: str
    args: list[object]


EVERYTHING = Reading("TRUE", [])


def readings_of(text: str) -> list[Reading]:
    """The readings of a search, the likeliest first; a later one counts where those before it find
    nothing: in the names; by how words begin in the descriptions; half typed, in the names."""
    words = words_of(text, MAX_WORDS)
    if not words:
        return [EVERYTHING]
    *others, last = words
    readings = [_by_names([as_typed(word) for word in words]), _by_prose(words)]
    if rest := half_typed(last):
        readings.append(_by_names([*map(as_typed, others), rest]))
    return readings


def _by_names(words: Sequence[Word]) -> Reading:
    terms = [term for word in words for term in word.terms]
    patterns = [word.pattern for word in words]
    held = "p.id IN (SELECT t.product FROM product_terms t WHERE t.terms @> {}"
    return Reading(f"{held}{MATCHES * len(words)})", [terms, *patterns])


def _by_prose(words: Sequence[str]) -> Reading:
    query = " & ".join(f"'{word}':*" for word in words)  # a normalised word holds no quotes
    held = f"SELECT id FROM products WHERE {PROSE} @@ to_tsquery('simple', {{}})"  # noqa: S608
    return Reading(f"p.id IN ({held})", [query])
