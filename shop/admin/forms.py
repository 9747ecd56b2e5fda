"""The forms of staff, in plain words: what moves stock, points, orders and messages."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

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
from shop.admin.form_actions import (
    OrderForms,
    PasswordForms,
    PointForms,
    StockForms,
    actor_of,
    reset_two_step,
)
from shop.admin.form_keys import FIELD, FormKeys
from shop.admin.i18n import Fields, StaffForm, error_text
from shop.errors import N_, ShopError, Unavailable
from shop.external.outbox import Outbox
from shop.orders.service import OrderService
from shop.orders.steps import OrderSteps
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.users.service import UserService

Work = Callable[[Request, Any], Coroutine[None, None, str]]


def forms(
    users: UserService,
    products: ProductService,
    points: PointService,
    orders: OrderService,
    steps: OrderSteps,
    outbox: Outbox,
    keys: FormKeys,
) -> list[StaffForm]:
    stock, balance, people = StockForms(products), PointForms(points), PasswordForms(users)
    order = OrderForms(orders, steps, outbox)
    make = functools.partial(_form, keys)
    return [
        make(N_("Receive stock"), N_("Stock"), Receipt, stock.receive,
             N_("Adds delivered items to the stock.")),
        make(N_("Correct stock"), N_("Stock"), Correction, stock.correct,
             N_("After a stock count or breakage. Enter the difference, such as 5 or -5.")),
        make(N_("Grant points"), N_("Points"), PointGrant, balance.grant,
             N_("Adds points to a user’s balance.")),
        make(N_("Correct points"), N_("Points"), PointCorrection, balance.correct,
             N_("Corrects a mistake. Enter the difference, such as 500 or -500.")),
        make(N_("Fulfil an order"), N_("Orders"), OrderNumber, order.fulfil,
             N_("Marks an order as handed over. It can no longer be cancelled.")),
        make(N_("Cancel an order"), N_("Orders"), OrderNumber, order.cancel,
             N_("Refunds the points and returns the items to stock.")),
        make(N_("Send a message again"), N_("Orders"), MessageNumber, order.send_again,
             N_("Sends it to the external system again, and retries as for a new one.")),
        make(N_("Set a password"), N_("Users"), NewPassword, people.set,
             N_("For a forgotten password. Signs the user out everywhere. Superusers only.")),
        make(N_("Reset two-step verification"), N_("Users"), Account, reset_two_step,
             N_("For a lost app and lost recovery codes. Signs the user out. Superusers only.")),
    ]  # fmt: skip


def _form(
    keys: FormKeys, name: str, group: str, model: type[Fields], work: Work, description: str
) -> StaffForm:
    return StaffForm(name, model, acting_once(keys, name, work), description, group)


def acting_once(keys: FormKeys, name: str, work: Work) -> Work:
    """`work`, once for each opened form. Its refusals are sentences below the form. Unavailable
    stays what it is: a 503, after which the same form can be sent again."""

    @functools.wraps(work)
    async def run(request: Request, data: Fields) -> str:
        values = data.model_dump(exclude={FIELD})
        sent = keys.sent(data.form_key, actor_of(request), name, values)
        try:
            return await keys.once(sent, lambda: work(request, data))
        except Unavailable:
            raise
        except ShopError as error:
            raise ValueError(error_text(request, error)) from error

    return run
