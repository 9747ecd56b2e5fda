"""What the forms do, through the services, with the member of staff as the actor."""

from collections.abc import Mapping
from typing import Any, Literal

from starlette.requests import Request

from shop.admin.fields import (
    Account,
    Correction,
    MessageNumber,
    NewPassword,
    OrderNumber,
    PointCorrection,
    PointGrant,
    Receipt,
)
from shop.admin.i18n import Fields, translate_for
from shop.admin.repository import StaffRepository
from shop.errors import N_
from shop.external.outbox import Outbox
from shop.orders.service import OrderService
from shop.orders.steps import OrderSteps
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.security_log import security_event
from shop.staff_log.repository import StaffLogRepository
from shop.users.second_factor_reset import reset_second_factor
from shop.users.service import UserService


class StockForms:
    def __init__(self, products: ProductService) -> None:
        self._products = products
        self._staff = StaffRepository()

    async def receive(self, request: Request, data: Receipt) -> str:
        return await self._move(request, data, "receive")

    async def correct(self, request: Request, data: Correction) -> str:
        return await self._move(request, data, "adjust")

    async def _move(
        self, request: Request, data: Receipt | Correction, kind: Literal["receive", "adjust"]
    ) -> str:
        if not await self._staff.product_exists(data.product_id):
            raise ValueError(translate_for(request, N_("There is no product with this number.")))
        quantity = await self._products.move_stock(
            data.product_id,
            data.amount,
            kind,
            data.reason,
            actor_of(request),
            reference_of(data),
        )
        await record(
            request,
            "stock.receive" if kind == "receive" else "stock.correct",
            f"product:{data.product_id}",
            data.reason,
            before={"stock": quantity - data.amount},
            after={"stock": quantity},
        )
        return translate_for(request, N_("Done. Now in stock: %(quantity)s."), quantity=quantity)


class PointForms:
    def __init__(self, points: PointService) -> None:
        self._points = points
        self._staff = StaffRepository()

    async def grant(self, request: Request, data: PointGrant) -> str:
        return await self._move(request, data, "grant")

    async def correct(self, request: Request, data: PointCorrection) -> str:
        return await self._move(request, data, "adjust")

    async def _move(
        self, request: Request, data: PointGrant | PointCorrection, kind: Literal["grant", "adjust"]
    ) -> str:
        user_id = await self._staff.user_id(data.username)
        if user_id is None:
            raise ValueError(translate_for(request, N_("There is no user with this name.")))
        balance = await self._points.move(
            user_id, data.amount, kind, data.reason, actor_of(request), reference_of(data)
        )
        await record(
            request,
            "points.grant" if kind == "grant" else "points.correct",
            f"user:{user_id}",
            data.reason,
            before={"balance": balance - data.amount},
            after={"balance": balance},
        )
        return translate_for(request, N_("Done. New balance: %(balance)s points."), balance=balance)


class OrderForms:
    def __init__(self, orders: OrderService, steps: OrderSteps, outbox: Outbox) -> None:
        self._orders, self._steps, self._outbox = orders, steps, outbox
        self._staff = StaffRepository()

    async def fulfil(self, request: Request, data: OrderNumber) -> str:
        before = await self._status(request, data)
        if before == "fulfilled":
            return translate_for(
                request, N_("This order has already been fulfilled. Nothing was changed.")
            )
        await self._steps.fulfil(data.order_id)
        await self._record(request, "order.fulfil", data.order_id, before, "fulfilled")
        return translate_for(request, N_("Done. The order is fulfilled."))

    async def cancel(self, request: Request, data: OrderNumber) -> str:
        if await self._status(request, data) == "cancelled":
            return translate_for(
                request, N_("This order has already been cancelled. Nothing was changed.")
            )
        await self._orders.cancel(None, data.order_id)
        await self._record(request, "order.cancel", data.order_id, "paid", "cancelled")
        return translate_for(
            request, N_("Done. The order is cancelled; points and stock are restored.")
        )

    async def _record(
        self, request: Request, action: str, order_id: int, before: str, after: str
    ) -> None:
        subject, statuses = f"order:{order_id}", ({"status": before}, {"status": after})
        await record(request, action, subject, before=statuses[0], after=statuses[1])

    async def _status(self, request: Request, data: OrderNumber) -> str:
        """The order's status, locked until the form is done. Raises ValueError."""
        status = await self._staff.locked_status(data.order_id)
        if status is None:
            raise ValueError(translate_for(request, N_("There is no order with this number.")))
        return status

    async def send_again(self, request: Request, data: MessageNumber) -> str:
        if not await self._staff.message_exists(data.message_id):
            raise ValueError(translate_for(request, N_("There is no message with this number.")))
        if not await self._outbox.send_again(data.message_id):
            raise ValueError(translate_for(request, N_("This message has already been accepted.")))
        await record(request, "message.send", f"message:{data.message_id}")
        return translate_for(request, N_("Done. It is being sent."))


class PasswordForms:
    def __init__(self, users: UserService) -> None:
        self._users = users
        self._staff = StaffRepository()

    async def set(self, request: Request, data: NewPassword) -> str:
        """Sets it and signs its owner out everywhere. Superusers only. Raises ValueError."""
        if not request.user.user.superuser:
            raise ValueError(translate_for(request, N_("Only superusers may do this.")))
        user_id = await self._staff.user_id(data.username)
        if user_id is None:
            raise ValueError(translate_for(request, N_("There is no user with this name.")))
        await self._users.set_password(user_id, data.new_password)
        security_event("password-set", user=data.username, actor=actor_of(request))
        await record(request, "user.password", f"user:{user_id}")
        return translate_for(request, N_("Done. The new password is set."))


async def reset_two_step(request: Request, data: Account) -> str:
    """Turns it off and signs its owner out everywhere. Superusers only. Raises ValueError."""
    if not request.user.user.superuser:
        raise ValueError(translate_for(request, N_("Only superusers may do this.")))
    user_id = await StaffRepository().user_id(data.username)
    if user_id is None:
        raise ValueError(translate_for(request, N_("There is no user with this name.")))
    if not await reset_second_factor(user_id, data.username, actor_of(request)):
        raise ValueError(
            translate_for(request, N_("Two-step verification is not on for this user."))
        )
    await record(request, "user.second-factor-reset", f"user:{user_id}")
    return translate_for(request, N_("Done. They can now sign in with their password alone."))


async def record(
    request: Request,
    action: str,
    subject: str,
    reason: str = "",
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Writes what the form did into the log of staff, in the form's transaction."""
    log = StaffLogRepository()
    await log.record(actor_of(request), action, subject, reason=reason, before=before, after=after)


def actor_of(request: Request) -> int:
    """The member of staff who sent the form."""
    return int(request.user.user.id)


def reference_of(data: Fields) -> str:
    """The form's reference in the ledger: unique, so that a form sent twice moves once."""
    return f"staff:{data.form_key}"
