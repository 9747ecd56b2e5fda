"""The account that a form of staff is about, locked until the transaction's end."""

from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.paging import MAX_INT
from shop.staff.people_repository import Person, PersonRepository
from shop.staff.rights import Staff

NOT_YOURS = N_("You cannot do this with your own account.")
OF_STAFF = N_("Only a superuser can do this with the account of a member of staff.")


class LockedPeople:
    """For a form that `staff` sent. Raises NotFound where there is no such account."""

    def __init__(self, staff: Staff) -> None:
        self._staff, self._people = staff, PersonRepository()

    async def any(self, user_id: int) -> Person:
        person = await self._people.locked(user_id) if 0 < user_id <= MAX_INT else None
        if person is None:
            raise NotFound
        return person

    async def changeable(self, user_id: int) -> Person:
        """Raises InvalidInput for accounts of staff, unless a superuser sent the form."""
        person = await self.any(user_id)
        if person.is_staff and not self._staff.superuser:
            raise InvalidInput(FieldError("user", OF_STAFF))
        return person

    async def others(self, user_id: int) -> Person:
        """As `changeable`. Raises InvalidInput also for the sender's own account."""
        if user_id == self._staff.user.id:
            await self.any(user_id)
            raise InvalidInput(FieldError("user", NOT_YOURS))
        return await self.changeable(user_id)
