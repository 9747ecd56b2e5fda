"""Damages to the data, each of which breaks a proof of the audit."""

from typing import NamedTuple


class Damage(NamedTuple):
    """`statement` introduces one fault; `named` is in the audit's output for it. Both may name rows
    of the fixture `past` in braces. `unlocked` are constraints that would forbid it, as
    `table.constraint`: the audit must not depend on them."""

    proof: str
    statement: str
    named: str
    unlocked: tuple[str, ...] = ()


DAMAGES = {
    "a balance without its entry": Damage(
        "balances",
        'UPDATE point_balances SET balance = balance + 1 WHERE "user" = {alice}',
        "user {alice}: balance",
    ),
    "a balance that is gone": Damage(
        "balances", 'DELETE FROM point_balances WHERE "user" = {alice}', "user {alice}: balance 0"
    ),
    "a changed balance_after": Damage(
        "balance-chain",
        "UPDATE point_entries SET balance_after = 7 WHERE id = (SELECT max(id) FROM point_entries)",
        "is not 7",
    ),
    "an item that vanished": Damage(
        "stock",
        "UPDATE stocks SET quantity = quantity - 1 WHERE product = {product}",
        "product {product}: received",
    ),
    "one item more sold than there were": Damage(
        "stock",
        "UPDATE stocks SET quantity = -1 WHERE product = {product}",
        "on hand -1",
        ("stocks.stocks_quantity_not_negative",),
    ),
    "an order that took no stock": Damage(
        "stock",
        'UPDATE order_lines SET quantity = quantity + 1 WHERE "order" = {paid}',
        "product {product}: received",
    ),
    "a delivery that nobody noted": Damage(
        "stock",
        "UPDATE stocks SET quantity = quantity + 5 WHERE product = {other}",
        "product {other}: received",
    ),
    "a like that does not count": Damage(
        "like-counters",
        "UPDATE like_counters SET like_count = like_count + 1 WHERE product = {product}",
        "product {product}: counter 2, likes 1",
    ),
    "a like twice": Damage(
        "like-counters",
        'INSERT INTO likes ("user", product) SELECT "user", product FROM likes',
        "counter 1, likes 2",
        ("likes.likes_once",),
    ),
    "a like counter in another category": Damage(
        "like-lists",
        "UPDATE like_counters SET category = 0 WHERE product = {product}",
        "product {product}: (category",
    ),
    "a product without a like counter": Damage(
        "like-lists",
        "DELETE FROM likes; DELETE FROM like_counters WHERE product = {product}",
        "product {product}: (category",
    ),
    "a product without a stock row": Damage(
        "stock", "DELETE FROM stocks WHERE product = {product}", "product {product}: received"
    ),
    "an order without lines": Damage(
        "order-lines",
        'DELETE FROM order_lines WHERE "order" = {paid}',
        "order {paid}: total 2000, lines sum to 0",
    ),
    "an order with another total": Damage(
        "order-lines", "UPDATE orders SET total = 1 WHERE id = {paid}", "order {paid}: total 1,"
    ),
    "more bought than the limit": Damage(
        "limits",
        "UPDATE limited_purchases SET person_limit = 0",
        "product {voucher}: user {alice} bought 1, recorded 1, limit 0",
        ("limited_purchases.limited_purchases_within_limit",),
    ),
    "items that no limit has counted": Damage(
        "limits",
        'UPDATE order_lines SET quantity = 4 WHERE "order" = {coded}',
        "order {coded}, product {voucher}: user {alice} bought 4, recorded 1, limit 3",
    ),
    "a parcel that goes nowhere": Damage(
        "recipients",
        "UPDATE order_lines SET delivery = 'parcel' WHERE \"order\" = {paid}",
        "order {paid} (paid): no recipient",
    ),
    "a recipient that would be kept forever": Damage(
        "recipients",
        "UPDATE order_lines SET delivery = 'parcel' WHERE \"order\" = {cancelled}; "
        "INSERT INTO order_recipients "
        '("order", name, phone, country, postcode, line1, line2, note) '
        "VALUES ({cancelled}, 'x', '1', 'KR', '1', 'x', '', ''); "
        "UPDATE orders SET closed_at = NULL WHERE id = {cancelled}",
        "order {cancelled} (cancelled): its recipient would never be erased",
        ("orders.orders_status_has_steps",),
    ),
    "a recipient of what is picked up": Damage(
        "recipients",
        "INSERT INTO order_recipients "
        '("order", name, phone, country, postcode, line1, line2, note) '
        "VALUES ({paid}, 'x', '1', 'KR', '1', 'x', '', '')",
        "order {paid} (paid): a recipient without a parcel",
    ),
    "a free code too many": Damage(
        "codes-on-hand",
        "INSERT INTO codes (product, key, sealed, digest) VALUES ({voucher}, '', '', 'x')",
        "product {voucher} (code): free codes 2, on hand 1",
    ),
    "a code of a product that has none": Damage(
        "codes-on-hand",
        'UPDATE codes SET product = {product} WHERE "order" IS NULL',
        "product {product} (desk): free codes 1",
    ),
    "a sold code that is sold once more": Damage(
        "codes-sold",
        'UPDATE codes SET "order" = {paid} WHERE "order" = {coded}',
        "order {paid} has no line for it",
    ),
    "a line of codes without its code": Damage(
        "codes-sold",
        'UPDATE codes SET voided_at = now() WHERE "order" = {coded}',
        "order {coded} (paid), product {voucher}: 1 items, 0 codes",
    ),
    "a line with a code too many": Damage(
        "codes-sold",
        'UPDATE codes SET "order" = {coded} WHERE "order" IS NULL',
        "order {coded} (paid), product {voucher}: 1 items, 2 codes",
    ),
    "a cancelled line that keeps its code": Damage(
        "codes-sold",
        'UPDATE order_lines SET cancelled = quantity WHERE "order" = {coded}',
        "order {coded} (paid), product {voucher}: 0 items, 1 codes",
    ),
    "an order that was not paid": Damage(
        "order-payments",
        "DELETE FROM point_entries WHERE kind = 'spend' AND reference = 'order:{paid}'",
        "order {paid} (paid, total 2000): spent 0",
    ),
    "an order that was paid twice": Damage(
        "order-payments",
        'INSERT INTO point_entries ("user", amount, kind, reference, balance_after, reason) '
        'SELECT "user", amount, kind, reference, balance_after, reason FROM point_entries '
        "WHERE kind = 'spend' AND reference = 'order:{paid}'",
        "order {paid} (paid, total 2000): spent -4000",
        ("point_entries.point_entries_once",),
    ),
    "an order that somebody else paid": Damage(
        "order-payments",
        "UPDATE point_entries SET \"user\" = {bob} WHERE reference = 'order:{paid}'",
        "order {paid} (paid, total 2000): spent 0",
    ),
    "a cancellation without its refund": Damage(
        "order-payments",
        "DELETE FROM point_entries WHERE kind = 'refund'",
        "order {cancelled} (cancelled, total 3000): spent -3000, refunded 0",
    ),
    "a refund of an order that stands": Damage(
        "order-payments",
        "UPDATE orders SET status = 'paid', closed_at = NULL, refunded = 0 WHERE id = {cancelled}",
        "order {cancelled} (paid, total 3000): spent -3000, refunded 3000, recorded 0",
    ),
    "an order that was paid back by half": Damage(
        "order-payments",
        "UPDATE orders SET refunded = 1 WHERE id = {paid}",
        "order {paid} (paid, total 2000): spent -2000, refunded 0, recorded 1, lines 0",
    ),
    "a line that gave back more than its refunds": Damage(
        "refunds",
        'UPDATE order_lines SET cancelled = cancelled + 1 WHERE "order" = {paid}',
        "order {paid}, product {product}: cancelled 1, returned 0, refunds for 0 and 0",
    ),
    "a refund of more than its items": Damage(
        "refunds",
        "UPDATE order_refunds SET amount = amount + 1",
        "of order {cancelled}: 3001 points, items 3000",
    ),
    "an order without its message": Damage(
        "order-messages",
        "DELETE FROM outbox_messages WHERE subject = 'order:{paid}'",
        "order {paid} (paid): created 0",
    ),
    "an order with two messages": Damage(
        "order-messages",
        "INSERT INTO outbox_messages (message_id, type, subject, payload, attempts, last_answer) "
        "SELECT 'msg_twin', type, subject, payload, attempts, last_answer FROM outbox_messages "
        "WHERE subject = 'order:{paid}'",
        "order {paid} (paid): created 2",
        ("outbox_messages.outbox_messages_once_a_change",),
    ),
    "a cancellation without its message": Damage(
        "order-messages",
        "DELETE FROM outbox_messages WHERE type = 'order.cancelled'",
        "order {cancelled} (cancelled): created 1, cancelled 0",
    ),
    "an order that is fulfilled in silence": Damage(
        "order-messages",
        "UPDATE orders SET status = 'fulfilled', closed_at = now() WHERE id = {paid}",
        "order {paid} (fulfilled): created 1, cancelled 0, shipped 0, fulfilled 0",
    ),
    "a parcel that left in silence": Damage(
        "order-messages",
        "INSERT INTO shipments (\"order\", carrier, tracking_no) VALUES ({paid}, 'cj', '12345')",
        "order {paid} (paid): created 1, cancelled 0, shipped 0",
    ),
    "a parcel of an order that was not shipped": Damage(
        "shipments",
        "INSERT INTO shipments (\"order\", carrier, tracking_no) VALUES ({paid}, 'cj', '12345')",
        "order {paid} (paid): 1 shipments, 0 parcels to send",
    ),
    "an order that was shipped without a parcel": Damage(
        "shipments",
        "UPDATE orders SET status = 'shipped', preparing_at = now(), shipped_at = now() "
        "WHERE id = {paid}",
        "order {paid} (shipped): 0 shipments",
    ),
    "a cancellation that arrived first": Damage(
        "message-order",
        "UPDATE outbox_messages SET sent_at = now() + interval '1 hour' "
        "WHERE type = 'order.created' AND subject = 'order:{cancelled}'",
        "order:{cancelled}: order.cancelled at",
    ),
    "a cancellation of what was never accepted": Damage(
        "message-order",
        "UPDATE outbox_messages SET sent_at = NULL "
        "WHERE type = 'order.created' AND subject = 'order:{cancelled}'",
        "order:{cancelled}: order.cancelled at",
    ),
    "an entry for an order that is not there": Damage(
        "references",
        "UPDATE point_entries SET reference = 'order:99999' WHERE reference = 'order:{paid}'",
        "refers to order:99999",
    ),
    "a message about an order that is not there": Damage(
        "references",
        "UPDATE outbox_messages SET subject = 'order:99999' WHERE subject = 'order:{paid}'",
        "refers to order:99999",
    ),
    "money spent on nothing": Damage(
        "references",
        "UPDATE point_entries SET reference = 'nothing' WHERE reference = 'order:{paid}'",
        "refers to nothing",
    ),
    "a key without its order": Damage(
        "idempotency-keys", 'UPDATE idempotency_keys SET "order" = NULL', "of user {alice}: order 0"
    ),
    "a key for somebody else's order": Damage(
        "idempotency-keys",
        'UPDATE idempotency_keys SET "user" = {bob}',
        "of user {bob}: order {keyed}",
    ),
    "two keys for one order": Damage(
        "idempotency-keys",
        'INSERT INTO idempotency_keys ("user", key, fingerprint, "order") '
        'SELECT "user", \'twin\', fingerprint, "order" FROM idempotency_keys',
        "of user {alice}: order {keyed}",
    ),
    "a form that moved twice": Damage(
        "staff-forms",
        "UPDATE stock_entries SET reference = 'staff:gift' WHERE actor = {admin}",
        "staff:gift by user {admin}: 2 movements",
    ),
    "a movement without a form": Damage(
        "staff-forms",
        "UPDATE stock_entries SET reference = NULL WHERE actor = {admin}",
        "no form by user {admin}: 1 movements",
        ("stock_entries.stock_entries_referred",),
    ),
    "a movement for somebody who did not send the form": Damage(
        "staff-forms",
        "INSERT INTO form_keys (key, actor, form, fingerprint) VALUES ('gift', {bob}, 'x', 'x')",
        "staff:gift by user {admin}: 1 movements",
    ),
    "a movement that the log does not have": Damage(
        "staff-actions",
        "ALTER TABLE staff_actions DISABLE TRIGGER USER; "
        "DELETE FROM staff_actions WHERE subject = 'user:{bob}'",
        "staff:gift by user {admin}: not in the log",
    ),
    "a movement that the log has of somebody else": Damage(
        "staff-actions",
        "UPDATE stock_entries SET actor = {bob} WHERE reference = 'staff:delivery'",
        "staff:delivery by user {bob}: not in the log",
    ),
    "a batch that the log does not have": Damage(
        "staff-actions",
        "ALTER TABLE staff_actions DISABLE TRIGGER USER; "
        "DELETE FROM staff_actions WHERE subject = 'batch:{batch}'",
        "batch:{batch} by user {admin}: not in the log",
    ),
    "a batch of points that claims more than it moved": Damage(
        "point-batches",
        "UPDATE point_batches SET moved = moved + 1",
        "batch {batch} (done): total 50, moved 51",
    ),
    "a line of a batch that claims less than its entry": Damage(
        "point-batches",
        "UPDATE point_batch_lines SET moved = moved - 1",
        "batch {batch} (done): total 50, moved 50, lines 49",
    ),
    "an entry of a batch that moved more": Damage(
        "point-batches",
        "UPDATE point_entries SET amount = amount + 1 WHERE reference LIKE 'batch:%'",
        "batch {batch} (done): total 50, moved 50, lines 50, entries 51",
    ),
    "a batch that did not grant its sum": Damage(
        "point-batches",
        "UPDATE point_batches SET total = total + 1",
        "batch {batch} (done): total 51, moved 50",
    ),
    "an entry of a batch that is not there": Damage(
        "point-batches",
        "UPDATE point_entries SET reference = 'batch:0:0' WHERE reference LIKE 'batch:%'",
        "refers to batch:0:0",
    ),
    "a closed day that sums up other points": Damage(
        "closed-days", "UPDATE closed_days SET points = points + 1", "points "
    ),
    "a closed day that has another movement": Damage(
        "closed-days", "UPDATE closed_days SET granted = granted + 1", "points "
    ),
    "a closed day without one of its products": Damage(
        "closed-days",
        "DELETE FROM closed_day_products WHERE product = {product}",
        "points ",
    ),
    "an order that changed on a closed day": Damage(
        "closed-days", "UPDATE orders SET refunded = 1 WHERE id = {paid}", "points "
    ),
    "a name that the search does not know": Damage(
        "search",
        "UPDATE products SET name_en = 'Quill' WHERE id = {product}",
        "product {product}: its terms are of other texts",
    ),
    "a description that the search does not know": Damage(
        "search",
        "UPDATE products SET description = '' WHERE id = {product}",
        "product {product}: its terms are of other texts",
    ),
    "search terms of older rules": Damage(
        "search",
        "UPDATE product_terms SET version = 0 WHERE product = {product}",
        "product {product}: its terms are of version 0",
    ),
    "a product that no search finds": Damage(
        "search",
        "DELETE FROM product_terms WHERE product = {other}",
        "product {other}: no search finds it",
    ),
}
