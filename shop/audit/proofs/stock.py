"""Stock, and the codes that are stock."""

from shop.audit.proofs.proof import Proof

STOCK = (
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
                       (SELECT sum(r.restocked) FROM order_refund_lines r
                        WHERE r.product = l.product) AS returned
                FROM order_lines l GROUP BY l.product
            ) l ON l.product = p.id
        ) found WHERE received IS DISTINCT FROM on_hand + sold - returned
        """,
    ),
    Proof(
        "codes-on-hand",
        "each product that is sold as codes has as many free codes as items on hand",
        "SELECT count(*) FROM codes",
        """
        SELECT format('product %s (%s): free codes %s, on hand %s', id, delivery, free, on_hand)
               AS problem
        FROM (
            SELECT p.id, p.delivery, s.quantity AS on_hand, COALESCE(c.free, 0) AS free
            FROM products p LEFT JOIN stocks s ON s.product = p.id LEFT JOIN (
                SELECT product, count(*) AS free FROM codes
                WHERE "order" IS NULL AND voided_at IS NULL GROUP BY product
            ) c ON c.product = p.id
        ) found
        WHERE free IS DISTINCT FROM CASE delivery WHEN 'code' THEN on_hand ELSE 0 END
        """,
    ),
    Proof(
        "codes-sold",
        "each line of codes has as many codes as items that were not given back, and each sold"
        " code has one line",
        "SELECT count(*) FROM order_lines WHERE delivery = 'code'",
        """
        SELECT format('order %s (%s), product %s: %s items, %s codes', id, status, product,
                      remaining, codes) AS problem
        FROM (
            SELECT o.id, o.status, l.product, l.quantity - l.cancelled - l.returned AS remaining,
                   count(c.id) AS codes
            FROM order_lines l JOIN orders o ON o.id = l."order" LEFT JOIN codes c
            ON c."order" = l."order" AND c.product = l.product AND c.voided_at IS NULL
            WHERE l.delivery = 'code' GROUP BY o.id, l.id
        ) found
        WHERE codes <> remaining
        UNION ALL
        SELECT format('code %s: order %s has no line for it', c.id, c."order")
        FROM codes c WHERE c."order" IS NOT NULL AND NOT EXISTS (
            SELECT FROM order_lines l
            WHERE l."order" = c."order" AND l.product = c.product AND l.delivery = 'code')
        """,
    ),
)
