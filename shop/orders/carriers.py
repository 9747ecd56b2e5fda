"""Carriers of parcels, and the pages on which they show where a parcel is."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from shop.errors import N_, FieldError, InvalidInput

MAX_CODE = 20
NUMBER = re.compile("[0-9A-Z]{5,40}")


class Carrier(NamedTuple):
    """`url` is the address of a parcel's page, with `{number}` for its tracking number."""

    code: str
    name: str
    name_en: str
    url: str

    def named(self, language: str) -> str:
        return self.name_en if language == "en" else self.name


KNOWN = (
    Carrier(
        "cj",
        "CJ대한통운",
        "CJ Logistics",
        "https://trace.cjlogistics.com/next/tracking.html?wblNo={number}",
    ),
    Carrier(
        "epost",
        "우체국택배",
        "Korea Post",
        "https://service.epost.go.kr/trace.RetrieveDomRigiTraceList.comm?sid1={number}",
    ),
    Carrier(
        "hanjin",
        "한진택배",
        "Hanjin",
        "https://www.hanjin.com/kor/CMS/DeliveryMgr/WaybillResult.do"
        "?mCode=MN038&schLang=KR&wblnumText2={number}",
    ),
    Carrier(
        "lotte",
        "롯데택배",
        "Lotte Global Logistics",
        "https://www.lotteglogis.com/home/reservation/tracking/linkView?InvNo={number}",
    ),
    Carrier("logen", "로젠택배", "Logen", "https://www.ilogen.com/web/personal/trace/{number}"),
)


class Parcel(NamedTuple):
    """A parcel that has left. `carrier` is a code of `Carriers`, or any other name."""

    carrier: str
    tracking_no: str


class Carriers:
    """The known carriers, and `others` as pairs of a name and a URL with `{number}`."""

    def __init__(self, others: Sequence[tuple[str, str]] = ()) -> None:
        own = (Carrier(name, name, name, url) for name, url in others)
        self._by_code = {carrier.code: carrier for carrier in (*KNOWN, *own)}

    @property
    def all(self) -> list[Carrier]:
        return list(self._by_code.values())

    def find(self, text: str) -> Carrier | None:
        """The carrier with this code or name, in any case and with any spaces."""
        wanted = _plain(text)
        names = ((carrier, (carrier.code, carrier.name, carrier.name_en)) for carrier in self.all)
        return next((c for c, known in names if wanted in {_plain(name) for name in known}), None)

    def name(self, code: str, language: str) -> str:
        carrier = self._by_code.get(code)
        return carrier.named(language) if carrier else code

    def tracking_url(self, code: str, number: str) -> str:
        """Empty for a carrier that is not known, or no longer."""
        carrier = self._by_code.get(code)
        return carrier.url.replace("{number}", quote(number)) if carrier else ""

    def checked(self, parcel: Parcel) -> Parcel:
        """The parcel with the carrier's code, if it is known, and a number without spaces. Raises
        InvalidInput."""
        known, name = self.find(parcel.carrier), parcel.carrier.strip()
        if not known and not (name.isprintable() and 1 <= len(name) <= MAX_CODE):
            message = N_("A carrier's name has 1 to %(max)s characters.")
            raise InvalidInput(FieldError("carrier", message, {"max": MAX_CODE}))
        return Parcel(known.code if known else name, checked_number(parcel.tracking_no))


def checked_number(text: str, field: str = "tracking_no") -> str:
    """The tracking number without spaces and hyphens. Raises InvalidInput."""
    number = re.sub(r"[\s-]", "", text).upper()
    if not NUMBER.fullmatch(number):
        message = N_("A tracking number has 5 to 40 digits or letters.")
        raise InvalidInput(FieldError(field, message))
    return number


def _plain(name: str) -> str:
    return "".join(name.casefold().split())
