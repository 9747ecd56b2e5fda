"""Opening accounts: one way, so that each account has its balance and its welcome points."""

from collections.abc import Awaitable, Callable, Iterable

from shop.database import transactional
from shop.errors import FieldError, InvalidInput
from shop.identity import SignedInUser
from shop.users.emails import email_errors, normalised_email
from shop.users.names import normalised, username_errors
from shop.users.password_rules import password_errors
from shop.users.passwords import hash_password
from shop.users.repository import UserRepository
from shop.users.session import Verified

Welcome = Callable[[SignedInUser], Awaitable[None]]
"""Called for each new user, in the transaction that opens the account."""


class Accounts:
    def __init__(self, repository: UserRepository, welcome: Welcome) -> None:
        self._users, self._welcome = repository, welcome

    async def register(
        self,
        username: str,
        password: str,
        *,
        superuser: bool = False,
        email: str = "",
        also: Iterable[FieldError] = (),
    ) -> Verified:
        """Opens an account. Raises InvalidInput if a rule is broken, with those of `also`, or if
        the address is another account's, and UsernameTaken."""
        username, address = normalised(username), normalised_email(email)
        wrong = [
            *username_errors(username),
            *await password_errors("password", username, password),
            *(email_errors(address) if address else ()),
            *also,
        ]
        if wrong:
            raise InvalidInput(*wrong)
        hashed = await hash_password(password)
        user = await self.open(username, hashed, superuser=superuser, email=address or None)
        return Verified(user, hashed)

    @transactional
    async def open(
        self,
        username: str,
        hashed_password: str,
        *,
        superuser: bool = False,
        email: str | None = None,
    ) -> SignedInUser:
        """Opens an account without checking its name and password. Raises UsernameTaken, and
        InvalidInput if the address is another account's."""
        user = await self._users.add(username, hashed_password, email)
        await self._welcome(user)
        if superuser:
            await self._users.make_superuser(username)
        return user
