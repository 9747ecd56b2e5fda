"""The security log: one line for each security event.

The events and their fields are listed in docs/operations.md (OWASP ASVS 5.0, 16.3).
"""

from shop.logs import get_logger

log = get_logger("shop.security")


def security_event(event: str, **fields: object) -> None:
    """Logs `event`, in words such as `sign-in-failed`, with fields such as `address` and `user`.

    Values may be anything that was sent: they are escaped. Never a password, a token or a body.
    """
    log.info(event, **fields)
