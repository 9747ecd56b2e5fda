"""How the shop gets from nothing to serving: its database, its tables, its demo, its workers."""


class StartError(Exception):
    """The shop cannot start; the message is one line for the operator."""
