"""All tables, as they were when this was written; the indexes follow in a migration of their own,
because Piccolo runs raw SQL before it creates tables.

A copy of the declarations: a migration must not change when they do.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import (
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Secret,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T00:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "tables"


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)
    username = Varchar(length=100, unique=True)
    password = Secret(length=255)
    first_name = Varchar(null=True)
    last_name = Varchar(null=True)
    email = Varchar(length=255, unique=True, null=True, default=None, required=False)
    active = Boolean(default=False)
    admin = Boolean(default=False, help_text="An admin can log into the Piccolo admin GUI.")
    superuser = Boolean(
        default=False,
        help_text=(
            "If True, this user can manage other users's passwords in the Piccolo admin GUI."
        ),
    )
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    last_login = Timestamptz(null=True, default=None, required=False)


class Session(Table, tablename="sessions"):
    id = BigSerial(primary_key=True)
    token_hash = Varchar(length=64, null=False, unique=True, secret=True)
    user = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(null=False, index=True)
    last_seen = Timestamptz(default=TimestamptzNow(), null=False)
    browser = Varchar(length=60, null=False, default="")


class SecondFactor(Table, tablename="second_factors"):
    user = ForeignKey(User, null=False, primary_key=True, on_delete=OnDelete.restrict)
    secret = Varchar(length=200, null=False, secret=True)
    last_step = BigInt(null=False)


class RecoveryCode(Table, tablename="recovery_codes"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    code_hash = Varchar(length=64, null=False, secret=True)

    recovery_codes_once = Unique([user, code_hash])


class Category(Table, tablename="categories"):
    id = BigSerial(primary_key=True)
    slug = Varchar(length=60, null=False, unique=True)
    name = Varchar(length=60, null=False)
    name_en = Varchar(length=60, null=False, default="")
    position = Integer(null=False, default=0)

    categories_named = Check("slug <> '' AND name <> ''")


class Product(Table, tablename="products"):
    id = BigSerial(primary_key=True)
    category = ForeignKey(Category, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=120, null=False)
    name_en = Varchar(length=120, null=False, default="")
    description = Text(null=False, default="")
    description_en = Text(null=False, default="")
    price = BigInt(null=False)
    lead: ForeignKey = ForeignKey(
        "self", null=True, default=None, required=False, index=False, on_delete=OnDelete.restrict
    )
    label = Varchar(length=40, null=False, default="")
    label_en = Varchar(length=40, null=False, default="")
    picture = Varchar(length=255, null=True, default=None, required=False)
    active = Boolean(null=False, default=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    products_price_positive = Check("price BETWEEN 1 AND 1000000000")
    products_named = Check("name <> ''")
    products_labelled = Check("(lead IS NULL) = (label = '')")
    products_labels = Unique([lead, label])
    products_options = Unique([id, lead])  # noqa: A003 - the column


class ProductTerms(Table, tablename="product_terms"):
    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    version = Integer(null=False, default=0)
    source = Text(null=False, default="")
    text = Text(null=False)
    terms = Array(base_column=Text(), null=False)
    words = Array(base_column=Text(), null=False)


class Stock(Table, tablename="stocks"):
    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    quantity = BigInt(null=False, default=0)

    stocks_quantity_not_negative = Check("quantity >= 0")


class StockEntry(Table, tablename="stock_entries"):
    id = BigSerial(primary_key=True)
    product = ForeignKey(Product, null=False, on_delete=OnDelete.restrict)
    amount = BigInt(null=False)
    kind = Varchar(length=20, null=False)
    quantity_after = BigInt(null=False)
    actor = ForeignKey(User, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    reason = Varchar(length=200, null=False)
    reference = Varchar(length=80, null=True, default=None, unique=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    stock_entries_kind_known = Check("kind IN ('receive', 'adjust')")
    stock_entries_amount_not_zero = Check("amount <> 0 AND (kind <> 'receive' OR amount > 0)")
    stock_entries_reason_given = Check("reason <> ''")
    stock_entries_referred = Check("actor IS NULL OR reference IS NOT NULL")
    stock_entries_quantity_not_negative = Check("quantity_after >= 0")


class Like(Table, tablename="likes"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    likes_once = Unique([user, product])


class LikeCounter(Table, tablename="like_counters"):
    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    like_count = BigInt(null=False, default=0)
    category = BigInt(null=False, default=None)
    listed = Boolean(null=False, default=None)

    like_counters_not_negative = Check("like_count >= 0")


class PointBalance(Table, tablename="point_balances"):
    user = ForeignKey(User, null=False, primary_key=True, on_delete=OnDelete.restrict)
    balance = BigInt(null=False, default=0)

    point_balances_not_negative = Check("balance >= 0")


class PointEntry(Table, tablename="point_entries"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    amount = BigInt(null=False)
    kind = Varchar(length=20, null=False)
    reference = Varchar(length=80, null=False)
    balance_after = BigInt(null=False)
    actor = ForeignKey(User, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    reason = Varchar(length=200, null=False, default="")
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    point_entries_once = Unique([kind, reference])
    point_entries_kind_known = Check("kind IN ('grant', 'spend', 'refund', 'adjust')")
    point_entries_sign = Check(
        "amount <> 0 AND (kind NOT IN ('grant', 'refund') OR amount > 0) "
        "AND (kind <> 'spend' OR amount < 0)"
    )
    point_entries_balance_not_negative = Check("balance_after >= 0")
    point_entries_referred = Check("reference <> ''")


class CartItem(Table, tablename="cart_items"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    quantity = Integer(null=False, default=1)
    price_seen = BigInt(null=False)
    last_add = Varchar(length=64, null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    cart_items_once = Unique([user, product])
    cart_items_quantity_in_range = Check("quantity BETWEEN 1 AND 99")


class Order(Table, tablename="orders"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    status = Varchar(length=20, null=False, default="paid")
    total = BigInt(null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    orders_total_positive = Check("total > 0")


class OrderLine(Table, tablename="order_lines"):
    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    name = Varchar(length=170, null=False)
    name_en = Varchar(length=170, null=False, default="")
    quantity = Integer(null=False)
    unit_price = BigInt(null=False)

    order_lines_once = Unique([order, product])
    order_lines_quantity_in_range = Check("quantity BETWEEN 1 AND 99")
    order_lines_price_positive = Check("unit_price > 0")


class IdempotencyKey(Table, tablename="idempotency_keys"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    key = Varchar(length=255, null=False)
    fingerprint = Varchar(length=64, null=False)
    order = ForeignKey(Order, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False, index=True)

    idempotency_keys_once = Unique([user, key])


class OutboxMessage(Table, tablename="outbox_messages"):
    id = BigSerial(primary_key=True)
    message_id = Varchar(length=64, null=False, unique=True)
    type = Varchar(length=40, null=False)
    subject = Varchar(length=80, null=False)
    payload = Text(null=False)
    attempts = Integer(null=False, default=0)
    due_at = Timestamptz(default=TimestamptzNow(), null=False)
    lease_token = UUID(null=True, default=None, secret=True)
    leased_until = Timestamptz(null=True, default=None)
    last_answer = Varchar(length=300, null=False, default="")
    sent_at = Timestamptz(null=True, default=None)
    given_up_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    outbox_messages_attempts_not_negative = Check("attempts >= 0")
    outbox_messages_lease_whole = Check("(lease_token IS NULL) = (leased_until IS NULL)")


class RateLimit(Table, tablename="rate_limits"):
    key = Varchar(length=200, primary_key=True)
    theoretical_arrival = Timestamptz(null=False, index=True)


class AuditResult(Table, tablename="audit_results"):
    proof = Varchar(length=60, primary_key=True)
    checked = BigInt(null=False)
    wrong = BigInt(null=False)
    ran_at = Timestamptz(default=TimestamptzNow(), null=False)


class FormKey(Table, tablename="form_keys"):
    key = Varchar(length=64, primary_key=True)
    actor = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    form = Varchar(length=80, null=False)
    fingerprint = Varchar(length=64, null=False)
    result = Text(null=False, default="")
    created_at = Timestamptz(default=TimestamptzNow(), null=False)


TABLES = (
    User,
    Session,
    SecondFactor,
    RecoveryCode,
    Category,
    Product,
    ProductTerms,
    Stock,
    StockEntry,
    Like,
    LikeCounter,
    PointBalance,
    PointEntry,
    CartItem,
    Order,
    OrderLine,
    IdempotencyKey,
    OutboxMessage,
    RateLimit,
    AuditResult,
    FormKey,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for table in TABLES:
        name, tablename = table.__name__, table._meta.tablename
        manager.add_table(name, tablename)
        for column in table._meta.columns:
            manager.add_column(
                table_class_name=name,
                tablename=tablename,
                column_name=column._meta.name,
                column_class=type(column),
                params=column._meta.params,
            )
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=name,
                tablename=tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager
