"""Likes and their copies."""

from shop.audit.proofs.proof import Proof
from shop.likes.repository import COPIED

LIKES = (
    Proof(
        "like-counters",
        "each like counter is the number of likes",
        "SELECT count(*) FROM like_counters",
        """
        SELECT format('product %s: counter %s, likes %s', id, counter, likes) AS problem
        FROM (
            SELECT p.id, COALESCE(c.like_count, 0) AS counter, COALESCE(l.likes, 0) AS likes
            FROM products p LEFT JOIN like_counters c ON c.product = p.id
            LEFT JOIN (SELECT product, count(*) AS likes FROM likes GROUP BY product) l
            ON l.product = p.id
        ) found WHERE counter <> likes
        """,
    ),
    Proof(
        "like-lists",
        "each product has a like counter, which stands in its lists",
        "SELECT count(*) FROM products",
        f"""
        SELECT format('product %s: ({COPIED}) is %s, in its counter %s', p.id, p.listed, c.listed)
            AS problem
        FROM (SELECT id, ROW({COPIED})::text AS listed FROM products) p LEFT JOIN
            (SELECT product, ROW({COPIED})::text AS listed FROM like_counters) c
        ON c.product = p.id WHERE c.listed IS DISTINCT FROM p.listed
        """,  # noqa: S608 - no input in it
    ),
)
