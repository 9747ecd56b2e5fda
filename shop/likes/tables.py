"""Likes, and their number per product."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.products.tables import Product
from shop.users.tables import User


class Like(Table, tablename="likes"):
    """A user likes a product."""

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    likes_once = Unique([user, product])


class LikeCounter(Table, tablename="like_counters"):
    """How many users like a product, for lists sorted by it.

    `category` and `listed` repeat the product's, so that one index holds each list. They have no
    default: `shop.catalogue.editor` writes them in the transaction that writes the product.
    """

    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    like_count = BigInt(null=False, default=0)
    category = BigInt(null=False, default=None)
    listed = Boolean(null=False, default=None)

    like_counters_not_negative = Check("like_count >= 0")


INDEXES = (
    "CREATE INDEX likes_of_time ON likes (created_at) INCLUDE (product)",
    'CREATE INDEX likes_of_user ON likes ("user", id DESC)',
    "CREATE INDEX like_counters_most ON like_counters (like_count DESC, product DESC) WHERE listed",
    (
        "CREATE INDEX like_counters_category_most ON like_counters (category, like_count, product) "
        "WHERE listed"
    ),
)
