"""The forms of staff, in plain words: what moves stock, points, orders and messages."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

from piccolo_admin.endpoints import FormConfig
from pydantic import BaseModel
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
from shop.admin.passwords import set_password
from shop.admin.words import sentence
from shop.errors import ShopError
from shop.orders.service import OrderService
from shop.points.service import PointService
from shop.products.service import ProductService

Work = Callable[[Request, Any], Coroutine[None, None, str]]


def forms(products: ProductService, points: PointService, orders: OrderService) -> list[FormConfig]:
    stock, balance, order = StockForms(products), PointForms(points), OrderForms(orders)
    return [
        _form("Receive stock", "Stock", Receipt, stock.receive,
              "Adds items that have arrived to what is on hand."),
        _form("Correct stock", "Stock", Correction, stock.correct,
              "After a count, or for what broke: how many more (5) or fewer (-5) there are."),
        _form("Grant points", "Points", PointGrant, balance.grant,
              "Gives a shopper points to spend."),
        _form("Correct points", "Points", PointCorrection, balance.correct,
              "Puts a mistake right: how many points more (500) or fewer (-500)."),
        _form("Fulfil an order", "Orders", OrderNumber, order.fulfil,
              "The goods have been handed over. The order can no longer be cancelled then."),
        _form("Cancel an order", "Orders", OrderNumber, order.cancel,
              "Gives the points back and puts the items back in stock."),
        _form("Send a message again", "Orders", MessageNumber, order.send_again,
              "Tries once more to tell the external system, with all its tries before it."),
        _form("Set a password", "People", NewPassword, set_password,
              "For somebody who has lost theirs. It signs them out everywhere. Superusers only."),
    ]  # fmt: skip


def _form(
    name: str, group: str, model: type[BaseModel], work: Work, description: str
) -> FormConfig:
    return FormConfig(name, model, in_plain_words(work), description, group)


def in_plain_words(work: Work) -> Work:
    """`work`, whose refusals are sentences below the form."""

    @functools.wraps(work)
    async def run(request: Request, data: Any) -> str:
        try:
            return await work(request, data)
        except ShopError as error:
            raise ValueError(sentence(request, error)) from error

    return run
