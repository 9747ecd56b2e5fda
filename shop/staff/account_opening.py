"""Opens the accounts of a list, with their points, links and mail; each is written in the log."""

from shop.errors import N_
from shop.mail.invitations import invite
from shop.mail.service import MailService
from shop.points.service import PointService
from shop.staff.files.read import Table
from shop.staff.files.rows import WrongLines
from shop.staff.new_accounts import NewAccount, check_accounts
from shop.staff.rights import check_again, current
from shop.staff_log.repository import StaffLogRepository
from shop.users.accounts import Accounts
from shop.users.password_links import INVITATION, PasswordLinks
from shop.users.passwords import NO_PASSWORD
from shop.users.repository import UserRepository
from shop.web.i18n import language_of, translate
from shop.web.request import AnyRequest


class Opening:
    """Opens accounts in the transaction of the form."""

    def __init__(
        self,
        request: AnyRequest,
        accounts: Accounts,
        points: PointService,
        links: PasswordLinks,
        mail: MailService,
    ) -> None:
        self._request, self._accounts, self._mail = request, accounts, mail
        self._points, self._links = points, links
        self._users, self._log = UserRepository(), StaffLogRepository()
        self._reason = translate(language_of(request), N_("Points to begin with"))

    async def open(self, table: Table) -> int:
        """The number of accounts. Raises WrongLines, UsernameTaken, and NotFound if points are
        given without the right for them."""
        new, wrong = await check_accounts(table.lines)
        if problems := [*table.problems, *wrong]:
            raise WrongLines(problems)
        actor_id = current(self._request).user.id
        if any(account.points for account in new):
            await check_again(self._request, "points")
        user_ids = [await self._open(account, actor_id) for account in new]
        await self._links.make(user_ids, actor_id, INVITATION)
        await invite(self._mail, self._links, user_ids)
        return len(user_ids)

    async def _open(self, account: NewAccount, actor_id: int) -> int:
        user = await self._accounts.open(account.username, NO_PASSWORD)
        columns = {
            "first_name": account.name,
            "department": account.department,
            "employee_no": account.employee_no or None,
            "email": account.email or None,
        }
        await self._users.update(user.id, columns)
        if account.points:
            reference = f"open:{user.id}"
            await self._points.move(
                user.id, account.points, "grant", self._reason, actor_id, reference
            )
        after = {"username": account.username, "points": account.points}
        await self._log.record(actor_id, "user.invite", f"user:{user.id}", after=after)
        return user.id
