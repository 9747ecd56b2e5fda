"""How a search is run: by names or by full text, each as SQL on products."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from shop.products.facets import Facet
from shop.products.tables import WORDS
from shop.products.terms import Word
from shop.products.typos import Guess

FITS = " AND substring(t.text, {}) IS NOT NULL"
MAX_SCAN = 2_000
"""Products of a list that are tested at most before an index is asked."""


class SqlFragment(NamedTuple):
    """SQL with `{}` for each of its `args`."""

    sql: str
    args: list[object]


TRUE = SqlFragment("true", [])


class SearchStrategy(NamedTuple):
    """A search that can run in two ways: `row_predicate` is a condition on one product `p` that
    uses `p.id` only; `index_query` selects the ids of all matching products from an index, or is
    None if all products match. It pays to test the first `scan_limit` products of the list before
    the index is queried. `condition` must be true as well of what is found.
    """

    row_predicate: SqlFragment
    index_query: SqlFragment | None
    scan_limit: int
    condition: SqlFragment = TRUE

    def excluding(self, others: Sequence[SqlFragment]) -> "SearchStrategy":
        """The same search without the products that one of these predicates is true of."""
        if not others:
            return self
        not_found = (SqlFragment(f"{other.sql} IS NOT TRUE", other.args) for other in others)
        return self._replace(condition=all_of(not_found))

    def among(self, facet: Facet, slugs: Sequence[str]) -> "SearchStrategy":
        """The same search among the products with one of these values."""
        chosen = has_value(facet, slugs)
        if self.index_query is not None:
            return self._replace(condition=all_of([self.condition, chosen]))
        return SearchStrategy(
            chosen, with_value(facet, slugs), scan_limit=MAX_SCAN, condition=self.condition
        )


EVERYTHING = SearchStrategy(TRUE, index_query=None, scan_limit=0)


def all_of(predicates: Iterable[SqlFragment]) -> SqlFragment:
    """The condition that all predicates, one or more, are true."""
    sqls, args = zip(*predicates, strict=True)
    return SqlFragment(f"({' AND '.join(sqls)})", [*chain(*args)])


def by_names(words: Sequence[Word]) -> SearchStrategy:
    """All words in the names."""
    patterns: list[object] = [word.pattern for word in words]
    *others, last = words
    terms = [*last.terms, *(term for word in others for term in word.all_terms)]
    fits = FITS * len(words)
    return SearchStrategy(
        # No EXISTS: PostgreSQL might turn it into a join and test all rows before the limit.
        SqlFragment(f"(SELECT true{fits} FROM product_terms t WHERE t.product = p.id)", patterns),  # noqa: S608
        # One query an ending: an OR in one condition compares each row with each ending.
        SqlFragment(
            "SELECT t.product FROM unnest({}::text[]) AS ends CROSS JOIN product_terms t "  # noqa: S608
            f"WHERE t.terms @> array_append({{}}::text[], ends){fits}",
            [last.ends, terms, *patterns],
        ),
        scan_limit=MAX_SCAN,
    )


def by_guesses(words: Sequence[list[Guess]]) -> SearchStrategy:
    """For each word, one of its guesses in the names."""
    patterns: list[object] = ["|".join(guess.pattern for guess in one) for one in words]
    fits = FITS * len(words)
    has_terms = " AND ".join(
        f"({' OR '.join('t.terms @> {}::text[]' for _ in one)})" for one in words
    )
    terms: list[object] = [guess.terms for one in words for guess in one]
    return SearchStrategy(
        SqlFragment(f"(SELECT true{fits} FROM product_terms t WHERE t.product = p.id)", patterns),  # noqa: S608
        SqlFragment(
            f"SELECT t.product FROM product_terms t WHERE {has_terms}{fits}",  # noqa: S608
            [*terms, *patterns],
        ),
        scan_limit=200,
    )


def by_texts(words: Sequence[str]) -> SearchStrategy:
    """All words, normalised, at the beginning of words in the names and descriptions."""
    query: list[object] = [" & ".join(f"'{word}':*" for word in words)]  # no word holds quotes
    holds = f"{WORDS} @@ CAST({{}} AS tsquery)"
    return SearchStrategy(
        SqlFragment(f"(SELECT {holds} FROM product_terms WHERE product = p.id)", query),  # noqa: S608
        SqlFragment(f"SELECT product FROM product_terms WHERE {holds}", query),  # noqa: S608
        scan_limit=200,
    )


def has_value(facet: Facet, slugs: Sequence[str]) -> SqlFragment:
    """The condition that a product has one of these values."""
    return SqlFragment(
        f"(SELECT {facet.name} = ANY(ARRAY({_ids(facet)})) FROM products WHERE id = p.id)",  # noqa: S608
        [list(slugs)],
    )


def with_value(facet: Facet, slugs: Sequence[str]) -> SqlFragment:
    """Selects the ids of the products that have one of these values."""
    return SqlFragment(
        f"SELECT id FROM products WHERE {facet.name} = ANY(ARRAY({_ids(facet)}))",  # noqa: S608
        [list(slugs)],
    )


def _ids(facet: Facet) -> str:
    return f"SELECT id FROM {facet.tablename} WHERE slug = ANY({{}}::text[])"  # noqa: S608
