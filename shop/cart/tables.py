"""What a shopper means to buy."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from shop.products.tables import Product
from shop.users.tables import User


class CartItem(Table, tablename="cart_items"):
    """`quantity` items of a product in a cart; `price_seen` is what one cost when put in.

    `last_add` is the key of the form, or of the pending action, that added to it last.
    """

    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    quantity = Integer(null=False, default=1)
    price_seen = BigInt(null=False)
    last_add = Varchar(length=64, null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    cart_items_once = Unique([user, product])
    cart_items_quantity_in_range = Check("quantity BETWEEN 1 AND 99")
