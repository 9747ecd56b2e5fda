"""The only place that writes `addresses`."""

from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from piccolo.columns.column_types import DEFAULT

from shop.addresses.recipient import Recipient
from shop.addresses.tables import Address
from shop.prepared import compile_once
from shop.users.tables import User

COLUMNS = (
    *(Address.name, Address.phone, Address.country, Address.postcode),
    *(Address.line1, Address.line2, Address.note),
)


class SavedAddress(msgspec.Struct, frozen=True):
    id: int
    recipient: Recipient
    is_default: bool


class AddressKey(NamedTuple):
    """An address of a user, or with `address_id` None their default one."""

    user_id: int
    address_id: int | None


class AddressRepository:
    async def recipients(self, keys: Collection[AddressKey]) -> dict[AddressKey, Recipient]:
        """The recipients of those addresses that exist, in one query."""
        rows = await _recipients([key.user_id for key in keys], [key.address_id for key in keys])
        return {AddressKey(row.pop("user_id"), row.pop("key")): Recipient(**row) for row in rows}

    async def lock_book(self, user_id: int) -> None:
        """Changes of one user's addresses wait for each other until the transaction ends."""
        await User.raw("SELECT id FROM users WHERE id = {} FOR NO KEY UPDATE", user_id)

    async def of_user(self, user_id: int) -> list[SavedAddress]:
        """The user's addresses: the default one, then the newest first."""
        return [_address(row) for row in await _of_user(user_id)]

    async def one(self, user_id: int, address_id: int) -> SavedAddress | None:
        row = await _addresses().where(_of(user_id, address_id)).first()
        return _address(row) if row else None

    async def add(self, user_id: int, recipient: Recipient) -> int:
        """Returns its id."""
        row = Address(user=user_id, created_at=DEFAULT, **msgspec.structs.asdict(recipient))
        [added] = await Address.insert(row).returning(Address.id)
        return int(added["id"])

    async def update(self, user_id: int, address_id: int, recipient: Recipient) -> bool:
        """Whether the user has this address."""
        query = Address.update(**msgspec.structs.asdict(recipient))
        return bool(await query.where(_of(user_id, address_id)).returning(Address.id))

    async def delete(self, user_id: int, address_id: int) -> bool:
        """Whether the user had this address."""
        query = Address.delete().where(_of(user_id, address_id))
        return bool(await query.returning(Address.id))

    async def delete_all(self, user_id: int) -> None:
        await Address.delete().where(Address.user == user_id)

    async def set_default(self, user_id: int, address_id: int | None) -> None:
        """Makes this address the user's only default one; with None, they have none."""
        await Address.update({Address.is_default: False}).where(
            (Address.user == user_id) & Address.is_default.eq(True)
        )
        if address_id is not None:
            await Address.update({Address.is_default: True}).where(_of(user_id, address_id))


def _of(user_id: int, address_id: int) -> Any:
    return (Address.id == address_id) & (Address.user == user_id)


def _addresses() -> Any:
    return Address.select(Address.id, Address.is_default, *COLUMNS)


def _address(row: dict[str, Any]) -> SavedAddress:
    return SavedAddress(row.pop("id"), is_default=row.pop("is_default"), recipient=Recipient(**row))


@compile_once
def _of_user(user_id: int) -> Any:
    query = _addresses().where(Address.user == user_id)
    return query.order_by(Address.is_default, Address.id, ascending=False)


@compile_once
def _recipients(user_ids: list[int], address_ids: list[int | None]) -> Any:
    return Address.raw(
        """
        SELECT wanted.user_id, wanted.key, name, phone, country, postcode, line1, line2, note
        FROM unnest({}::bigint[], {}::bigint[]) AS wanted (user_id, key)
        JOIN addresses a ON a."user" = wanted.user_id
            AND CASE WHEN wanted.key IS NULL THEN a.is_default ELSE a.id = wanted.key END
        """,
        user_ids,
        address_ids,
    )
