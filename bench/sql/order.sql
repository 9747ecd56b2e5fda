-- An order of one product, and the update after its webhook was accepted.
\set writer :first_writer + :client_id
\set product random(:first_product, :last_product)

SELECT id, username, admin FROM users WHERE id = :writer AND active = true;
BEGIN;
SELECT p.id, p.name, p.name_en, p.price, p.picture, p.active, s.quantity
FROM stocks s LEFT JOIN products p ON p.id = s.product
WHERE s.product = ANY(ARRAY[:product::bigint]) \gset
SELECT nextval('orders_id_seq') AS order_id \gset
UPDATE stocks SET quantity = quantity - 1 WHERE product = :product AND quantity >= 1
RETURNING product;
WITH moved AS (
    UPDATE point_balances SET balance = balance - :price::bigint
    WHERE "user" = :writer AND balance >= :price::bigint RETURNING "user", balance
)
INSERT INTO point_entries ("user", amount, kind, reference, balance_after, reason, actor)
SELECT "user", -:price::bigint, 'spend', 'order:' || :order_id::bigint, balance, '', NULL
FROM moved RETURNING balance_after;
WITH saved AS (
    INSERT INTO orders (id, "user", total, status) VALUES (:order_id, :writer, :price, 'paid')
    RETURNING id, created_at
), lines AS (
    INSERT INTO order_lines ("order", product, name, name_en, quantity, unit_price)
    SELECT saved.id, line.* FROM saved, unnest(
        ARRAY[:product::bigint], ARRAY[:name::text], ARRAY[:name_en::text], ARRAY[1],
        ARRAY[:price::bigint]
    ) AS line
)
SELECT created_at FROM saved;
INSERT INTO outbox_messages
    (message_id, type, subject, payload, due_at, lease_token, leased_until)
VALUES ('msg_' || replace(gen_random_uuid()::text, '-', ''), 'order.created',
    'order:' || :order_id::bigint, repeat('-', 300), now(), gen_random_uuid(),
    now() + interval '90 seconds')
RETURNING message_id, lease_token \gset
COMMIT;
UPDATE outbox_messages
SET sent_at = now(), last_answer = '200', attempts = attempts + 1, lease_token = NULL,
    leased_until = NULL
WHERE message_id = :message_id AND lease_token = :lease_token RETURNING id;
