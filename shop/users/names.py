"""What an account is called, however it is typed."""

import re

from shop.errors import N_, FieldError

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,29}", re.ASCII)
LONGEST = 100  # as the column; no account's name is as long


def normalised(username: str) -> str:
    """The name as it is stored, looked up and counted by the limits."""
    return username.strip().lower()[:LONGEST]


def username_errors(username: str) -> list[FieldError]:
    """What is wrong with the name of a new account, in its normalised form."""
    if USERNAME.fullmatch(username):
        return []
    rule = N_("Use 3 to 30 of the letters a to z, digits, dot, dash and underscore.")
    return [FieldError("username", rule)]
