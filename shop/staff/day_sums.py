"""How reports read days: from the sums that are stored, and the rest from orders and entries.

`DAYS` begins a statement; its arguments are the zone, the first and the last day, and days between
them to leave out. After it come the sums that the statement needs: `SALES_OF_DAYS`,
`MOVED_OF_DAYS`, `SOLD_OF_DAYS`.
"""

# What orders `o`, their lines and entries `e` of a time sum up to. Lines are found by an array of
# numbers, which PostgreSQL looks up in one pass.
SOLD_LINES = """
    FROM order_lines l WHERE l."order" = ANY(ARRAY(
        SELECT o.id FROM orders o
        WHERE o.created_at >= d.begins_at AND o.created_at < d.ends_at AND o.status <> 'cancelled'))
"""
SALES = f"""
    SELECT o.orders, l.goods, o.points, o.cancelled
    FROM (
        SELECT count(*) FILTER (WHERE o.status <> 'cancelled') AS orders,
            COALESCE(sum(o.total - o.refunded), 0)::bigint AS points,
            count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled
        FROM orders o WHERE o.created_at >= d.begins_at AND o.created_at < d.ends_at) o,
        (SELECT COALESCE(sum(l.quantity - l.cancelled - l.returned), 0)::bigint AS goods
            {SOLD_LINES}) l
"""  # noqa: S608 - no input in it
MOVED = """
    SELECT COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'grant'), 0)::bigint AS granted,
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'spend'), 0)::bigint AS spent,
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'refund'), 0)::bigint AS refunded,
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'adjust'), 0)::bigint AS corrected
    FROM point_entries e WHERE e.created_at >= d.begins_at AND e.created_at < d.ends_at
"""
SOLD = f"""
    SELECT l.product, count(*) AS orders,
        sum(l.quantity - l.cancelled - l.returned)::bigint AS goods,
        sum((l.quantity - l.cancelled - l.returned) * l.unit_price)::bigint AS points
    {SOLD_LINES} GROUP BY l.product
"""
"""Each is of a time `d`, from `begins_at` on, before `ends_at`."""

DAYS = """
    WITH given (zone, first, last, skipped) AS (
        VALUES ({}::text, {}::date, {}::date, {}::date[])
    ),
    kept AS (
        SELECT c.*, c.summed_until = c.ends_at AS is_closed,
            c.xmin::text || c.ctid::text AS version
        FROM given, closed_days c
        WHERE c.zone = given.zone AND c.day BETWEEN first AND last
            AND c.day NOT IN (SELECT unnest(skipped) FROM given)
    ),
    live AS (
        SELECT day, COALESCE(k.summed_until, day::timestamp AT TIME ZONE given.zone) AS begins_at,
            (day + interval '1 day') AT TIME ZONE given.zone AS ends_at
        FROM given, unnest(ARRAY(
            SELECT d::date
            FROM given, generate_series(first::timestamp, last::timestamp, interval '1 day') d
            WHERE d::date NOT IN (
                SELECT k.day FROM kept k WHERE k.is_closed
                UNION ALL SELECT unnest(skipped) FROM given))) day
        LEFT JOIN kept k USING (day)
    ),
    given_back AS (
        SELECT k.day, l."order", l.product, o.status = 'cancelled' AS is_cancelled,
            COALESCE(r.goods, 0) AS goods, COALESCE(r.goods, 0) * l.unit_price AS points
        FROM (SELECT DISTINCT "order" FROM order_refunds WHERE NOT summed) u
        JOIN orders o ON o.id = u."order"
        JOIN kept k ON o.created_at >= k.begins_at AND o.created_at < k.summed_until
        JOIN order_lines l ON l."order" = o.id
        LEFT JOIN (
            SELECT r."order", i.product, sum(i.quantity) AS goods
            FROM order_refunds r JOIN order_refund_lines i ON i.refund = r.id
            WHERE NOT r.summed GROUP BY 1, 2
        ) r ON r."order" = l."order" AND r.product = l.product
    )
"""
"""Of each day, `kept` has the sums of what was placed before `summed_until`, `live` the time from
then on, to be summed from its rows. `given_back` are the lines of orders in `kept` of which
something was given back since: to be subtracted. `version` is PostgreSQL's own of the row: another
one after each time it is summed. `live` is an array, because of a series PostgreSQL does not know
that it is short."""

SALES_OF_DAYS = f"""
    , sales AS (
        SELECT day, orders, goods, points, cancelled FROM kept
        UNION ALL
        SELECT d.day, s.* FROM live d CROSS JOIN LATERAL ({SALES}) s
        UNION ALL
        SELECT day, -count(DISTINCT "order") FILTER (WHERE is_cancelled), -sum(goods)::bigint,
            -sum(points)::bigint, count(DISTINCT "order") FILTER (WHERE is_cancelled)
        FROM given_back GROUP BY day
    )
"""  # noqa: S608 - no input in it
MOVED_OF_DAYS = f"""
    , moved AS (
        SELECT day, granted, spent, refunded, corrected FROM kept
        UNION ALL
        SELECT d.day, m.* FROM live d CROSS JOIN LATERAL ({MOVED}) m
    )
"""  # noqa: S608 - no input in it
SOLD_OF_DAYS = f"""
    , sold_of_days AS (
        SELECT product, orders, goods, points
        FROM closed_day_products WHERE closed_day = ANY(ARRAY(SELECT id FROM kept))
        UNION ALL
        SELECT s.* FROM live d CROSS JOIN LATERAL ({SOLD}) s
        UNION ALL
        SELECT product, -count(*) FILTER (WHERE is_cancelled), -sum(goods)::bigint,
            -sum(points)::bigint
        FROM given_back GROUP BY product
    )
"""  # noqa: S608 - no input in it
"""A day or a product may have several rows. A refund is a movement of its own day, so that nothing
is to be subtracted from movements."""
