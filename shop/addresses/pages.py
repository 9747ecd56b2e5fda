"""The pages of the address book."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response

from shop.addresses.recipient import RecipientForm, countries
from shop.addresses.service import AddressService
from shop.errors import InvalidInput
from shop.users.form_page import form_page
from shop.users.kept import KEEPS_INPUT, show_first
from shop.users.service import UserService
from shop.web.i18n import language_of
from shop.web.pages import redirect
from shop.web.request import ShopRequest

BOOK = "/account/addresses"


class AddressForm(RecipientForm):
    """The submitted form. `is_default` is filled if it was ticked."""

    is_default: str = ""


class AddressController(Controller):
    path = BOOK
    include_in_schema = False

    @get()
    async def book(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
    ) -> Response[Any]:
        users.authenticated(request.user)
        return await _book(request, addresses, AddressForm())

    @post(status_code=200, opt=KEEPS_INPUT)
    async def add(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
        data: URLEncodedBody[AddressForm],
    ) -> Response[Any]:
        user = users.authenticated(request.user)
        try:
            show_first(request)
            await addresses.add(user, data.recipient, default=bool(data.is_default))
        except InvalidInput as error:
            return await _book(request, addresses, data, error)
        return redirect(request, BOOK, "address-saved")

    @get("/{address_id:int}")
    async def one(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
        address_id: FromPath[int],
    ) -> Response[Any]:
        address = await addresses.one(users.authenticated(request.user), address_id)
        is_default = "on" if address.is_default else ""
        form = AddressForm(**msgspec.structs.asdict(address.recipient), is_default=is_default)
        return await _one(request, address_id, form)

    @post("/{address_id:int}", status_code=200, opt=KEEPS_INPUT)
    async def edit(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
        address_id: FromPath[int],
        data: URLEncodedBody[AddressForm],
    ) -> Response[Any]:
        user, default = users.authenticated(request.user), bool(data.is_default)
        try:
            show_first(request)
            await addresses.edit(user, address_id, data.recipient, default=default)
        except InvalidInput as error:
            return await _one(request, address_id, data, error)
        return redirect(request, BOOK, "address-saved")

    @post("/{address_id:int}/delete", status_code=200)
    async def delete(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
        address_id: FromPath[int],
    ) -> Response[Any]:
        await addresses.delete(users.authenticated(request.user), address_id)
        return redirect(request, BOOK, "address-deleted")


async def _book(
    request: ShopRequest,
    addresses: AddressService,
    form: AddressForm,
    error: InvalidInput | None = None,
) -> Response[Any]:
    user, known = request.user, countries(language_of(request))
    assert user is not None
    saved = await addresses.of_user(user)
    return await form_page(
        request, "addresses/index.html", error, addresses=saved, form=form, countries=known
    )


async def _one(
    request: ShopRequest, address_id: int, form: AddressForm, error: InvalidInput | None = None
) -> Response[Any]:
    known = countries(language_of(request))
    return await form_page(
        request, "addresses/edit.html", error, address_id=address_id, form=form, countries=known
    )
