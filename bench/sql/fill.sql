-- Everything but the products, which exist already. Ledgers and balances are computed from the same
-- numbers, so the data passes `litestar audit`.
-- The product of an order or a like is a squared hash: low ids are popular.

INSERT INTO users (id, username, password, active)
SELECT u, 'bench' || u, 'pbkdf2_sha256$$600000$$bench$$none', true
FROM generate_series(1, $all_users) u;

INSERT INTO sessions (token_hash, "user", expires_at)
SELECT encode(sha256(convert_to('bench-' || u, 'UTF8')), 'hex'), u, now() + interval '10 years'
FROM generate_series(1, $all_users) u;

-- Every fourth order has two lines. Lines are inserted first; orders take their totals from them.
INSERT INTO order_lines ("order", product, name, name_en, quantity, unit_price)
SELECT o, p.id, p.name, p.name_en, 1 + o % 3, p.price
FROM generate_series(1, $orders) o
CROSS JOIN LATERAL generate_series(0, (o % 4 = 0)::int) n
JOIN products p ON p.id = 1 + (n + floor(
    $products * power((hashint8extended(o, 1) & 2147483647) / 2147483648.0::float8, 2)
)::bigint) % $products
ORDER BY o;

INSERT INTO orders (id, "user", status, closed_at, total, created_at)
SELECT "order", 1 + ("order" - 1) % $users,
       CASE WHEN "order" * 5 > $orders * 4 THEN 'paid' ELSE 'fulfilled' END,
       CASE WHEN "order" * 5 > $orders * 4 THEN NULL ELSE now() END,
       sum(quantity * unit_price),
       now() - ($orders - "order" + 1) * (interval '365 days' / $orders)
FROM order_lines GROUP BY "order" ORDER BY "order";

INSERT INTO point_entries (id, "user", amount, kind, reference, balance_after, created_at)
SELECT u, u, $points, 'grant', 'bench:' || u, $points, now() - interval '366 days'
FROM generate_series(1, $all_users) u;

INSERT INTO point_entries (id, "user", amount, kind, reference, balance_after, created_at)
SELECT $all_users + id, "user", -total, 'spend', 'order:' || id,
       $points - sum(total) OVER (PARTITION BY "user" ORDER BY id), created_at
FROM orders ORDER BY id;

INSERT INTO point_balances ("user", balance)
SELECT u.id, $points - COALESCE(spent, 0)
FROM users u LEFT JOIN (
    SELECT "user", sum(total) AS spent FROM orders GROUP BY "user"
) o ON o."user" = u.id
ORDER BY u.id;

INSERT INTO outbox_messages
    (message_id, type, subject, payload, attempts, due_at, last_answer, sent_at, created_at)
SELECT 'msg_' || md5('bench' || o.id), 'order.created', 'order:' || o.id,
       json_build_object('type', 'order.created', 'timestamp', o.created_at, 'data',
           json_build_object('id', o.id, 'user_id', o."user", 'status', 'paid',
               'total', o.total, 'created_at', o.created_at, 'items', l.items)),
       1, o.created_at, '200', o.created_at, o.created_at
FROM orders o JOIN (
    SELECT "order", json_agg(json_build_object('product_id', product, 'name', name,
        'quantity', quantity, 'unit_price', unit_price)) AS items
    FROM order_lines GROUP BY "order"
) l ON l."order" = o.id
ORDER BY o.id;

-- A fulfilled order has a second message, accepted after the first.
INSERT INTO outbox_messages
    (message_id, type, subject, payload, attempts, due_at, last_answer, sent_at, created_at)
SELECT 'msg_' || md5('bench-end' || m.id), 'order.fulfilled', m.subject,
       replace(m.payload::text, '"order.created"', '"order.fulfilled"'),
       1, m.created_at, '200', m.sent_at, m.created_at
FROM outbox_messages m JOIN orders o ON m.subject = 'order:' || o.id
WHERE o.status = 'fulfilled' ORDER BY m.id;

UPDATE products SET delivery = 'parcel' WHERE id = $products + 1;
UPDATE products SET delivery = 'code', person_limit = 9999 WHERE id = $products + 2;

INSERT INTO stocks (product, quantity)
SELECT id, CASE delivery WHEN 'code' THEN $codes ELSE $stock END FROM products ORDER BY id;

INSERT INTO codes (product, key, sealed, digest)
SELECT $products + 2, 'bench', 'bench', md5('bench' || n) FROM generate_series(1, $codes) n;

INSERT INTO stock_entries (product, amount, kind, quantity_after, reason)
SELECT p.id, s.quantity + COALESCE(sold, 0), 'receive', s.quantity + COALESCE(sold, 0), 'bench'
FROM products p JOIN stocks s ON s.product = p.id LEFT JOIN (
    SELECT product, sum(quantity) AS sold FROM order_lines GROUP BY product
) l ON l.product = p.id
ORDER BY p.id;

-- Ten likes per user: the k-th is of a product whose id ends with the digit k, so all differ.
INSERT INTO likes ("user", product, created_at)
SELECT u, k + 1 + 10 * floor(
    $products / 10 * power((hashint8extended(u, k) & 2147483647) / 2147483648.0::float8, 2)
)::bigint, now() - (10 - k) * interval '30 days'
FROM generate_series(0, 9) k CROSS JOIN generate_series(1, $users) u;

INSERT INTO like_counters (product, like_count, category, listed)
SELECT p.id, count(l.id), p.category, p.listed FROM products p LEFT JOIN likes l ON l.product = p.id
GROUP BY p.id ORDER BY p.id;

-- Three products in the cart of each user.
INSERT INTO cart_items ("user", product, quantity, price_seen)
SELECT u, p.id, n, p.price
FROM generate_series(1, $users) u CROSS JOIN generate_series(1, 3) n
JOIN products p ON p.id = 1 + (u + n) % $products
ORDER BY u, n;
