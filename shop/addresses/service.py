"""The address book of a user."""

from collections.abc import Iterable

from shop.addresses.errors import AddressNotFound
from shop.addresses.recipient import Recipient, checked
from shop.addresses.repository import AddressKey, AddressRepository, SavedAddress
from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.identity import SignedInUser
from shop.paging import MAX_INT

MAX_ADDRESSES = 20


class AddressService:
    def __init__(self, repository: AddressRepository) -> None:
        self._addresses = repository

    async def of_user(self, user: SignedInUser) -> list[SavedAddress]:
        """All of the user's addresses: the default one, then the newest first."""
        return await self._addresses.of_user(user.id)

    async def one(self, user: SignedInUser, address_id: int) -> SavedAddress:
        """Raises AddressNotFound, also if it is another user's."""
        in_range = 0 < address_id <= MAX_INT
        found = await self._addresses.one(user.id, address_id) if in_range else None
        if found is None:
            raise AddressNotFound
        return found

    async def recipients(self, keys: Iterable[AddressKey]) -> dict[AddressKey, Recipient]:
        """The recipients of those addresses that exist."""
        possible = {key for key in keys if key.address_id is None or 0 < key.address_id <= MAX_INT}
        return await self._addresses.recipients(possible) if possible else {}

    @transactional
    async def add(
        self, user: SignedInUser, recipient: Recipient, *, default: bool = False
    ) -> SavedAddress:
        """The first address becomes the default one. Raises InvalidInput, also if the book is
        full."""
        recipient = checked(recipient)
        await self._addresses.lock_book(user.id)
        known = await self._addresses.of_user(user.id)
        if len(known) >= MAX_ADDRESSES:
            message = N_("You can save up to %(max)s addresses. Please delete one first.")
            raise InvalidInput(FieldError("address", message, {"max": MAX_ADDRESSES}))
        added = await self._addresses.add(user.id, recipient)
        if default or not known:
            await self._addresses.set_default(user.id, added)
        return await self.one(user, added)

    @transactional
    async def edit(
        self, user: SignedInUser, address_id: int, recipient: Recipient, *, default: bool
    ) -> SavedAddress:
        """Raises AddressNotFound and InvalidInput."""
        recipient = checked(recipient)
        await self._addresses.lock_book(user.id)
        before = await self.one(user, address_id)
        await self._addresses.update(user.id, address_id, recipient)
        if default != before.is_default:
            await self._addresses.set_default(user.id, address_id if default else None)
        return await self.one(user, address_id)

    @transactional
    async def delete(self, user: SignedInUser, address_id: int) -> None:
        """Raises AddressNotFound. Without the default address there is none until the user
        chooses one."""
        in_range = 0 < address_id <= MAX_INT
        if not in_range or not await self._addresses.delete(user.id, address_id):
            raise AddressNotFound
