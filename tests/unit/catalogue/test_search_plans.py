"""A search that matches few products uses the index, whatever PostgreSQL estimates."""

from itertools import chain

import pytest
from piccolo.querystring import QueryString

from shop.catalogue.lists import SORT_ORDERS, ListQuery, Sort
from shop.catalogue.search import SqlFragment
from shop.catalogue.stages import stages_of
from shop.database import DB
from shop.products.tables import WORDS
from shop.products.terms import findable
from tests.cast import Cast, make_category
from tests.unit.proofs.plans import MODES, explained

MANY = 20_000
ADD_PRODUCTS = """
    INSERT INTO products (category, name, name_en, description, description_en, price)
    SELECT $1, name, '', '튼튼한 상품', '', 100 + number
    FROM unnest($2::text[]) WITH ORDINALITY AS made (name, number) RETURNING id
"""
ADD_COUNTERS = """
    INSERT INTO like_counters (product, like_count, category, listed)
    SELECT id, id % 1000, category, listed FROM products WHERE id = ANY($1)
"""
ADD_TERMS = """
    INSERT INTO product_terms (product, version, source, text, terms, words)
    VALUES ($1, $2, $3, $4, $5, $6)
"""


async def fill_the_shelves() -> None:
    names = [f"상품 {number}" for number in range(MANY)]
    names[7] = "무선 충전기"
    connection = DB.current_transaction.get().connection
    rows = await connection.fetch(ADD_PRODUCTS, await make_category(), names)
    ids = [row["id"] for row in rows]
    await connection.execute(ADD_COUNTERS, ids)
    terms = [
        (id_, *findable(name, "", "튼튼한 상품")) for id_, name in zip(ids, names, strict=True)
    ]
    await connection.executemany(ADD_TERMS, terms)
    await connection.execute("ANALYZE products, product_terms, like_counters")


async def plans_of(part: SqlFragment) -> list[str]:
    """Planned for its arguments, and for any."""
    sql, args = QueryString(part.sql, *part.args).compile_string()
    opened = DB.current_transaction.get()
    assert opened is not None
    return [await explained(opened.connection, sql, args, mode) for mode in MODES]


@pytest.mark.slow
async def test_a_rare_word_is_looked_up_in_the_index(cast: Cast) -> None:
    await fill_the_shelves()
    for words in ("충전기", "ㅊㅈㄱ", "뭇", "쉐", "튼튼한 충전기"):
        for sort in SORT_ORDERS:
            for source in chain(*stages_of(words, [], "", sort)):
                keys = len(SORT_ORDERS[sort].keys)
                for after in (None, [0] * keys, [10**9] * keys):
                    await check(ListQuery(None, sort, after), source.strategy.index_query)


async def check(query: ListQuery, held: SqlFragment | None) -> None:
    assert held
    index = "product_terms_words" if WORDS in held.sql else "product_terms_held"
    for plan in await plans_of(query.select(25, held)):
        assert f"Bitmap Index Scan on {index}" in plan, plan
        assert "Seq Scan" not in plan, plan
        for walked in ("products_by_price", "like_counters_most"):
            assert walked not in plan, plan


@pytest.mark.slow
@pytest.mark.parametrize("sort", list(SORT_ORDERS))
async def test_a_common_word_is_scanned_for_near_the_beginning(cast: Cast, sort: Sort) -> None:
    await fill_the_shelves()
    [[source], *_] = stages_of("상품", [], "", "newest")
    strategy = source.strategy
    for plan in await plans_of(
        ListQuery(None, sort, None).scan(strategy.row_predicate, strategy.scan_limit, 1)
    ):
        assert "Index Scan" in plan or "Index Only Scan" in plan, plan
        assert "Sort" not in plan, plan
        assert "Seq Scan" not in plan, plan
