"""How a search may be read, and each reading as a condition on products."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from shop.products.tables import WORDS
from shop.products.terms import Word

FITS = " AND substring(t.text, {}) IS NOT NULL"


class Part(NamedTuple):
    """SQL with `{}` for each of its `args`."""

    sql: str
    args: list[object]


TRUE = Part("true", [])


class Reading(NamedTuple):
    """A search, which can be asked in two ways: `check` is a condition on one product `p`, which it
    knows by `p.id` alone; `held` the ids of all products that the index knows. It pays to check up
    to the first `near` products of the list before the index is asked. Without `held` all products
    fit. Of what fits, only those are found for which `but` is true as well.
    """

    check: Part
    held: Part | None
    near: int
    but: Part = TRUE

    def without(self, others: Sequence[Part]) -> "Reading":
        """What these checks do not find."""
        if not others:
            return self
        not_found = (Part(f"{other.sql} IS NOT TRUE", other.args) for other in others)
        return self._replace(but=all_of(not_found))


EVERYTHING = Reading(TRUE, held=None, near=0)


def all_of(checks: Iterable[Part]) -> Part:
    """The condition that each of one or more checks is true."""
    sqls, args = zip(*checks, strict=True)
    return Part(f"({' AND '.join(sqls)})", [*chain(*args)])


def by_names(words: Sequence[Word]) -> Reading:
    """All words in the names."""
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


def by_texts(words: Sequence[str]) -> Reading:
    """All words, normalised, at the beginning of words in the names and descriptions."""
    asked: list[object] = [" & ".join(f"'{word}':*" for word in words)]  # no word holds quotes
    holds = f"{WORDS} @@ CAST({{}} AS tsquery)"
    return Reading(
        Part(f"(SELECT {holds} FROM product_terms WHERE product = p.id)", asked),  # noqa: S608
        Part(f"SELECT product FROM product_terms WHERE {holds}", asked),  # noqa: S608
        near=200,
    )


def in_categories(slugs: Sequence[str]) -> Part:
    """The condition that a product is in one of these categories."""
    return Part(
        "(SELECT category = ANY(ARRAY(SELECT id FROM categories WHERE slug = ANY({}::text[]))) "
        "FROM products WHERE id = p.id)",
        [list(slugs)],
    )
