"""Authentication, signing up and in, and passwords."""

import re
from collections.abc import Iterable
from typing import Literal

from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput, NotSignedIn
from shop.identity import Identity, SignedInUser
from shop.paging import MAX_INT
from shop.settings import load_settings
from shop.users.accounts import Accounts
from shop.users.emails import email_errors, normalised_email
from shop.users.errors import UsernameTaken, WrongPassword
from shop.users.known import NOBODY, KnownUser
from shop.users.names import USERNAME, normalised
from shop.users.password_rules import check_new_password, password_errors
from shop.users.passwords import (
    check_password,
    hash_password,
    matching_form,
    may_open,
    normalise_password,
)
from shop.users.repository import MailAddress, StoredPassword, UserRepository
from shop.users.session import Verified
from shop.users.sessions import SessionService

USER_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
NOT_YOUR_PASSWORD = FieldError("current_password", N_("The password is incorrect."))


class UserService:
    """`named_by` is what an `X-USER-ID` holds."""

    def __init__(
        self,
        repository: UserRepository,
        sessions: SessionService,
        accounts: Accounts,
        *,
        named_by: Literal["id", "username"] = "id",
    ) -> None:
        self._users = repository
        self.sessions = sessions
        self._named_by = named_by
        self._accounts = accounts

    @staticmethod
    def authenticated(user: SignedInUser | None) -> SignedInUser:
        """The first arrow of both diagrams: the user, or NotSignedIn (401)."""
        if user is None:
            raise NotSignedIn
        return user

    async def by_header(self, value: str, *, known: bool = False) -> Identity:
        """The active user that an `X-USER-ID` names; with `known`, also what a page needs of them.
        Raises NotSignedIn for anything else."""
        find = self._by_name if self._named_by == "username" else self._by_number
        found = await find(value, known)
        return Identity(self.authenticated(found.user), "header", known=found.known)

    async def _by_number(self, value: str, known: bool) -> KnownUser:
        if not USER_ID.fullmatch(value) or int(value) > MAX_INT:
            return NOBODY
        if known:
            return await self._users.known_by_id(int(value))
        return KnownUser(await self._users.by_id(int(value)))

    async def _by_name(self, value: str, known: bool) -> KnownUser:
        """Upper and lower case are the same, as at sign-in."""
        name = value.lower()
        if not USERNAME.fullmatch(name):
            return NOBODY
        if known:
            return await self._users.known_by_name(name)
        return KnownUser(await self._users.by_name(name))

    async def by_session(self, token: str, *, known: bool = False) -> Identity:
        """As `SessionService.identity_of`."""
        return await self.sessions.identity_of(token, known=known)

    async def sign_up(
        self, username: str, password: str, email: str = "", also: Iterable[FieldError] = ()
    ) -> Verified:
        """Opens an account; the same form sent again within a minute returns the same account.
        `also`: what is wrong with the form's other fields.

        Raises InvalidInput if a rule is broken or the address is another account's, and
        UsernameTaken.
        """
        try:
            return await self._accounts.register(username, password, email=email, also=also)
        except UsernameTaken:
            if same := await self._opened_just_now(normalised(username), password):
                return same
            raise

    async def _opened_just_now(self, username: str, password: str) -> Verified | None:
        """The account that the first of two clicks has opened."""
        user = await self._users.opened_just_now(username)
        stored = await self._users.password_of(user.id) if user else ""
        return Verified(user, stored) if user and await check_password(password, stored) else None

    async def sign_in(self, username: str, password: str) -> Verified:
        """Raises WrongPassword, in the same words and time whether or not the account exists."""
        stored = await self._users.stored_password(normalised(username))
        form = await matching_form(password, stored.hash if stored else None)
        if stored is None or form is None or not may_open(form, load_settings()):
            raise WrongPassword
        user = await self._users.by_id(stored.user_id)
        if user is None:
            raise WrongPassword
        return Verified(user, await self._normalised(stored, form, password))

    async def _normalised(self, stored: StoredPassword, form: str, password: str) -> str:
        """The stored hash; an older one, of the password without normalisation, is replaced
        first."""
        if form == normalise_password(password):
            return stored.hash
        hashed = await hash_password(password)
        await self._users.set_password(stored.user_id, hashed, stored.hash)
        return hashed

    async def verified(self, user_id: int) -> Verified | None:
        """The active user with the stored password, as after a check of the password."""
        user = await self._users.by_id(user_id)
        return Verified(user, await self._users.password_of(user_id)) if user else None

    async def confirm_password(self, user: SignedInUser, current: str) -> None:
        """Raises InvalidInput if it is not this user's password."""
        if not await check_password(current, await self._users.password_of(user.id)):
            raise InvalidInput(NOT_YOUR_PASSWORD)

    async def mail_address_of(self, user: SignedInUser) -> MailAddress:
        return await self._users.mail_address_of(user.id)

    async def set_email(self, user: SignedInUser, current: str, email: str, language: str) -> None:
        """Where the user gets mail; empty for none. The password is asked for, because a reader of
        that mail can set a new one. Raises InvalidInput."""
        address = normalised_email(email)
        wrong = email_errors(address) if address else []
        if not await check_password(current, await self._users.password_of(user.id)):
            wrong.append(NOT_YOUR_PASSWORD)
        if wrong:
            raise InvalidInput(*wrong)
        await self._save_email(user.id, address or None, language)

    @transactional
    async def _save_email(self, user_id: int, email: str | None, language: str) -> None:
        await self._users.set_email(user_id, email, language)

    async def change_password(
        self, user: SignedInUser, session_token: str, current: str, new: str
    ) -> None:
        """Sets a new password and signs every other browser out. Raises InvalidInput."""
        old_hash = await self._users.password_of(user.id)
        is_theirs = await check_password(current, old_hash)
        wrong = await password_errors("new_password", user.username, new)
        if wrong or not is_theirs:
            raise InvalidInput(*([] if is_theirs else [NOT_YOUR_PASSWORD]), *wrong)
        await self._replace_password(user.id, await hash_password(new), session_token, old_hash)

    async def set_password(self, user_id: int, new: str) -> None:
        """Staff set a lost password; all sessions of the user end. Raises InvalidInput if it breaks
        a rule."""
        await check_new_password(await self._users.username_of(user_id), new, "new_password")
        await self._replace_password(user_id, await hash_password(new))

    @transactional
    async def _replace_password(
        self,
        user_id: int,
        new_hash: str,
        kept_session: str | None = None,
        old_hash: str | None = None,
    ) -> None:
        """Updates the account first: a concurrent sign-in with the old password waits for this lock
        and is refused, or its session is deleted."""
        if not await self._users.set_password(user_id, new_hash, old_hash):
            raise InvalidInput(NOT_YOUR_PASSWORD)
        await self.sessions.end_all(user_id, but=kept_session)
