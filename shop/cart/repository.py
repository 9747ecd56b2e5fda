"""The only place with queries on `cart_items`."""

from typing import Any, NamedTuple

from piccolo.columns.column_types import DEFAULT
from piccolo.columns.combination import WhereRaw

from shop.cart.tables import CartItem
from shop.frozen import frozen
from shop.products.service import MAX_QUANTITY

COLUMNS = (CartItem.product, CartItem.quantity, CartItem.price_seen)


class CartRow(NamedTuple):
    product_id: int
    quantity: int
    price_seen: int


class CartRepository:
    async def items(self, user_id: int) -> list[CartRow]:
        """What is in the cart, in the order in which it was put there."""
        return [_row(row) for row in await _items(user_id)]

    async def add(
        self, user_id: int, product_id: int, quantity: int, price: int, key: str | None
    ) -> int:
        """Puts `quantity` more into the cart, up to the most that one order may hold; nothing where
        the last addition had the same key. Returns how many it holds now.

        By hand, because Piccolo's ON CONFLICT cannot add to what is there.
        """
        [row] = await CartItem.raw(
            """
            INSERT INTO cart_items ("user", product, quantity, price_seen, last_add)
            VALUES ({}, {}, {}, {}, {})
            ON CONFLICT ("user", product) DO UPDATE SET
                quantity = CASE WHEN cart_items.last_add = EXCLUDED.last_add
                    THEN cart_items.quantity
                    ELSE LEAST(cart_items.quantity + EXCLUDED.quantity, {}) END,
                price_seen = EXCLUDED.price_seen,
                last_add = EXCLUDED.last_add
            RETURNING quantity
            """,
            user_id,
            product_id,
            quantity,
            price,
            key,
            MAX_QUANTITY,
        )
        return int(row["quantity"])

    async def set(self, user_id: int, product_id: int, quantity: int, price: int) -> None:
        item = CartItem(
            user=user_id,
            product=product_id,
            quantity=quantity,
            price_seen=price,
            created_at=DEFAULT,
        )
        await CartItem.insert(item).on_conflict(
            target=(CartItem.user, CartItem.product),
            action="DO UPDATE",
            values=[CartItem.quantity, CartItem.price_seen],
        )

    async def remove(self, user_id: int, *product_ids: int) -> list[CartRow]:
        """What was taken out."""
        return [_row(row) for row in await _remove(user_id, list(product_ids))]


def _row(row: dict[str, int]) -> CartRow:
    return CartRow(row["product"], row["quantity"], row["price_seen"])


@frozen
def _items(user_id: int) -> Any:
    return CartItem.select(*COLUMNS).where(CartItem.user == user_id).order_by(CartItem.id)


@frozen
def _remove(user_id: int, product_ids: list[int]) -> Any:
    mine = (CartItem.user == user_id) & WhereRaw("product = ANY({})", product_ids)
    return CartItem.delete().where(mine).returning(*COLUMNS)
