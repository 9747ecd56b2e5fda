"""Who works in the shop: superusers made from the command line, as no page can make the first."""

from shop.database import transactional
from shop.errors import InvalidInput
from shop.security_log import security_event
from shop.users.names import normalised, username_errors
from shop.users.password_rules import password_errors
from shop.users.passwords import hash_password
from shop.users.repository import StaffAccount, UserRepository
from shop.users.second_factor_reset import reset_second_factor
from shop.users.service import Welcome


class StaffService:
    """Makes superusers, and lists who works here. `welcome` is run for each new account."""

    def __init__(self, repository: UserRepository, welcome: Welcome) -> None:
        self._users, self._welcome = repository, welcome

    async def find(self, username: str) -> StaffAccount | None:
        """The account of this name, closed or not, of staff or of a shopper."""
        return await self._users.account(normalised(username))

    async def all(self) -> list[StaffAccount]:
        """Everybody who may open the admin, by name, also those whose account is closed."""
        return await self._users.staff()

    async def add(self, username: str, password: str) -> str:
        """A new superuser, by the rules of signing up; the name as it is stored.

        Raises InvalidInput and UsernameTaken.
        """
        username = normalised(username)
        wrong = [*username_errors(username), *await password_errors("password", username, password)]
        if wrong:
            raise InvalidInput(*wrong)
        await self._open_account(username, await hash_password(password))
        _log(username, before={})
        return username

    @transactional
    async def _open_account(self, username: str, hashed_password: str) -> None:
        user = await self._users.add(username, hashed_password)
        await self._welcome(user)
        await self._users.make_superuser(user.username)

    async def promote(self, account: StaffAccount) -> None:
        """Makes a superuser of it; its password stays."""
        await self._users.make_superuser(account.username)
        before = {"admin": account.staff, "superuser": account.superuser}
        _log(account.username, before)

    async def reset_second_factor(self, account: StaffAccount) -> bool:
        """Turns two-step verification off and ends all sessions; False where it was not on."""
        return await reset_second_factor(account.id, account.username, actor="command line")


def _log(username: str, before: dict[str, bool]) -> None:
    rights = {"before": before, "after": {"admin": True, "superuser": True}}
    security_event("rights-changed", actor="command line", user=username, **rights)
