"""Queries of the admin: the rows that staff edit, and the keys of their forms."""

from collections.abc import Sequence
from typing import Any

import msgspec
from piccolo.columns.column_types import DEFAULT
from piccolo.table import Table

from shop.admin.tables import FormKey
from shop.external.tables import OutboxMessage
from shop.orders.tables import Order
from shop.products.tables import Product
from shop.users.names import normalised
from shop.users.tables import User


class StaffRepository:
    async def user_id(self, username: str) -> int | None:
        """The account of this name, closed or not."""
        row = await User.select(User.id).where(User.username == normalised(username)).first()
        return row["id"] if row else None

    async def username(self, user_id: int) -> str:
        row = await User.select(User.username).where(User.id == user_id).first()
        return str(row["username"]) if row else ""

    async def product_exists(self, product_id: int) -> bool:
        return bool(await Product.exists().where(Product.id == product_id))

    async def row_exists(self, table: type[Table], row_id: int) -> bool:
        return bool(await table.exists().where(table._meta.primary_key == row_id))

    async def is_slug_taken(self, table: type[Table], slug: str, row_id: int | None) -> bool:
        """By another row."""
        query = table.exists().where(table._meta.get_column_by_name("slug") == slug)
        others = table._meta.primary_key != row_id
        return bool(await (query.where(others) if row_id else query))

    async def message_exists(self, message_id: int) -> bool:
        return bool(await OutboxMessage.exists().where(OutboxMessage.id == message_id))

    async def locked_status(self, order_id: int) -> str | None:
        """Of an order, locked until the transaction ends."""
        query = Order.select(Order.status).where(Order.id == order_id)
        row = await query.lock_rows("NO KEY UPDATE").first()
        return str(row["status"]) if row else None

    async def locked_row(
        self, table: type[Table], row_id: int, columns: Sequence[str]
    ) -> dict[str, Any]:
        """These columns of a row, locked until the transaction ends. Orders of
        a product do not wait for that."""
        query = table.select(*columns).where(table._meta.primary_key == row_id)
        [row] = await query.lock_rows("NO KEY UPDATE")
        return row


class SentForm(msgspec.Struct, frozen=True):
    """`form` identifies the form, `fingerprint` its contents; `older_fingerprints` are those with
    older secrets."""

    key: str
    actor_id: int
    form: str
    fingerprint: str
    older_fingerprints: tuple[str, ...] = ()

    def is_same(self, first: "SentForm") -> bool:
        """Whether the stored `first` is this form with the same entries."""
        known = (self.fingerprint, *self.older_fingerprints)
        return first.fingerprint in known and (first.key, first.actor_id, first.form) == (
            *(self.key, self.actor_id, self.form),
        )


class FormKeyRepository:
    async def claim(self, sent: SentForm) -> bool:
        """Claims the key for this transaction. False where it was claimed before.

        Where another transaction has just claimed it, this waits for that one's end: the primary
        key does. Raises Busy where that takes too long.
        """
        row = FormKey(
            key=sent.key,
            actor=sent.actor_id,
            form=sent.form,
            fingerprint=sent.fingerprint,
            created_at=DEFAULT,
        )
        claimed = FormKey.insert(row).on_conflict(target=FormKey.key, action="DO NOTHING")
        return bool(await claimed.returning(FormKey.key))

    async def find(self, key: str) -> tuple[SentForm, str]:
        """The form that has claimed this key, and its result."""
        [row] = await FormKey.select(
            FormKey.key,
            FormKey.actor.as_alias("actor_id"),
            FormKey.form,
            FormKey.fingerprint,
            FormKey.result,
        ).where(FormKey.key == key)
        result = row.pop("result")
        return SentForm(**row), result

    async def result_of(self, key: str, actor_id: int) -> str:
        """What this member of staff was answered; empty if they sent no form with this key."""
        row = (
            await FormKey.select(FormKey.result)
            .where((FormKey.key == key) & (FormKey.actor == actor_id))
            .first()
        )
        return str(row["result"]) if row else ""

    async def set_result(self, key: str, result: str) -> None:
        await FormKey.update({FormKey.result: result}).where(FormKey.key == key)
