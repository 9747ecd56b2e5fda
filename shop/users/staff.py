"""Superusers from the command line, because no page can create the first one."""

from shop.security_log import security_event
from shop.users.accounts import Accounts
from shop.users.names import normalised
from shop.users.repository import StaffAccount, UserRepository
from shop.users.second_factor_reset import reset_second_factor


class StaffService:
    """Makes superusers, and lists who works here."""

    def __init__(self, repository: UserRepository, accounts: Accounts) -> None:
        self._users, self._accounts = repository, accounts

    async def find(self, username: str) -> StaffAccount | None:
        """The account of this name, closed or not, of staff or of a shopper."""
        return await self._users.account(normalised(username))

    async def all(self) -> list[StaffAccount]:
        """All staff by name, also closed accounts."""
        return await self._users.staff()

    async def add(self, username: str, password: str) -> str:
        """Adds a superuser by the rules of signing up. Returns the stored name.

        Raises InvalidInput and UsernameTaken.
        """
        account = await self._accounts.register(username, password, superuser=True)
        _log(account.user.username, before={})
        return account.user.username

    async def promote(self, account: StaffAccount) -> None:
        """Makes the account a superuser; its password stays."""
        await self._users.make_superuser(account.username)
        before = {"admin": account.staff, "superuser": account.superuser}
        _log(account.username, before)

    async def reset_second_factor(self, account: StaffAccount) -> bool:
        """Turns two-step verification off and ends all sessions; False if it was not on."""
        return await reset_second_factor(account.id, account.username, actor="command line")


def _log(username: str, before: dict[str, bool]) -> None:
    rights = {"before": before, "after": {"admin": True, "superuser": True}}
    security_event("rights-changed", actor="command line", user=username, **rights)
