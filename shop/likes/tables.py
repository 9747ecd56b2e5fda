"""Who likes what, and how many do."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.products.tables import Product
from shop.users.tables import User


class Like(Table, tablename="likes"):
    """One user likes one product, once."""

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    likes_once = Unique([user, product])


class LikeCounter(Table, tablename="like_counters"):
    """How many users like a product: counted as likes come and go, so that lists can sort by it.

    `category` and `active` are the product's, so that an index can hold one list. The database
    writes them by itself, whatever they are given here.
    """

    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    like_count = BigInt(null=False, default=0)
    category = BigInt(null=False, default=0)
    active = Boolean(null=False, default=True)

    like_counters_not_negative = Check("like_count >= 0")


INDEXES = (
    'CREATE INDEX likes_of_user ON likes ("user", id DESC)',
    "CREATE INDEX like_counters_most ON like_counters (like_count DESC, product DESC) WHERE active",
    (
        "CREATE INDEX like_counters_category_most ON like_counters (category, like_count, product) "
        "WHERE active"
    ),
)

# By triggers, not by a foreign key to a product's (id, category, active): what is part of a key is
# changed only while nobody holds the row, and each like holds it. A product that is liked all the
# time could not be withdrawn.
TRIGGERS = (
    """
    CREATE FUNCTION list_like_counter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT category, active INTO NEW.category, NEW.active FROM products WHERE id = NEW.product;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER like_counters_listed BEFORE INSERT ON like_counters
    FOR EACH ROW EXECUTE FUNCTION list_like_counter()
    """,
    """
    CREATE FUNCTION move_like_counter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE like_counters SET category = NEW.category, active = NEW.active
        WHERE product = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER products_listed AFTER UPDATE ON products FOR EACH ROW
    WHEN ((OLD.category, OLD.active) IS DISTINCT FROM (NEW.category, NEW.active))
    EXECUTE FUNCTION move_like_counter()
    """,
)
