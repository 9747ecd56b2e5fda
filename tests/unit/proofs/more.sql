-- Beside the shop of the bench: somebody who has done a great deal, a category that hardly anything is
-- in and nobody likes, popular products that are no longer sold, and messages that the external system
-- has not taken.
INSERT INTO likes ("user", product) SELECT 1, id FROM products WHERE id % 2 = 1
ON CONFLICT DO NOTHING;
INSERT INTO orders ("user", status, total) SELECT 1, 'paid', 1 FROM generate_series(1, 2000);
INSERT INTO order_lines ("order", product, name, quantity, unit_price)
SELECT id, 1, 'x', 1, 1 FROM orders WHERE total = 1;
INSERT INTO point_entries ("user", amount, kind, reference, balance_after)
SELECT 1, -1, 'spend', 'more:' || id, 1 FROM orders WHERE total = 1;
INSERT INTO outbox_messages (message_id, type, subject, payload)
SELECT 'more:' || id, 'order.created', 'order:' || id, '{}' FROM orders WHERE total = 1;
INSERT INTO outbox_messages (message_id, type, subject, payload, due_at)
SELECT 'no:' || id, 'order.cancelled', 'order:' || id, '{}', now() - interval '1 hour'
FROM orders WHERE id <= 5;
INSERT INTO idempotency_keys ("user", key, fingerprint, "order")
SELECT "user", 'more:' || id, '', id FROM orders;
INSERT INTO cart_items ("user", product, quantity, price_seen)
SELECT u, 1 + (u * 7 + n) % 1000, 1, 1
FROM generate_series(1, 10000) u, generate_series(1, 3) n
ON CONFLICT DO NOTHING;
INSERT INTO categories (slug, name) VALUES ('rare', 'x');
UPDATE products SET category = (SELECT id FROM categories WHERE slug = 'rare')
WHERE id % (SELECT max(id) / 20 FROM products) = 1;
UPDATE like_counters SET like_count = 0 WHERE product % (SELECT max(id) / 20 FROM products) = 1;
UPDATE products SET active = false WHERE id BETWEEN 100 AND (SELECT max(id) / 66 FROM products);
INSERT INTO order_recipients ("order", name, phone, country, postcode, line1, line2, note)
SELECT id, 'x', '0212345678', 'KR', '04524', 'x', '', '' FROM orders WHERE id % 2 = 0;
INSERT INTO shipments ("order", carrier, tracking_no)
SELECT id, 'cj', '12345678' FROM orders WHERE id % 2 = 0;
INSERT INTO product_pictures (product, place, picture)
SELECT id, place, id || '-' || place || '.avif' FROM products, generate_series(1, 2) place;
INSERT INTO return_requests ("order", status, closed_at)
SELECT id, 'taken', now() FROM orders WHERE id % 2 = 0;
INSERT INTO return_request_lines (request, product, quantity)
SELECT r.id, l.product, 1 FROM return_requests r JOIN order_lines l ON l."order" = r."order";
