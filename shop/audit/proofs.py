"""The invariants of the books, each as a query for its exceptions.

`checked` counts what was looked at; `wrong` finds every exception and says what is wrong with it,
in a column `problem`.
"""

from typing import NamedTuple

from shop.products.terms import VERSION


class Proof(NamedTuple):
    name: str
    claim: str
    checked: str
    wrong: str


class Finding(NamedTuple):
    """The result of one proof: `wrong` exceptions among `checked`, and the first of them."""

    proof: Proof
    checked: int
    wrong: int
    problems: list[str]


PROOFS = (
    Proof(
        "balances",
        "each balance is the sum of its entries",
        "SELECT count(*) FROM point_balances",
        """
        SELECT format('user %s: balance %s, entries sum to %s', id, balance, entries) AS problem
        FROM (
            SELECT u.id, COALESCE(b.balance, 0) AS balance,
                   COALESCE((SELECT sum(e.amount) FROM point_entries e WHERE e."user" = u.id), 0)
                   AS entries
            FROM users u LEFT JOIN point_balances b ON b."user" = u.id
        ) found WHERE balance <> entries
        """,
    ),
    Proof(
        "balance-chain",
        "each entry's balance follows from the one before",
        "SELECT count(*) FROM point_entries",
        """
        SELECT format('entry %s of user %s: %s %s is not %s', id, "user", before, amount,
                      balance_after) AS problem
        FROM (
            SELECT id, "user", amount, balance_after, COALESCE(
                lag(balance_after) OVER (PARTITION BY "user" ORDER BY id), 0) AS before
            FROM point_entries
        ) found WHERE before + amount <> balance_after
        """,
    ),
    Proof(
        "stock",
        "items received = on hand + sold - returned",
        "SELECT count(*) FROM products",
        """
        SELECT format('product %s: received %s, on hand %s, sold %s, returned %s', id, received,
                      on_hand, sold, returned) AS problem
        FROM (
            SELECT p.id,
                   (SELECT s.quantity FROM stocks s WHERE s.product = p.id) AS on_hand,
                   COALESCE((SELECT sum(e.amount) FROM stock_entries e WHERE e.product = p.id), 0)
                   AS received,
                   COALESCE(l.sold, 0) AS sold, COALESCE(l.returned, 0) AS returned
            FROM products p LEFT JOIN (
                SELECT l.product, sum(l.quantity) AS sold,
                       sum(l.quantity) FILTER (WHERE o.status = 'cancelled') AS returned
                FROM order_lines l JOIN orders o ON o.id = l."order" GROUP BY l.product
            ) l ON l.product = p.id
        ) found WHERE received IS DISTINCT FROM on_hand + sold - returned
        """,
    ),
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
        """
        SELECT format('product %s (category %s, active %s): counter in category %s, active %s',
                      p.id, p.category, p.active, c.category, c.active) AS problem
        FROM products p LEFT JOIN like_counters c ON c.product = p.id
        WHERE (c.category, c.active) IS DISTINCT FROM (p.category, p.active)
        """,
    ),
    Proof(
        "order-lines",
        "each order has lines, and they sum to its total",
        "SELECT count(*) FROM orders",
        """
        SELECT format('order %s: total %s, lines sum to %s', id, total, lines) AS problem
        FROM (
            SELECT o.id, o.total, COALESCE(sum(l.quantity * l.unit_price), 0) AS lines
            FROM orders o LEFT JOIN order_lines l ON l."order" = o.id GROUP BY o.id
        ) found WHERE total <> lines
        """,
    ),
    Proof(
        "recipients",
        "each order with a parcel has a recipient, until it is erased after the order is closed",
        "SELECT count(*) FROM orders",
        """
        SELECT format('order %s (%s): %s', id, status, CASE
                   WHEN NOT recorded AND parcel THEN 'no recipient'
                   WHEN recorded AND NOT parcel THEN 'a recipient without a parcel'
                   ELSE 'its recipient would never be erased' END) AS problem
        FROM (
            SELECT o.id, o.status, o.closed_at, r."order" IS NOT NULL AS recorded,
                   r."order" IS NOT NULL AND r.erased_at IS NULL AS kept,
                   EXISTS (SELECT FROM order_lines l
                           WHERE l."order" = o.id AND l.delivery = 'parcel') AS parcel
            FROM orders o LEFT JOIN order_recipients r ON r."order" = o.id
        ) found
        WHERE recorded <> parcel
           OR (kept AND closed_at IS NULL AND status IN ('fulfilled', 'cancelled'))
        """,
    ),
    Proof(
        "order-payments",
        "each order was paid once, and paid back once where it was cancelled",
        "SELECT count(*) FROM orders",
        """
        SELECT format('order %s (%s, total %s): spent %s, refunded %s', id, status, total, spent,
                      refunded) AS problem
        FROM (
            SELECT o.id, o.status, o.total,
                   COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'spend'), 0) AS spent,
                   COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'refund'), 0) AS refunded
            FROM orders o LEFT JOIN point_entries e
            ON e.reference = 'order:' || o.id AND e."user" = o."user"
            GROUP BY o.id
        ) found
        WHERE spent <> -total
           OR refunded <> CASE status WHEN 'cancelled' THEN total ELSE 0 END
        """,
    ),
    Proof(
        "order-messages",
        "each order has its message, and a second one where it was cancelled",
        "SELECT count(*) FROM orders",
        """
        SELECT format('order %s (%s): created %s, cancelled %s', id, status, created, cancelled)
               AS problem
        FROM (
            SELECT o.id, o.status,
                   count(*) FILTER (WHERE m.type = 'order.created') AS created,
                   count(*) FILTER (WHERE m.type = 'order.cancelled') AS cancelled
            FROM orders o LEFT JOIN outbox_messages m ON m.subject = 'order:' || o.id
            GROUP BY o.id
        ) found
        WHERE created <> 1 OR cancelled <> CASE status WHEN 'cancelled' THEN 1 ELSE 0 END
        """,
    ),
    Proof(
        "message-order",
        "no cancellation was accepted before its order was",
        "SELECT count(*) FROM outbox_messages WHERE type = 'order.cancelled'",
        """
        SELECT format('%s: cancelled at %s, created at %s', c.subject, c.sent_at, m.sent_at)
               AS problem
        FROM outbox_messages c JOIN outbox_messages m
        ON m.subject = c.subject AND m.type = 'order.created'
        WHERE c.type = 'order.cancelled' AND c.sent_at IS NOT NULL
          AND (m.sent_at IS NULL OR m.sent_at > c.sent_at)
        """,
    ),
    Proof(
        "references",
        "no entry and no message refers to an order that is not there",
        """
        SELECT (SELECT count(*) FROM point_entries) + (SELECT count(*) FROM outbox_messages)
        """,
        """
        SELECT format('%s refers to %s', what, reference) AS problem
        FROM (
            SELECT 'point entry ' || id AS what, reference FROM point_entries
            WHERE reference LIKE 'order:%' OR kind IN ('spend', 'refund')
            UNION ALL
            SELECT 'message ' || message_id, subject FROM outbox_messages
        ) found
        WHERE NOT EXISTS (SELECT FROM orders o WHERE 'order:' || o.id = found.reference)
        """,
    ),
    Proof(
        "idempotency-keys",
        "each key stands for one order, of its own user, and no order has two",
        "SELECT count(*) FROM idempotency_keys",
        """
        SELECT format('key %s of user %s: order %s', k.id, k."user", COALESCE(k."order", 0))
               AS problem
        FROM idempotency_keys k LEFT JOIN orders o ON o.id = k."order" AND o."user" = k."user"
        WHERE o.id IS NULL OR EXISTS (
            SELECT FROM idempotency_keys twin WHERE twin."order" = k."order" AND twin.id <> k.id)
        """,
    ),
    Proof(
        "staff-forms",
        "each form of staff moved points or stock once, for the one who sent it",
        """
        SELECT (SELECT count(*) FROM point_entries WHERE actor IS NOT NULL)
             + (SELECT count(*) FROM stock_entries WHERE actor IS NOT NULL)
        """,
        """
        SELECT format('%s by user %s: %s movements', COALESCE(reference, 'no form'),
                      min(moved.actor), count(*)) AS problem
        FROM (
            SELECT reference, actor FROM point_entries WHERE actor IS NOT NULL
            UNION ALL SELECT reference, actor FROM stock_entries WHERE actor IS NOT NULL
        ) moved LEFT JOIN form_keys k ON 'staff:' || k.key = moved.reference
        GROUP BY reference
        HAVING count(*) > 1 OR reference IS NULL OR bool_or(k.actor <> moved.actor)
        """,
    ),
    Proof(
        "point-batches",
        "the entries of each batch of points are what its lines say, and sum to its total",
        "SELECT count(*) FROM point_batches WHERE status IN ('running', 'done')",
        """
        SELECT format('batch %s (%s): total %s, moved %s, lines %s, entries %s', id, status, total,
                      moved, lines, entries) AS problem
        FROM (
            SELECT b.id, b.status, b.total, b.moved, b.reverses,
                   COALESCE(sum(l.moved), 0) AS lines, COALESCE(sum(abs(e.amount)), 0) AS entries,
                   count(*) FILTER (WHERE l.moved IS NULL) AS open_lines,
                   count(*) FILTER (WHERE COALESCE(abs(e.amount), 0) <> COALESCE(l.moved, 0))
                   AS different
            FROM point_batches b JOIN point_batch_lines l ON l.batch = b.id
            LEFT JOIN point_entries e
            ON e.reference = 'batch:' || b.id || ':' || l."user" AND e."user" = l."user"
            GROUP BY b.id
        ) found
        WHERE moved <> lines OR lines <> entries OR different > 0
           OR status IN ('draft', 'waiting') AND entries > 0
           OR status = 'done' AND (open_lines > 0 OR reverses IS NULL AND moved <> total)
        UNION ALL
        SELECT format('entry %s refers to %s', e.id, e.reference) FROM point_entries e
        WHERE e.reference LIKE 'batch:%' AND NOT EXISTS (
            SELECT FROM point_batch_lines l
            WHERE 'batch:' || l.batch || ':' || l."user" = e.reference)
        """,
    ),
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
                  E'\\n', p.name, p.name_en, p.description, p.description_en), 'UTF8')), 'hex')
        """,  # noqa: S608
    ),
)
