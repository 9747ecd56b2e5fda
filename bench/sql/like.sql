-- A like and its taking back: two requests.
\set writer :first_writer + :client_id
\set product random(:first_product, :last_product)

SELECT id, username, admin FROM users WHERE id = :writer AND active = true;
SELECT p.id, p.name, p.name_en, p.price, p.picture, p.active, s.quantity
FROM stocks s LEFT JOIN products p ON p.id = s.product
WHERE s.product = ANY(ARRAY[:product::bigint]);
BEGIN;
SELECT id FROM likes WHERE "user" = :writer AND product = :product;
INSERT INTO likes ("user", product) VALUES (:writer, :product)
ON CONFLICT ("user", product) DO NOTHING RETURNING id;
UPDATE like_counters SET like_count = like_count + 1 WHERE product = :product
RETURNING like_count;
COMMIT;

SELECT id, username, admin FROM users WHERE id = :writer AND active = true;
SELECT p.id, p.name, p.name_en, p.price, p.picture, p.active, s.quantity
FROM stocks s LEFT JOIN products p ON p.id = s.product
WHERE s.product = ANY(ARRAY[:product::bigint]);
BEGIN;
DELETE FROM likes WHERE "user" = :writer AND product = :product RETURNING id;
UPDATE like_counters SET like_count = like_count - 1 WHERE product = :product
RETURNING like_count;
COMMIT;
