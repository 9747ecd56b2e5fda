"""What staff do with accounts and their points; each is written in the log."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.personal_data.errors import OrdersOpen
from shop.personal_data.service import PersonalDataService
from shop.points.service import PointService
from shop.staff.locked_people import LockedPeople
from shop.staff.once import Sentence
from shop.staff.people_repository import Person, PersonRepository
from shop.staff.rights import Staff
from shop.staff.rights_repository import RightsRepository
from shop.staff.seen import check_seen
from shop.staff_log.repository import StaffLogRepository
from shop.users.emails import email_errors, email_taken, normalised_email
from shop.users.password_links import LOST_PASSWORD, PasswordLinks
from shop.users.repository import UserRepository
from shop.users.service import UserService

MAX_AMOUNT = 1_000_000_000  # points
DETAILS = ("first_name", "last_name", "email", "employee_no", "department")
UNIQUE = ("email", "employee_no")

NUMBER_TAKEN = N_("Another account already has this employee number.")


class PeopleActions:
    """Must run in the transaction of the form, whose key is `form_key`."""

    def __init__(
        self, staff: Staff, users: UserService, points: PointService, links: PasswordLinks
    ) -> None:
        self._staff, self._users, self._points, self._links = staff, users, points, links
        self._people, self._log = LockedPeople(staff), StaffLogRepository()
        self._accounts = UserRepository()

    async def move_points(
        self,
        user_id: int,
        kind: Literal["grant", "adjust"],
        amount: int | None,
        reason: str,
        form_key: str,
    ) -> Sentence:
        """Raises InvalidInput, also for the actor's own points."""
        person = await self._people.any(user_id)
        least = 1 if kind == "grant" else -MAX_AMOUNT
        if not amount or not least <= amount <= MAX_AMOUNT:
            values = {"min": least, "max": MAX_AMOUNT}
            message = N_("Please enter a whole number from %(min)s to %(max)s, but not 0.")
            raise InvalidInput(FieldError("amount", message, values))
        actor_id, reference = self._staff.user.id, f"staff:{form_key}"
        balance = await self._points.move(user_id, amount, kind, reason, actor_id, reference)
        action = "points.grant" if kind == "grant" else "points.correct"
        before, after = {"balance": person.balance}, {"balance": balance}
        await self._record(action, user_id, reason, before, after)
        return Sentence(
            N_("%(amount)s points for %(person)s. New balance: %(balance)s points."),
            {"amount": amount, "person": person.username, "balance": balance},
        )

    async def close(
        self, user_id: int, reason: str, form_key: str, *, take_points: bool
    ) -> Sentence:
        """Ends all sessions; the points are taken back or stay. Raises InvalidInput."""
        person = await self._people.others(user_id)
        if not person.active:
            return Sentence(N_("The account %(person)s is already closed."), _named(person), False)
        await self._accounts.update(user_id, {"active": False})
        await self._users.sessions.end_all(user_id)
        await self._links.end_of(user_id)
        balance = (await self._points.lock_balances([user_id])).get(user_id, 0)
        if take_points and balance:
            actor_id, reference = self._staff.user.id, f"staff:{form_key}"
            await self._points.move(user_id, -balance, "adjust", reason, actor_id, reference)
        after = {"active": False, "balance": 0 if take_points else balance}
        await self._record(
            "user.close", user_id, reason, {"active": True, "balance": balance}, after
        )
        message = (
            N_("The account %(person)s is closed; %(balance)s points were taken back.")
            if take_points
            else N_("The account %(person)s is closed; it keeps %(balance)s points.")
        )
        return Sentence(message, {**_named(person), "balance": balance})

    async def reopen(self, user_id: int) -> Sentence:
        person = await self._people.others(user_id)
        await self._accounts.update(user_id, {"active": True})
        await self._users.sessions.end_all(user_id)
        await self._record("user.open", user_id, "", {"active": False}, {"active": True})
        return Sentence(N_("The account %(person)s is open again."), _named(person))

    async def erase(
        self, user_id: int, typed: str, reason: str, personal_data: PersonalDataService
    ) -> Sentence:
        """Closes the account and removes what names its owner; `typed` must be the username.
        Raises InvalidInput."""
        person = await self._people.others(user_id)
        if typed.strip() != person.username:
            message = N_("Please type the username, to confirm it.")
            raise InvalidInput(FieldError("typed", message))
        try:
            await personal_data.erase(user_id)
        except OrdersOpen as error:
            message = N_("%(count)s orders of this account are still open.")
            raise InvalidInput(FieldError("user", message, error.values)) from error
        await RightsRepository().set(user_id, [])
        await self._record("user.erase", user_id, reason)
        message = N_("The personal data of account %(number)s is erased.")
        return Sentence(message, {"number": user_id})

    async def edit(self, user_id: int, sent: Mapping[str, str]) -> Sentence:
        """Saves those details that differ. Raises InvalidInput if another account has one, and
        ChangedMeanwhile."""
        person = await self._people.changeable(user_id)
        check_seen(sent["seen"], details_of(person))
        values = {name: sent[name].strip() for name in DETAILS}
        values["email"] = normalised_email(values["email"])
        before = details_of(person)
        changed = {name: value for name, value in values.items() if value != before[name]}
        if not changed:
            return Sentence(N_("Nothing was changed."), {}, False)
        if changed.get("email") and (wrong := email_errors(changed["email"])):
            raise InvalidInput(*wrong)
        await self._check_taken(user_id, changed)
        columns = {
            name: value or None if name in UNIQUE else value for name, value in changed.items()
        }
        await self._accounts.update(user_id, columns)
        await self._record(
            "user.edit", user_id, "", {name: before[name] for name in changed}, changed
        )
        return Sentence(N_("The details of %(person)s are saved."), _named(person))

    async def make_password_link(self, user_id: int) -> Sentence:
        person = await self._people.others(user_id)
        if not person.active:
            raise InvalidInput(FieldError("user", N_("This account is closed.")))
        await self._links.make([user_id], self._staff.user.id, LOST_PASSWORD)
        await self._record("user.password-link", user_id)
        return Sentence(
            N_("The link for %(person)s is below. It can be used once."), _named(person)
        )

    async def set_rights(self, user_id: int, rights: Collection[str], seen: str) -> Sentence:
        """Superusers only, and not for themselves. Raises ChangedMeanwhile."""
        person = await self._people.others(user_id)
        if not self._staff.superuser:
            raise NotFound
        check_seen(seen, person.rights)
        await RightsRepository().set(user_id, rights)
        before, after = {"rights": person.rights}, {"rights": list(rights)}
        await self._record("user.rights", user_id, "", before, after)
        return Sentence(N_("The rights of %(person)s are saved."), _named(person))

    async def _check_taken(self, user_id: int, changed: Mapping[str, str]) -> None:
        email, number = changed.get("email"), changed.get("employee_no")
        if email and await self._accounts.is_email_taken(email, user_id):
            raise InvalidInput(email_taken())
        if number and await PersonRepository().is_employee_no_taken(number, user_id):
            raise InvalidInput(FieldError("employee_no", NUMBER_TAKEN))

    async def _record(
        self,
        action: str,
        user_id: int,
        reason: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        await self._log.record(
            self._staff.user.id,
            action,
            f"user:{user_id}",
            reason=reason,
            before=before,
            after=after,
        )


def details_of(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) or "" for name in DETAILS}


def _named(person: Person) -> dict[str, object]:
    return {"person": person.username}
