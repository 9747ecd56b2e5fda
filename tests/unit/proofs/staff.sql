-- Beside the shop of the bench: what staff see of it. User 1 is a superuser. Most of what is rare is
-- old, so that a list which walks from the newest row reads everything.
UPDATE users SET superuser = true, admin = true WHERE id = 1;
UPDATE users SET active = false WHERE id BETWEEN 10 AND 200 AND id % 3 = 0;
UPDATE users SET last_name = '김', first_name = '하나' || id, email = 'p' || id || '@example.test',
    employee_no = 'E' || id, department = 'department ' || id % 40;
INSERT INTO staff_rights ("user", "right") SELECT id, 'orders' FROM users WHERE id BETWEEN 2 AND 9;

-- One in two hundred orders was cancelled; a hundred and twenty are being packed.
UPDATE order_lines SET cancelled = quantity WHERE "order" % 200 = 0 AND "order" <= $orders / 2;
UPDATE orders SET status = 'cancelled', refunded = total
WHERE id % 200 = 0 AND id <= $orders / 2;
INSERT INTO order_refunds ("order", kind, amount, created_at)
SELECT id, 'cancel', total, created_at FROM orders WHERE status = 'cancelled';
INSERT INTO order_refund_lines (refund, product, quantity, restocked)
SELECT r.id, l.product, l.quantity, l.quantity
FROM order_refunds r JOIN order_lines l ON l."order" = r."order";
UPDATE orders SET status = 'preparing', preparing_at = now(), closed_at = NULL
WHERE id BETWEEN 1001 AND 1120;
INSERT INTO order_recipients ("order", name, phone, country, postcode, line1, line2, note)
SELECT id, '김하나', '010-1234-5678', 'KR', '04524', '서울 중구 세종대로 110', '', ''
FROM orders WHERE status = 'preparing' OR id % 2 = 0;

-- Every tenth order was sent back; staff have not answered sixty old requests.
INSERT INTO return_requests ("order", status, closed_at)
SELECT id, CASE WHEN id <= 600 THEN 'asked' ELSE 'taken' END, CASE WHEN id > 600 THEN now() END
FROM orders WHERE id % 10 = 0 ORDER BY id;
INSERT INTO return_request_lines (request, product, quantity)
SELECT r.id, l.product, 1 FROM return_requests r JOIN order_lines l ON l."order" = r."order";
INSERT INTO product_pictures (product, place, picture)
SELECT id, place, id || '-' || place || '.avif' FROM products, generate_series(1, 2) place;

-- The partner did not accept some old messages.
UPDATE outbox_messages SET sent_at = NULL, given_up_at = CASE WHEN id % 2 = 0 THEN now() END
WHERE type = 'order.created' AND id <= 600;

-- Movements of points by staff, all of them old.
INSERT INTO point_entries ("user", amount, kind, reference, balance_after, actor, created_at)
SELECT 2, 1, 'adjust', 'staff:' || n, 1, 1, now() - interval '300 days' + n * interval '1 second'
FROM generate_series(1, 60) n;

INSERT INTO staff_actions (at, actor, action, subject)
SELECT now() - ($orders - n) * interval '1 minute', 1 + n % 5, 'order.fulfil', 'order:' || n
FROM generate_series(1, $orders) n;
INSERT INTO staff_actions (at, actor, action, subject)
SELECT now() - interval '300 days' + n * interval '1 second', 9, 'settings.change', 'settings'
FROM generate_series(1, 60) n;

INSERT INTO point_batches (created_by, confirmed_by, status, total, people)
SELECT 1, 2, 'done', $users, $users FROM generate_series(1, 60);
INSERT INTO point_batch_lines (batch, "user", amount, reason, moved)
SELECT b.id, u.id, 1, 'x', 1
FROM (SELECT id FROM point_batches ORDER BY id LIMIT 1) b, users u;

INSERT INTO stock_entries (product, amount, kind, quantity_after, reason)
SELECT 1, 1, 'receive', 1, 'x' FROM generate_series(1, 10000);

-- One in fifty likes is of this week.
UPDATE likes SET created_at = now() - interval '3 days' WHERE id % 50 = 0;
