"""The address book in JSON."""

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from shop.addresses.schemas import AddressBook, AddressIn, AddressOut
from shop.addresses.service import AddressService
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.openapi import SIGNED_IN, SIGNED_IN_WRITE, refusals, refusals_of_write
from shop.web.request import ShopRequest


class AddressApiController(Controller):
    path = "/addresses"
    tags = ["Addresses"]
    guards = [signed_in_only]

    @get(
        operation_id="listAddresses",
        summary="List addresses",
        security=SIGNED_IN,
        responses=refusals(),
    )
    async def mine(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
    ) -> AddressBook:
        return AddressBook.of(await addresses.of_user(users.authenticated(request.user)))

    @post(
        operation_id="addAddress",
        summary="Add an address",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(),
    )
    async def add(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
        data: JSONBody[AddressIn],
    ) -> AddressOut:
        user = users.authenticated(request.user)
        return AddressOut.of(await addresses.add(user, data.recipient, default=data.is_default))

    @put(
        "/{address_id:int}",
        operation_id="setAddress",
        summary="Replace an address",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(404),
    )
    async def edit(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
        address_id: FromPath[int],
        data: JSONBody[AddressIn],
    ) -> AddressOut:
        user, default = users.authenticated(request.user), data.is_default
        return AddressOut.of(
            await addresses.edit(user, address_id, data.recipient, default=default)
        )

    @delete(
        "/{address_id:int}",
        status_code=200,
        operation_id="deleteAddress",
        summary="Delete an address",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(404),
    )
    async def delete(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        addresses: NamedDependency[AddressService],
        address_id: FromPath[int],
    ) -> AddressBook:
        user = users.authenticated(request.user)
        await addresses.delete(user, address_id)
        return AddressBook.of(await addresses.of_user(user))
