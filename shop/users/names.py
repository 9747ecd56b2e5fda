"""Usernames and their normal form."""

import re

from shop.errors import N_, FieldError

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,29}", re.ASCII)
LONGEST = 100  # as the column; no account's name is as long


def normalised(username: str) -> str:
    """The form that is stored, looked up and used as the key of rate limits."""
    return username.strip().lower()[:LONGEST]


def username_errors(username: str) -> list[FieldError]:
    """The errors of a new account's name, which is normalised."""
    if USERNAME.fullmatch(username):
        return []
    rule = N_("Use 3 to 30 lowercase letters, digits, dots, underscores and hyphens.")
    return [FieldError("username", rule)]
