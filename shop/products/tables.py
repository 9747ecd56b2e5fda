"""Categories, products, their stock and their search terms. Columns that each order or like changes
have a narrow table of their own, so that orders never wait for an edit of the description."""

from piccolo.columns import (
    Array,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.readable import Readable
from piccolo.constraints import Check
from piccolo.table import Table

from shop.products.delivery import DeliveryChoice
from shop.users.tables import User


class Category(Table, tablename="categories"):
    """`position` is its place in the menu."""

    id = BigSerial(primary_key=True)
    slug = Varchar(length=60, null=False, unique=True)
    name = Varchar(length=60, null=False)
    name_en = Varchar(length=60, null=False, default="")
    position = Integer(null=False, default=0)

    categories_named = Check("slug <> '' AND name <> ''")

    @classmethod
    def get_readable(cls) -> Readable:
        return Readable("%s", [cls.name])


class Product(Table, tablename="products"):
    """Texts in Korean, and in English if `name_en` is filled. Price in points.

    A product is withdrawn (`active` false), never deleted: orders and likes refer to it.
    """

    id = BigSerial(primary_key=True)
    category = ForeignKey(Category, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=120, null=False)
    name_en = Varchar(length=120, null=False, default="")
    description = Text(null=False, default="")
    description_en = Text(null=False, default="")
    price = BigInt(null=False)
    picture = Varchar(length=255, null=True, default=None, required=False)
    active = Boolean(null=False, default=True)
    delivery = Varchar(length=10, null=False, default="desk", choices=DeliveryChoice)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    products_price_positive = Check("price BETWEEN 1 AND 1000000000")
    products_delivery_known = Check("delivery IN ('parcel', 'desk')")
    products_named = Check("name <> ''")

    @classmethod
    def get_readable(cls) -> Readable:
        return Readable("%s", [cls.name])


class ProductTerms(Table, tablename="product_terms"):
    """What search matches; a table of its own, so that a new price does not update its indexes.

    `version` is of the rules that made it, `source` the SHA-256 of the texts that it was made from;
    `text` is the names in normal form, `terms` are what the index holds of them, `words` those of
    all texts (shop/products/terms.py).
    """

    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    version = Integer(null=False, default=0)
    source = Text(null=False, default="")
    text = Text(null=False)
    terms = Array(base_column=Text(), null=False)
    words = Array(base_column=Text(), null=False)


class Stock(Table, tablename="stocks"):
    """Items of a product on hand."""

    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    quantity = BigInt(null=False, default=0)

    stocks_quantity_not_negative = Check("quantity >= 0")


class StockEntry(Table, tablename="stock_entries"):
    """Items that staff received or corrected, by whom and why; never changed, never deleted.

    Sales are in the order lines, so entries = on hand + sold - returned. `reference` is the form,
    so that a form sent twice moves once.
    """

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


WORDS = "array_to_tsvector(words)"
"""The indexed expression; `shop.catalogue.search` uses the same one."""

INDEXES = (
    "CREATE INDEX products_newest ON products (id DESC) WHERE active",
    "CREATE INDEX products_by_price ON products (price, id) WHERE active",
    # Not partial, so that it serves the foreign key too: an index on the category alone would look
    # cheaper to PostgreSQL for a list, which then reads the whole category. `active` is included so
    # that the index on the price, which is enough for an index-only scan, is not cheaper either.
    "CREATE INDEX products_of_category ON products (category, id) INCLUDE (active)",
    "CREATE INDEX products_category_price ON products (category, price, id) WHERE active",
    # No list of pending entries: each search would read all of it.
    "CREATE INDEX product_terms_held ON product_terms USING gin (terms) WITH (fastupdate = off)",
    f"CREATE INDEX product_terms_words ON product_terms USING gin ({WORDS}) WITH (fastupdate=off)",
    "CREATE INDEX product_terms_version ON product_terms (version)",
    "CREATE INDEX stock_entries_of_product ON stock_entries (product, id DESC)",
)
