-- An order of one product, and the note that the external system has accepted it.
\set writer :first_writer + :client_id
\set product random(:first_product, :last_product)

SELECT id, username, admin FROM users WHERE id = :writer AND active LIMIT 1;
BEGIN;
SELECT p.id, p.name, p.name_en, p.price, p.picture, p.active, s.quantity
FROM stocks s JOIN products p ON p.id = s.product WHERE s.product IN (:product) \gset
UPDATE stocks SET quantity = quantity - 1 WHERE product = :product AND quantity >= 1
RETURNING product;
UPDATE point_balances SET balance = balance - :price
WHERE "user" = :writer AND balance >= :price RETURNING balance \gset
INSERT INTO orders ("user", status, total) VALUES (:writer, 'paid', :price)
RETURNING id AS order_id, created_at \gset
INSERT INTO order_lines ("order", product, name, name_en, quantity, unit_price)
VALUES (:order_id, :product, :name, :name_en, 1, :price) RETURNING id;
INSERT INTO point_entries ("user", amount, kind, reference, balance_after, reason)
VALUES (:writer, -:price::bigint, 'spend', 'order:' || :order_id::bigint, :balance, '') RETURNING id;
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
