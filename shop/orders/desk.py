"""The code by which the desk knows an order whose goods are picked up there."""

import re
import unicodedata

from shop.paging import MAX_INT
from shop.web.signing import Signer

PURPOSE = "desk-code"
DIGITS = 8
SEPARATORS = re.compile(r"[\s\-\N{HYPHEN}-\N{HORIZONTAL BAR}]")


class DeskCodes:
    """A code is the order's number and eight digits that only the shop's secret can make of it,
    such as `12-4829-1507`: nothing is stored, and no code can be guessed from another one.

    Digits are typed the same with a Korean keyboard, and read out the same in any language.
    """

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def of(self, order_id: int) -> str:
        digits = _digits(self._signer.proof(PURPOSE, b"%d" % order_id))
        return f"{order_id}-{digits[:4]}-{digits[4:]}"

    def order_id(self, text: str) -> int | None:
        """The order of a code that was typed, or scanned as the address of the desk's page; None
        for any other text. A code of the older of two secrets is valid."""
        code = text.rpartition("code=")[2].partition("&")[0]
        typed = SEPARATORS.sub("", unicodedata.normalize("NFKC", code[:60]))
        if not typed.isascii() or not typed.isdecimal():
            return None
        order_id, digits = int(typed[:-DIGITS] or 0), typed[-DIGITS:]
        if not 0 < order_id <= MAX_INT:
            return None
        proofs = self._signer.proofs(PURPOSE, b"%d" % order_id)
        return order_id if digits in map(_digits, proofs) else None


def _digits(proof: str) -> str:
    return f"{int(proof[:16], 16) % 10**DIGITS:0{DIGITS}}"
