"""Leaving: a person's data as one document, and erasing what names the person (GDPR, articles 15
and 17)."""

from typing import Any

from shop.addresses.repository import AddressRepository
from shop.cart.repository import CartRepository
from shop.database import transactional
from shop.mail.repository import MailRepository
from shop.orders.recipients import RecipientService
from shop.orders.return_repository import ReturnRepository
from shop.personal_data.columns import BLANKED, EXPORTED
from shop.personal_data.errors import OrdersOpen
from shop.personal_data.repository import PersonalDataRepository
from shop.staff_log.repository import StaffLogRepository
from shop.users.leaving import Leaving


class PersonalDataService:
    def __init__(
        self,
        repository: PersonalDataRepository,
        users: Leaving,
        addresses: AddressRepository,
        carts: CartRepository,
        recipients: RecipientService,
    ) -> None:
        self._data, self._users = repository, users
        self._addresses, self._carts, self._recipients = addresses, carts, recipients

    @transactional
    async def export(self, user_id: int) -> dict[str, list[dict[str, Any]]]:
        """Everything by part, each a list of rows as they are stored."""
        return {name: await self._data.rows(table, user_id) for name, table in EXPORTED.items()}

    @transactional
    async def close(self, user_id: int) -> None:
        """Closes the account for good: it cannot be signed in to. Points that are left stay
        unspent. Raises OrdersOpen while an order is on its way."""
        if count := await self._data.open_orders(user_id):
            raise OrdersOpen(count)
        await self._users.close(user_id)

    @transactional
    async def erase(self, user_id: int) -> None:
        """Removes what names the person; orders, entries and totals stay. Raises OrdersOpen."""
        await self.close(user_id)
        await self._users.erase(user_id)
        await self._addresses.delete_all(user_id)
        await self._carts.clear(user_id)
        await MailRepository().delete_all(user_id)
        await self._recipients.erase_of(await self._data.open_recipients(user_id))
        await ReturnRepository().erase(user_id)
        await StaffLogRepository().erase(f"user:{user_id}", BLANKED)
