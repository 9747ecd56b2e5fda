-- An order of one product, and the update after its webhook was accepted: the shop's own statements,
-- with values for one order in the place of their parameters (tests/unit/orders/test_order_script.py).
\set writer :first_writer + :client_id
\set product random(:first_product, :last_product)

SELECT ALL "users"."id" AS "id", "users"."username" AS "username", "users"."admin" AS "admin"
FROM "users" WHERE (id = ANY(ARRAY[:writer]::bigint[]) AND "users"."active" = true);
BEGIN;
SELECT nextval('orders_id_seq') AS id, now() AS created_at
FROM generate_series(1, 1::integer) \gset order_
SELECT p.id, p.price, p.picture, p.active, p.delivery, s.quantity AS stock,
    CASE p.label WHEN '' THEN p.name ELSE p.name || ' (' || p.label || ')' END AS name,
    CASE WHEN p.name_en = '' OR p.label = '' THEN p.name_en
        ELSE p.name_en || ' (' || COALESCE(NULLIF(p.label_en, ''), p.label) || ')' END AS name_en ,
    p.person_limit, p.limit_days, p.on_sale_from, p.on_sale_until,
    COALESCE(p.on_sale_from <= now(), true) AND COALESCE(p.on_sale_until > now(), true) AS on_sale
FROM stocks s JOIN products p ON p.id = s.product
WHERE s.product = ANY(ARRAY[:product]::bigint[]) ORDER BY s.product FOR NO KEY UPDATE OF s
\gset product_
SELECT "user", balance FROM point_balances
WHERE "user" = ANY(ARRAY[:writer]::bigint[]) ORDER BY "user" FOR NO KEY UPDATE;
UPDATE stocks SET quantity = stocks.quantity - taken.quantity
FROM unnest(ARRAY[:product]::bigint[], ARRAY[1]::bigint[]) AS taken (product, quantity)
WHERE stocks.product = taken.product AND stocks.quantity >= taken.quantity
RETURNING stocks.product;
WITH spends AS (
    SELECT * FROM unnest(ARRAY[:writer]::bigint[], ARRAY[:product_price]::bigint[],
        ARRAY['order:' || :order_id::bigint]::text[])
        WITH ORDINALITY AS spend ("user", amount, reference, n)
), spent AS (
    UPDATE point_balances b SET balance = b.balance - total.amount
    FROM (SELECT "user", sum(amount)::bigint AS amount FROM spends GROUP BY "user") total
    WHERE b."user" = total."user" AND b.balance >= total.amount
    RETURNING b."user", b.balance
)
INSERT INTO point_entries ("user", amount, kind, reference, balance_after, reason)
SELECT "user", -spends.amount, 'spend', spends.reference,
    spent.balance - spends.amount
        + sum(spends.amount) OVER (PARTITION BY "user" ORDER BY spends.n DESC),
    ''
FROM spends JOIN spent USING ("user") ORDER BY spends.n
RETURNING id;
WITH saved AS (
    INSERT INTO orders (id, "user", total, status)
    SELECT *, 'paid' FROM unnest(ARRAY[:order_id]::bigint[], ARRAY[:writer]::bigint[],
        ARRAY[:product_price]::bigint[])
)
INSERT INTO order_lines
    ("order", product, name, name_en, quantity, unit_price, delivery)
SELECT * FROM unnest(
    ARRAY[:order_id]::bigint[], ARRAY[:product]::bigint[], ARRAY[:product_name]::text[],
    ARRAY[:product_name_en]::text[], ARRAY[1]::integer[], ARRAY[:product_price]::bigint[],
    ARRAY[:product_delivery]::text[]
);
INSERT INTO outbox_messages
    (type, change, leased_until, message_id, subject, payload, lease_token)
SELECT 'order.created'::text, ''::text, now() + '90 seconds'::interval, message.* FROM unnest(
    ARRAY['msg_bench_' || :order_id::bigint]::text[], ARRAY['order:' || :order_id::bigint]::text[],
    ARRAY[repeat('-', 300)]::text[], ARRAY[md5(:order_id::bigint::text)]::uuid[]
) AS message;
COMMIT;
UPDATE outbox_messages m SET
    sent_at = CASE WHEN result.accepted THEN now() END,
    given_up_at = CASE WHEN NOT result.accepted AND result.pause IS NULL THEN now() END,
    due_at = COALESCE(now() + result.pause, m.due_at),
    last_answer = result.answer,
    attempts = m.attempts + 1,
    lease_token = NULL,
    leased_until = NULL
FROM unnest(
    ARRAY['msg_bench_' || :order_id::bigint]::text[], ARRAY[md5(:order_id::bigint::text)]::uuid[],
    ARRAY[true]::boolean[], ARRAY[NULL]::interval[], ARRAY['200']::text[]
) AS result (message_id, lease_token, accepted, pause, answer)
WHERE m.message_id = result.message_id AND m.lease_token = result.lease_token
RETURNING m.id;
