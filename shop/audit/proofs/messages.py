"""Messages to the external system."""

from shop.audit.proofs.proof import Proof

MESSAGES = (
    Proof(
        "order-messages",
        "each order has its message, one for each parcel that left and each refund, and of its end",
        "SELECT count(*) FROM orders",
        """
        SELECT format('order %s (%s): created %s, cancelled %s, shipped %s, fulfilled %s', id,
                      status, created, cancelled, shipped, fulfilled) AS problem
        FROM (
            SELECT o.id, o.status,
                   count(*) FILTER (WHERE m.type = 'order.created') AS created,
                   count(*) FILTER (WHERE m.type = 'order.cancelled') AS cancelled,
                   count(*) FILTER (WHERE m.type = 'order.shipped') AS shipped,
                   count(*) FILTER (WHERE m.type = 'order.fulfilled') AS fulfilled,
                   count(*) FILTER (WHERE m.type = 'order.refunded') AS refunded,
                   (SELECT count(*) FROM order_refunds r WHERE r."order" = o.id) AS refunds,
                   (SELECT count(*) FROM shipments s WHERE s."order" = o.id) AS shipments
            FROM orders o LEFT JOIN outbox_messages m ON m.subject = 'order:' || o.id
            GROUP BY o.id
        ) found
        WHERE created <> 1 OR shipped <> shipments
           OR cancelled <> CASE status WHEN 'cancelled' THEN 1 ELSE 0 END
           OR refunded <> refunds - CASE status WHEN 'cancelled' THEN 1 ELSE 0 END
           OR (status = 'fulfilled' AND fulfilled = 0)
        """,
    ),
    Proof(
        "message-order",
        "no message about an order was accepted before an earlier one",
        "SELECT count(*) FROM outbox_messages WHERE type <> 'order.created'",
        """
        SELECT format('%s: %s at %s, %s at %s', c.subject, c.type, c.sent_at, m.type, m.sent_at)
               AS problem
        FROM outbox_messages c JOIN outbox_messages m ON m.subject = c.subject AND m.id < c.id
        WHERE c.sent_at IS NOT NULL AND (m.sent_at IS NULL OR m.sent_at > c.sent_at)
        """,
    ),
)
