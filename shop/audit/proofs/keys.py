"""References and keys, which make a request count once."""

from shop.audit.proofs.proof import Proof

KEYS = (
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
            AND NOT EXISTS (
                SELECT FROM order_refunds r
                WHERE 'order:' || r."order" || ':' || r.id = found.reference)
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
)
