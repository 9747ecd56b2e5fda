"""Stub until the admin stands."""


def admin_handlers(*_args):
    return []
