"""The last answer of the external system in words that staff understand."""

from shop.errors import N_

BY_STATUS = {
    "3": N_("The external system has moved to another address."),
    "4": N_("The external system refuses this message."),
    "5": N_("The external system has a fault of its own."),
}
SLOW = "TimeoutError"
UNREACHABLE = ("Client", "Server", "Connection", "gaierror", "OSError")
"""How the names of aiohttp's and Python's errors of a connection begin."""


def reply_in_words(reply: str) -> str:
    """A message id; empty for no answer, and for one that no words are known for. `reply` begins
    with a status, or with the name of an error."""
    if reply[:3].isdigit():
        return BY_STATUS.get(reply[0], "")
    if reply.startswith(SLOW):
        return N_("The external system does not answer in time.")
    if reply.startswith(UNREACHABLE):
        return N_("The external system cannot be reached.")
    return ""
