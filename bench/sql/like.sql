-- A like and an unlike: two requests.
\set writer :first_writer + :client_id
\set product random(:first_product, :last_product)

SELECT id, username, admin FROM users WHERE id = :writer AND active = true;
SELECT p.id, p.name, p.name_en, p.price, p.picture, p.active, s.quantity
FROM stocks s LEFT JOIN products p ON p.id = s.product
WHERE s.product = ANY(ARRAY[:product::bigint]);
SELECT id FROM likes WHERE "user" = :writer AND product = :product;
WITH saved AS (
    INSERT INTO likes ("user", product) VALUES (:writer, :product)
    ON CONFLICT ("user", product) DO NOTHING RETURNING product
)
UPDATE like_counters c SET like_count = c.like_count + 1
FROM saved WHERE c.product = saved.product RETURNING c.like_count;

SELECT id, username, admin FROM users WHERE id = :writer AND active = true;
SELECT p.id, p.name, p.name_en, p.price, p.picture, p.active, s.quantity
FROM stocks s LEFT JOIN products p ON p.id = s.product
WHERE s.product = ANY(ARRAY[:product::bigint]);
WITH deleted AS (
    DELETE FROM likes WHERE "user" = :writer AND product = :product RETURNING product
)
UPDATE like_counters c SET like_count = c.like_count - 1
FROM deleted WHERE c.product = deleted.product RETURNING c.like_count;
