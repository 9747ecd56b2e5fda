"""How a search is run: by names or by full text, each as SQL on products."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from shop.products.tables import WORDS
from shop.products.terms import Word

FITS = " AND substring(t.text, {}) IS NOT NULL"


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
        scan_limit=2_000,
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


def in_categories(slugs: Sequence[str]) -> SqlFragment:
    """The condition that a product is in one of these categories."""
    return SqlFragment(
        "(SELECT category = ANY(ARRAY(SELECT id FROM categories WHERE slug = ANY({}::text[]))) "
        "FROM products WHERE id = p.id)",
        [list(slugs)],
    )
