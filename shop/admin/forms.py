"""The forms of staff, in plain words: what moves stock, points, orders and messages."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.requests import Request

from shop.admin.books import OrderForms, PointForms, StockForms
from shop.admin.fields import (
    Correction,
    MessageNumber,
    NewPassword,
    OrderNumber,
    PointCorrection,
    PointGrant,
    Receipt,
)
from shop.admin.language import Fields, StaffForm
from shop.admin.passwords import PasswordForms
from shop.admin.words import sentence
from shop.errors import N_, ShopError, Unavailable
from shop.external.outbox import Outbox
from shop.orders.service import OrderService
from shop.points.service import PointService
from shop.products.service import ProductService
from shop.users.service import UserService

Work = Callable[[Request, Any], Coroutine[None, None, str]]


def forms(
    users: UserService,
    products: ProductService,
    points: PointService,
    orders: OrderService,
    outbox: Outbox,
) -> list[StaffForm]:
    stock, balance, people = StockForms(products), PointForms(points), PasswordForms(users)
    order = OrderForms(orders, outbox)
    return [
        _form(N_("Receive stock"), N_("Stock"), Receipt, stock.receive,
              N_("Adds items that have arrived to what is on hand.")),
        _form(N_("Correct stock"), N_("Stock"), Correction, stock.correct,
              N_("After a count, or for what broke: how many more (5) or fewer (-5) there are.")),
        _form(N_("Grant points"), N_("Points"), PointGrant, balance.grant,
              N_("Gives a shopper points to spend.")),
        _form(N_("Correct points"), N_("Points"), PointCorrection, balance.correct,
              N_("Puts a mistake right: how many points more (500) or fewer (-500).")),
        _form(N_("Fulfil an order"), N_("Orders"), OrderNumber, order.fulfil,
              N_("The goods have been handed over. The order can no longer be cancelled then.")),
        _form(N_("Cancel an order"), N_("Orders"), OrderNumber, order.cancel,
              N_("Gives the points back and puts the items back in stock.")),
        _form(N_("Send a message again"), N_("Orders"), MessageNumber, order.send_again,
              N_("Tries again to tell the external system, as often as with a new message.")),
        _form(N_("Set a password"), N_("People"), NewPassword, people.set,
              N_("For somebody who has lost theirs. Signs them out everywhere. Superusers only.")),
    ]  # fmt: skip


def _form(name: str, group: str, model: type[Fields], work: Work, description: str) -> StaffForm:
    return StaffForm(name, model, in_plain_words(work), description, group)


def in_plain_words(work: Work) -> Work:
    """`work`, whose refusals are sentences below the form. Unavailable stays what it is: a 503,
    after which the same form can be sent again."""

    @functools.wraps(work)
    async def run(request: Request, data: Any) -> str:
        try:
            return await work(request, data)
        except Unavailable:
            raise
        except ShopError as error:
            raise ValueError(sentence(request, error)) from error

    return run
