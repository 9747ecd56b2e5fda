"""Recipients and addresses in JSON and in forms."""

from typing import Annotated

import msgspec

from shop.addresses.recipient import KOREA, Recipient, recipient_in
from shop.addresses.repository import SavedAddress
from shop.schema import about
from shop.web.strict import RequestBody

Name = Annotated[str, about("The recipient's name, up to 60 characters.", "김하나")]
Phone = Annotated[str, about("7 to 15 digits, with +, -, (), dots and spaces.", "010-1234-5678")]
Postcode = Annotated[str, about("5 digits in Korea; up to 12 characters elsewhere.", "04524")]
Line1 = Annotated[str, about("Street address, up to 120 characters.", "서울 중구 세종대로 110")]
Line2 = Annotated[str, about("Building, floor, room; up to 120 characters.", "301호")]
Note = Annotated[str, about("For the carrier, up to 200 characters.", "문 앞에 놓아 주세요")]
Country = Annotated[str, about("ISO 3166 code.", "KR")]


class RecipientIn(RequestBody):
    """To whom and where the goods are sent."""

    name: Name
    phone: Phone
    postcode: Postcode
    line1: Line1
    line2: Line2 = ""
    note: Note = ""
    country: Country = KOREA

    @property
    def recipient(self) -> Recipient:
        return recipient_in(self)


class AddressIn(RecipientIn):
    """An address of the address book."""

    is_default: Annotated[bool, about("Whether orders use it if they name no other.")] = False


class AddressOut(msgspec.Struct):
    """An address of the signed-in user."""

    id: int
    name: Name
    phone: Phone
    postcode: Postcode
    line1: Line1
    line2: Line2
    note: Note
    country: Country
    is_default: bool

    @classmethod
    def of(cls, address: SavedAddress) -> "AddressOut":
        recipient = msgspec.structs.asdict(address.recipient)
        return cls(id=address.id, is_default=address.is_default, **recipient)


class AddressBook(msgspec.Struct):
    """The user's addresses: the default one, then the newest first; 20 at most."""

    items: list[AddressOut]

    @classmethod
    def of(cls, addresses: list[SavedAddress]) -> "AddressBook":
        return cls([AddressOut.of(address) for address in addresses])
