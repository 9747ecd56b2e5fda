"""The page on which the recipient of a paid order is changed."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response

from shop.addresses.recipient import Recipient, RecipientForm, countries
from shop.errors import InvalidInput
from shop.orders.change_errors import RecipientFixed
from shop.orders.recipients import RecipientService
from shop.orders.service import OrderService
from shop.users.form_page import form_page
from shop.users.kept import KEEPS_INPUT, show_first
from shop.users.service import UserService
from shop.web.i18n import language_of
from shop.web.pages import redirect
from shop.web.request import ShopRequest


class RecipientController(Controller):
    path = "/orders/{order_id:int}/recipient"
    include_in_schema = False

    @get()
    async def show(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        orders: NamedDependency[OrderService],
        recipients: NamedDependency[RecipientService],
        order_id: FromPath[int],
    ) -> Response[Any]:
        order = await orders.one(users.authenticated(request.user), order_id)
        if order.recipient is None or not recipients.is_changeable(order):
            raise RecipientFixed
        return await _page(request, order_id, order.recipient)

    @post(status_code=200, opt=KEEPS_INPUT)
    async def change(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        recipients: NamedDependency[RecipientService],
        order_id: FromPath[int],
        data: URLEncodedBody[RecipientForm],
    ) -> Response[Any]:
        user, recipient = users.authenticated(request.user), data.recipient
        try:
            show_first(request)
            await recipients.change(user, order_id, recipient)
        except InvalidInput as error:
            return await _page(request, order_id, recipient, error)
        return redirect(request, f"/orders/{order_id}", "recipient-changed")


async def _page(
    request: ShopRequest, order_id: int, form: Recipient, error: InvalidInput | None = None
) -> Response[Any]:
    known = countries(language_of(request))
    return await form_page(
        request, "orders/recipient.html", error, order_id=order_id, form=form, countries=known
    )
