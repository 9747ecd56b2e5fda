"""Points, the shop's money: balances are whole numbers, so there is no rounding, and never
negative; each movement has an entry."""

from collections.abc import Iterable, Sequence
from typing import Literal

from shop import site
from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.identity import SignedInUser
from shop.mail.content import PointsGranted
from shop.mail.service import MailService
from shop.paging import Page, decode_cursor, page_of
from shop.points.batch_repository import PointBatchRepository, Spend
from shop.points.errors import InsufficientPoints
from shop.points.repository import Entry, Movement, PointRepository

CURSOR_SCOPE = "entries"
OWN_POINTS = N_("You cannot change your own points. Please ask another member of staff.")


class PointsMoved(Exception):
    """A locked balance has changed: a fault of the program."""


class PointService:
    """`welcome_points` are granted to every new account, unless the site has its own number."""

    def __init__(
        self,
        repository: PointRepository,
        welcome_points: int = 0,
        mail: MailService | None = None,
    ) -> None:
        self._points, self._batches = repository, PointBatchRepository()
        self._mail = mail or MailService()
        self._welcome_points = welcome_points

    async def balance(self, user_id: int) -> int:
        return await self._points.balance(user_id)

    async def lock_balances(self, user_ids: Iterable[int]) -> dict[int, int]:
        """Points by user, locked for this transaction in the order of ids."""
        return await self._batches.lock_balances(sorted(set(user_ids)))

    @staticmethod
    def spend(user_id: int, amount: int, balances: dict[int, int]) -> None:
        """Takes `amount` points out of `balances` (points by user). Raises InsufficientPoints."""
        balance = balances.get(user_id, 0)
        if balance < amount:
            raise InsufficientPoints(amount, balance)
        balances[user_id] = balance - amount

    async def save_spent(self, spends: Sequence[Spend]) -> None:
        """Writes what `spend` decided, with an entry for each. Raises PointsMoved."""
        if spends and not await self._batches.spend(spends):
            raise PointsMoved(f"fewer points than were locked: {spends}")

    async def refund(self, user_id: int, amount: int, reference: str) -> None:
        """Gives `amount` points back for `reference`, once. Must run in a transaction."""
        after = await self._points.move(Movement(user_id, amount, "refund", reference))
        assert after is not None, "somebody who has spent points has a balance"

    async def welcome(self, user: SignedInUser) -> None:
        """Opens a new account's balance, with its welcome points. Must run in a transaction."""
        await self._points.open_balance(user.id)
        chosen = site.current().welcome_points
        amount = self._welcome_points if chosen is None else chosen
        if amount:
            await self._points.move(Movement(user.id, amount, "grant", f"welcome:{user.id}"))

    @transactional
    async def move(
        self,
        user_id: int,
        amount: int,
        kind: Literal["grant", "adjust"],
        reason: str,
        actor_id: int,
        reference: str,
    ) -> int:
        """Staff grant or correct points. Returns the new balance. `reference` names the form, so
        that a form sent twice moves once. Raises InvalidInput, also for the actor's own points."""
        if user_id == actor_id:
            raise InvalidInput(FieldError("username", OWN_POINTS))
        await self._points.open_balance(user_id)
        after = await self._points.move(
            Movement(user_id, amount, kind, reference, reason, actor_id)
        )
        if after is None:
            raise InvalidInput(FieldError("amount", N_("There are not enough points.")))
        if kind == "grant":
            await self._mail.write([(user_id, PointsGranted(amount, reason))])
        return after

    async def move_each(self, movements: Sequence[Movement]) -> None:
        """Staff grant or take the points of many, one movement a user, in a transaction that has
        locked their balances. Raises PointsMoved."""
        if movements and not await self._batches.move_each(movements):
            raise PointsMoved(f"not all of {len(movements)} movements were possible")
        await self._mail.write(
            (movement.user_id, PointsGranted(movement.amount, movement.reason))
            for movement in movements
            if movement.kind == "grant"
        )

    async def open_balances(self, user_ids: Sequence[int]) -> None:
        """Creates balances of 0 where there are none."""
        await self._batches.open_balances(user_ids)

    async def entries(self, user: SignedInUser, cursor: str | None, limit: int) -> Page[Entry]:
        """A page of entries, the newest first. Raises InvalidInput for an invalid cursor."""
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await self._points.entries(user.id, after[0] if after else None, limit + 1)
        return page_of(rows, limit, CURSOR_SCOPE, lambda entry: [entry.id])
