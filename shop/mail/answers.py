"""The last answer of a mail server in words that staff understand."""

import re

from shop.errors import N_

NOT_NEEDED = "not sent: no address, or what it tells is over"

CODE = re.compile(r"([45])(\d\d) ")
SIGN_IN = frozenset({"530", "534", "535", "538"})
UNREACHABLE = ("SMTPConnect", "SMTPServerDisconnected", "ConnectionRefused", "gaierror", "OSError")
SLOW = ("TimeoutError", "SMTPTimeout", "SMTPConnectTimeout", "SMTPReadTimeout")


def in_words(answer: str) -> str:
    """A message id; empty for no answer, and for one that no words are known for."""
    if answer == NOT_NEEDED:
        return N_("The person has no address any more, or the link was used or has expired.")
    if code := CODE.match(answer):
        return _of_code(answer[:3], permanent=code[1] == "5")
    if answer.startswith(SLOW):
        return N_("The mail server does not answer in time.")
    if answer.startswith(UNREACHABLE):
        return N_("The mail server cannot be reached.")
    return ""


def _of_code(code: str, *, permanent: bool) -> str:
    if code in SIGN_IN:
        return N_("The mail server does not accept the shop's user name or password.")
    if permanent:
        return N_("The mail server refuses this mail or its address.")
    return N_("The mail server cannot take this mail now.")
