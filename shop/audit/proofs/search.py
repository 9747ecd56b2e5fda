"""The terms of the search."""

from shop.audit.proofs.proof import Proof
from shop.products.term_repository import LABELS
from shop.products.terms import VERSION

SEARCH = (
    Proof(
        "search",
        "each product is found by the texts that it has, as today's rules have it",
        "SELECT count(*) FROM products",
        f"""
        SELECT format('product %s: %s', p.id, CASE
                   WHEN t.product IS NULL THEN 'no search finds it'
                   WHEN t.version <> {VERSION} THEN 'its terms are of version ' || t.version
                   ELSE 'its terms are of other texts' END) AS problem
        FROM products p LEFT JOIN product_terms t ON t.product = p.id
        WHERE t.version IS DISTINCT FROM {VERSION}
           OR t.source IS DISTINCT FROM encode(sha256(convert_to(concat_ws(
                  E'\\n', p.name, p.name_en, p.description, p.description_en, {LABELS}),
                  'UTF8')), 'hex')
        """,  # noqa: S608
    ),
)
