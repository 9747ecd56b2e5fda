"""A user's order, from a form or in JSON, before it is placed."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from shop.addresses.recipient import Recipient
from shop.addresses.recipient import checked as checked_recipient
from shop.addresses.repository import AddressKey
from shop.errors import N_, FieldError, InvalidInput
from shop.orders.key_repository import UserKey
from shop.products.quantity import MAX_LINES, checked_quantity
from shop.products.service import Item, summed


class OrderRequest(msgspec.Struct, frozen=True):
    """The order that a user wants to place. `expected_total` is the total in points that the user
    was shown, if any. `in_cart` are the items to remove from the cart; empty if it is not bought
    from the cart. `key` makes it idempotent. Parcels go to `recipient`, or to the address with
    `address_id`, or to the default address."""

    user_id: int
    items: Sequence[Item]
    expected_total: int | None = None
    in_cart: Sequence[Item] = ()
    key: str | None = None
    recipient: Recipient | None = None
    address_id: int | None = None

    @property
    def fingerprint(self) -> str:
        """A digest of the items, in any order, of the expected total, and of where to send it."""
        items = sorted((item.product_id, item.quantity) for item in self.items)
        content: list[Any] = [items, self.expected_total]
        if self.names_recipient:
            content += [self.recipient, self.address_id]
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()

    @property
    def names_recipient(self) -> bool:
        return self.recipient is not None or self.address_id is not None

    @property
    def address_key(self) -> AddressKey:
        return AddressKey(self.user_id, self.address_id)

    @property
    def user_key(self) -> UserKey | None:
        return UserKey(self.user_id, self.key) if self.key else None


def checked(request: OrderRequest) -> OrderRequest:
    """The request with the items of the same product summed. Raises InvalidInput for no items, for
    too many, for a quantity out of range, and for a wrong recipient."""
    if not 1 <= len(request.items) <= MAX_LINES:
        message = N_("You can order 1 to %(max)s products at a time.")
        raise InvalidInput(FieldError("items", message, {"max": MAX_LINES}))
    items, recipient = summed(request.items), request.recipient
    if recipient and request.address_id is not None:
        message = N_("Send either a recipient or an address.")
        raise InvalidInput(FieldError("address_id", message))
    wrong = [*_wrong_quantity([*request.items, *items]), *_wrong_recipient(recipient)]
    if wrong:
        raise InvalidInput(*wrong)
    return msgspec.structs.replace(
        request,
        items=items,
        in_cart=summed(request.in_cart),
        recipient=checked_recipient(recipient, "recipient.") if recipient else None,
    )


def _wrong_quantity(items: Sequence[Item]) -> Sequence[FieldError]:
    try:
        for item in items:
            checked_quantity(item.quantity)
    except InvalidInput as error:
        return error.errors
    return ()


def _wrong_recipient(recipient: Recipient | None) -> Sequence[FieldError]:
    try:
        if recipient:
            checked_recipient(recipient, "recipient.")
    except InvalidInput as error:
        return error.errors
    return ()
