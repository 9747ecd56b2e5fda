"""The code by which the desk knows an order whose goods are picked up there."""

from shop.order_number import order_number, order_of_number, typed_digits
from shop.web.signing import Signer

PURPOSE = "desk-code"
DIGITS = 8


class DeskCodes:
    """A code is the order's number and eight digits that only the shop's secret can make of it,
    such as `7078-9620-4829-1507`: nothing is stored, and no code can be guessed from another one.

    Digits are typed the same with a Korean keyboard, and read out the same in any language.
    """

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def of(self, order_id: int) -> str:
        digits = _digits(self._signer.proof(PURPOSE, b"%d" % order_id))
        return f"{order_number(order_id)}-{digits[:4]}-{digits[4:]}"

    def order_id(self, text: str) -> int | None:
        """The order of a code that was typed, or scanned as the address of the desk's page; None
        for any other text. A code of the older of two secrets is valid."""
        code = text.rpartition("code=")[2].partition("&")[0]
        typed = typed_digits(code)
        order_id, digits = order_of_number(typed[:-DIGITS]), typed[-DIGITS:]
        if order_id is None:
            return None
        proofs = self._signer.proofs(PURPOSE, b"%d" % order_id)
        return order_id if digits in map(_digits, proofs) else None


def _digits(proof: str) -> str:
    return f"{int(proof[:16], 16) % 10**DIGITS:0{DIGITS}}"
