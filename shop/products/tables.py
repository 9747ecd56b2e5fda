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
from piccolo.constraints import Check, Unique
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

    One person may buy `person_limit` items of it, within `limit_days` days or ever. It is on sale
    from `on_sale_from` until before `on_sale_until`. Null is without a limit.

    A product is withdrawn (`active` false, a soft delete), never deleted: orders and likes refer to
    it.

    Options, such as the sizes of a shirt, are products with the same `lead`, which is one of them:
    its `lead` is itself. Lists have only the lead: `listed` is generated, so Piccolo does not know
    it. That a lead is no option of another is a foreign key of (lead, lead) to (id, lead).
    """

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
    delivery = Varchar(length=10, null=False, default="desk", choices=DeliveryChoice)
    person_limit = Integer(null=True, default=None, required=False)
    limit_days = Integer(null=True, default=None, required=False)
    on_sale_from = Timestamptz(null=True, default=None, required=False)
    on_sale_until = Timestamptz(null=True, default=None, required=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    products_limit_in_range = Check(
        "person_limit BETWEEN 1 AND 9999 AND (limit_days IS NULL OR limit_days BETWEEN 1 AND 3650)"
        " OR num_nonnulls(person_limit, limit_days) = 0"
    )
    products_sale_has_a_time = Check("on_sale_from < on_sale_until")
    products_price_positive = Check("price BETWEEN 1 AND 1000000000")
    products_ways_to_arrive = Check("delivery IN ('parcel', 'desk', 'code')")
    products_named = Check("name <> ''")
    products_labelled = Check("(lead IS NULL) = (label = '')")
    products_labels = Unique([lead, label])
    products_options = Unique([id, lead])  # noqa: A003 - the column

    @classmethod
    def get_readable(cls) -> Readable:
        return Readable("%s", [cls.name])


class ProductPicture(Table, tablename="product_pictures"):
    """A picture beside the product's first one, `place` 1 being the next. Without alternative texts
    it is named after the product."""

    id = BigSerial(primary_key=True)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    place = Integer(null=False)
    picture = Varchar(length=255, null=False)
    alt = Varchar(length=200, null=False, default="")
    alt_en = Varchar(length=200, null=False, default="")

    product_pictures_places = Unique([product, place])
    product_pictures_once = Unique([product, picture])
    product_pictures_up_to_eight = Check("place BETWEEN 1 AND 7")


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
    (
        "ALTER TABLE products ADD COLUMN listed boolean NOT NULL "
        "GENERATED ALWAYS AS (active AND (lead IS NULL OR lead = id)) STORED"
    ),
    (
        "ALTER TABLE products ADD CONSTRAINT products_lead_leads "
        "FOREIGN KEY (lead, lead) REFERENCES products (id, lead) ON DELETE RESTRICT"
    ),
    "CREATE INDEX products_newest ON products (id DESC) WHERE listed",
    "CREATE INDEX products_by_price ON products (price, id) WHERE listed",
    # Not partial, so that it serves the foreign key too: an index on the category alone would look
    # cheaper to PostgreSQL for a list, which then reads the whole category. `listed` is included so
    # that the index on the price, which is enough for an index-only scan, is not cheaper either.
    "CREATE INDEX products_of_category ON products (category, id) INCLUDE (listed)",
    "CREATE INDEX products_category_price ON products (category, price, id) WHERE listed",
    # No list of pending entries: each search would read all of it.
    "CREATE INDEX product_terms_held ON product_terms USING gin (terms) WITH (fastupdate = off)",
    f"CREATE INDEX product_terms_words ON product_terms USING gin ({WORDS}) WITH (fastupdate=off)",
    "CREATE INDEX product_terms_version ON product_terms (version)",
    "CREATE INDEX stock_entries_of_product ON stock_entries (product, id DESC)",
)
