-- A whole order as one statement, the fastest form known. Its webhook is never sent.
\set writer :first_writer + :client_id
\set product random(:first_product, :last_product)

WITH taken AS (
    UPDATE stocks SET quantity = quantity - 1 WHERE product = :product AND quantity >= 1
    RETURNING product
), offer AS (
    SELECT p.id, p.name, p.name_en, p.price FROM products p JOIN taken ON p.id = taken.product
    WHERE p.active
), spent AS (
    UPDATE point_balances b SET balance = b.balance - offer.price FROM offer
    WHERE b."user" = :writer AND b.balance >= offer.price RETURNING b.balance
), placed AS (
    INSERT INTO orders ("user", status, total)
    SELECT :writer, 'paid', offer.price FROM offer, spent RETURNING id, total
), line AS (
    INSERT INTO order_lines ("order", product, name, name_en, quantity, unit_price)
    SELECT placed.id, offer.id, offer.name, offer.name_en, 1, offer.price FROM placed, offer
), entry AS (
    INSERT INTO point_entries ("user", amount, kind, reference, balance_after, reason)
    SELECT :writer, -placed.total, 'spend', 'order:' || placed.id, spent.balance, ''
    FROM placed, spent
), message AS (
    INSERT INTO outbox_messages (message_id, type, subject, payload, attempts, sent_at)
    SELECT 'msg_' || replace(gen_random_uuid()::text, '-', ''), 'order.created',
           'order:' || placed.id, repeat('-', 300), 1, now()
    FROM placed
)
SELECT id FROM placed;
