"""Orders: lines, payments, refunds, recipients, shipments."""

from shop.audit.proofs.proof import Proof

ORDERS = (
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
        "limits",
        "no buyer has more of a product with a limit than its limit at each purchase",
        "SELECT count(*) FROM limited_purchases",
        # Line ids are in the order of the purchases: they are given under the lock of the stock.
        """
        SELECT format('order %s, product %s: user %s bought %s, recorded %s, limit %s', "order",
                      product, "user", items, bought, person_limit) AS problem
        FROM (
            SELECT o."user", l."order", l.product, w.bought, w.person_limit, (
                SELECT sum(had.quantity - had.cancelled - had.returned)
                FROM orders p JOIN order_lines had
                ON had."order" = p.id AND had.product = l.product AND had.id <= l.id
                WHERE p."user" = o."user" AND p.created_at > COALESCE(
                    o.created_at - w.limit_days * interval '1 day', '-infinity')) AS items
            FROM limited_purchases w JOIN order_lines l ON l.id = w.line
            JOIN orders o ON o.id = l."order"
        ) found
        WHERE items > bought OR bought > person_limit
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
        "each order was paid once, and as much was paid back as its lines gave back",
        "SELECT count(*) FROM orders",
        """
        SELECT format('order %s (%s, total %s): spent %s, refunded %s, recorded %s, lines %s', id,
                      status, total, spent, refunded, recorded, lines) AS problem
        FROM (
            SELECT o.id, o.status, o.total, o.refunded AS recorded,
                   (SELECT COALESCE(sum(e.amount), 0) FROM point_entries e
                    WHERE e.kind = 'spend' AND e.reference = 'order:' || o.id
                      AND e."user" = o."user") AS spent,
                   (SELECT COALESCE(sum(e.amount), 0) FROM order_refunds r JOIN point_entries e
                    ON e.kind = 'refund' AND e.reference = 'order:' || o.id || ':' || r.id
                      AND e."user" = o."user" AND e.amount = r.amount
                    WHERE r."order" = o.id) AS refunded,
                   (SELECT COALESCE(sum((l.cancelled + l.returned) * l.unit_price), 0)
                    FROM order_lines l WHERE l."order" = o.id) AS lines
            FROM orders o
        ) found
        WHERE spent <> -total OR refunded <> recorded OR lines <> recorded OR refunded > total
           OR (status = 'cancelled' AND refunded <> total)
        """,
    ),
    Proof(
        "refunds",
        "each refund is the price of its items, and all refunds of a line are what it gave back",
        "SELECT count(*) FROM order_refunds",
        """
        SELECT format('refund %s of order %s: %s points, items %s', r.id, r."order", r.amount,
                      COALESCE(sum(i.quantity * l.unit_price), 0)) AS problem
        FROM order_refunds r LEFT JOIN order_refund_lines i ON i.refund = r.id
        LEFT JOIN order_lines l ON l."order" = r."order" AND l.product = i.product
        GROUP BY r.id HAVING COALESCE(sum(i.quantity * l.unit_price), 0) <> r.amount
        UNION ALL
        SELECT format('order %s, product %s: cancelled %s, returned %s, refunds for %s and %s',
                      l."order", l.product, l.cancelled, l.returned,
                      COALESCE(sum(i.quantity) FILTER (WHERE r.kind = 'cancel'), 0),
                      COALESCE(sum(i.quantity) FILTER (WHERE r.kind = 'return'), 0))
        FROM order_lines l LEFT JOIN order_refunds r ON r."order" = l."order"
        LEFT JOIN order_refund_lines i ON i.refund = r.id AND i.product = l.product
        GROUP BY l.id
        HAVING l.cancelled <> COALESCE(sum(i.quantity) FILTER (WHERE r.kind = 'cancel'), 0)
            OR l.returned <> COALESCE(sum(i.quantity) FILTER (WHERE r.kind = 'return'), 0)
        """,
    ),
    Proof(
        "shipments",
        "an order has parcels that have left if and only if it was shipped",
        "SELECT count(*) FROM orders",
        """
        SELECT format('order %s (%s): %s shipments, %s parcels to send', id, status, shipments,
                      parcels) AS problem
        FROM (
            SELECT o.id, o.status, o.shipped_at,
                   (SELECT count(*) FROM shipments s WHERE s."order" = o.id) AS shipments,
                   (SELECT count(*) FROM order_lines l
                    WHERE l."order" = o.id AND l.delivery = 'parcel'
                      AND l.quantity > l.cancelled) AS parcels
            FROM orders o
        ) found
        WHERE (shipped_at IS NOT NULL) <> (shipments > 0) OR (shipments > 0 AND parcels = 0)
           OR (status = 'fulfilled' AND parcels > 0 AND shipments = 0)
        """,
    ),
)
