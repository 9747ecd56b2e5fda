"""What staff did, and sums that are kept."""

from shop.audit.proofs.proof import Proof

STAFF = (
    Proof(
        "staff-actions",
        "each movement of points or stock by staff is in their log",
        """
        SELECT (SELECT count(*) FROM point_entries WHERE actor IS NOT NULL)
             + (SELECT count(*) FROM stock_entries WHERE actor IS NOT NULL)
        """,
        # Both are written in one transaction, whose time is the same in both.
        """
        SELECT format('%s by user %s: not in the log', reference, actor) AS problem
        FROM (
            SELECT reference, actor, created_at, 'user:' || "user" AS subject
            FROM point_entries WHERE actor IS NOT NULL AND kind IN ('grant', 'adjust')
                AND reference NOT LIKE 'batch:%' AND reference NOT LIKE 'demo:%'
            UNION ALL
            SELECT reference, actor, created_at, 'product:' || product
            FROM stock_entries WHERE actor IS NOT NULL AND reference NOT LIKE 'demo:%'
        ) moved
        WHERE NOT EXISTS (
            SELECT FROM staff_actions a
            WHERE a.subject = moved.subject AND a.actor = moved.actor AND a.at = moved.created_at)
        UNION ALL
        SELECT format('batch:%s by user %s: not in the log', b.id, b.created_by)
        FROM point_batches b
        WHERE b.status <> 'draft' AND NOT EXISTS (
            SELECT FROM staff_actions a
            WHERE a.subject = 'batch:' || b.id AND a.actor = b.created_by
              AND a.action IN ('points.grant-many', 'points.take-back'))
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
        "closed-days",
        "the sums of each day are those of its orders and movements of points",
        "SELECT count(*) FROM closed_days",
        """
        SELECT format('%s (%s): orders %s, points %s', c.day, c.zone, c.orders, c.points)
               AS problem
        FROM closed_days c
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE status <> 'cancelled') AS orders,
                   count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
                   COALESCE(sum(total - refunded), 0) AS points
            FROM orders WHERE created_at >= c.begins_at AND created_at < c.summed_until
        ) o
        CROSS JOIN LATERAL (
            SELECT COALESCE(sum(amount), 0) AS moved,
                   COALESCE(sum(amount) FILTER (WHERE kind = 'spend'), 0) AS spent
            FROM point_entries WHERE created_at >= c.begins_at AND created_at < c.summed_until
        ) e
        CROSS JOIN LATERAL (
            SELECT COALESCE(sum(goods), 0) AS goods, COALESCE(sum(points), 0) AS points
            FROM closed_day_products WHERE closed_day = c.id
        ) p
        CROSS JOIN LATERAL (
            SELECT COALESCE(sum(l.quantity - l.cancelled - l.returned), 0) AS goods
            FROM orders o JOIN order_lines l ON l."order" = o.id AND o.status <> 'cancelled'
            WHERE o.created_at >= c.begins_at AND o.created_at < c.summed_until
        ) l
        WHERE (c.orders, c.cancelled, c.points, c.spent, c.goods, p.goods, p.points,
               c.granted + c.spent + c.refunded + c.corrected)
              <> (o.orders, o.cancelled, o.points, e.spent, l.goods, l.goods, o.points, e.moved)
          AND NOT EXISTS (
              SELECT FROM order_refunds r JOIN orders o ON o.id = r."order"
              WHERE NOT r.summed AND o.created_at >= c.begins_at AND o.created_at < c.summed_until)
        """,
    ),
)
