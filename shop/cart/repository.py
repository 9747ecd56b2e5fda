"""The only place with queries on `cart_items`."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from piccolo.columns.column_types import DEFAULT
from piccolo.columns.combination import WhereRaw

from shop.cart.line import CartLine
from shop.cart.tables import CartItem
from shop.prepared import compile_once
from shop.products.purchases import BOUGHT
from shop.products.quantity import MAX_QUANTITY
from shop.products.repository import INFO

COLUMNS = (CartItem.product, CartItem.quantity, CartItem.price_seen)


class CartRow(NamedTuple):
    product_id: int
    quantity: int
    price_seen: int


class Place(NamedTuple):
    """Where an item stands: in whose cart, and of which product."""

    user_id: int
    product_id: int


# By hand, because Piccolo's ON CONFLICT cannot add to the stored value.
ADD = """
    INSERT INTO cart_items ("user", product, quantity, price_seen, last_add)
    SELECT {}::bigint, {}::bigint, {}::integer, {}::integer, {}
    WHERE {}::integer <= {} OR EXISTS (
        SELECT FROM cart_items WHERE "user" = {} AND product = {})
    ON CONFLICT ("user", product) DO UPDATE SET
        quantity = CASE WHEN cart_items.last_add = EXCLUDED.last_add
            THEN cart_items.quantity
            ELSE LEAST(cart_items.quantity + EXCLUDED.quantity, {}) END,
        price_seen = EXCLUDED.price_seen,
        last_add = EXCLUDED.last_add
    WHERE cart_items.last_add = EXCLUDED.last_add
        OR LEAST(cart_items.quantity + EXCLUDED.quantity, {}) <= {}
    RETURNING quantity
"""


class CartRepository:
    async def items(self, user_id: int) -> list[CartRow]:
        """What is in the cart, in the order in which it was put there."""
        return [_row(row) for row in await _items(user_id)]

    async def lines(self, user_id: int) -> list[CartLine]:
        """The same with what the products are now, and how many of those with a limit the user may
        still buy."""
        return [
            msgspec.json.decode(str(row["found"]), type=CartLine) for row in await _lines(user_id)
        ]

    async def add(
        self,
        user_id: int,
        product_id: int,
        quantity: int,
        price: int,
        stock: int,
        key: str | None,
    ) -> int | None:
        """Adds `quantity` to the cart, up to the most that one order may hold; nothing if the last
        addition had the same key. Returns the quantity in the cart; None, with no change, if it
        would exceed `stock`."""
        rows = await CartItem.raw(
            ADD,
            user_id,
            product_id,
            quantity,
            price,
            key,
            *(quantity, stock, user_id, product_id),
            MAX_QUANTITY,
            *(MAX_QUANTITY, stock),
        )
        return int(rows[0]["quantity"]) if rows else None

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

    async def lock(self, places: Sequence[Place]) -> dict[Place, int]:
        """Items by place, locked until the transaction ends, in the order of users and products."""
        users = [place.user_id for place in places]
        rows = await _lock(users, [place.product_id for place in places])
        return {Place(row["user"], row["product"]): row["quantity"] for row in rows}

    async def take(self, taken: Mapping[Place, int]) -> None:
        """Takes so many items out of each place."""
        users = [place.user_id for place in taken]
        await _take(users, [place.product_id for place in taken], list(taken.values()))

    async def clear(self, user_id: int) -> None:
        await CartItem.delete().where(CartItem.user == user_id)

    async def remove(self, user_id: int, *product_ids: int) -> list[CartRow]:
        """The removed items."""
        return [_row(row) for row in await _remove(user_id, list(product_ids))]


def _row(row: dict[str, int]) -> CartRow:
    return CartRow(row["product"], row["quantity"], row["price_seen"])


@compile_once
def _items(user_id: int) -> Any:
    return CartItem.select(*COLUMNS).where(CartItem.user == user_id).order_by(CartItem.id)


@compile_once
def _lines(user_id: int) -> Any:
    return CartItem.raw(
        f"""
        SELECT row_to_json(line) AS found FROM (
            SELECT wanted.id, wanted.product AS product_id, wanted.quantity, wanted.price_seen,
                (SELECT row_to_json(info) FROM ({INFO} WHERE s.product = wanted.product) info)
                    AS product,
                CASE WHEN wanted.person_limit IS NOT NULL
                    THEN GREATEST(wanted.person_limit - {BOUGHT}, 0) END AS "left"
            FROM (
                SELECT c.id, c."user", c.product, c.quantity, c.price_seen, p.person_limit,
                    p.limit_days AS days
                FROM cart_items c JOIN products p ON p.id = c.product WHERE c."user" = {{}}
            ) wanted
        ) line ORDER BY line.id
        """,  # noqa: S608 - no input in it
        user_id,
    )


@compile_once
def _remove(user_id: int, product_ids: list[int]) -> Any:
    mine = (CartItem.user == user_id) & WhereRaw("product = ANY({})", product_ids)
    return CartItem.delete().where(mine).returning(*COLUMNS)


@compile_once
def _lock(user_ids: list[int], product_ids: list[int]) -> Any:
    return CartItem.raw(
        """
        SELECT "user", product, quantity FROM cart_items
        WHERE ("user", product) IN (SELECT * FROM unnest({}::bigint[], {}::bigint[]))
        ORDER BY "user", product FOR UPDATE
        """,
        user_ids,
        product_ids,
    )


@compile_once
def _take(user_ids: list[int], product_ids: list[int], quantities: list[int]) -> Any:
    """Rows that would be left with nothing are deleted, the others keep the rest."""
    return CartItem.raw(
        """
        WITH taken AS (
            SELECT * FROM unnest({}::bigint[], {}::bigint[], {}::integer[])
                AS place ("user", product, quantity)
        ), emptied AS (
            DELETE FROM cart_items c USING taken
            WHERE c."user" = taken."user" AND c.product = taken.product
                AND c.quantity <= taken.quantity
        )
        UPDATE cart_items c SET quantity = c.quantity - taken.quantity FROM taken
        WHERE c."user" = taken."user" AND c.product = taken.product
            AND c.quantity > taken.quantity
        """,
        user_ids,
        product_ids,
        quantities,
    )
