"""Browsers that have signed in to an account before: OWASP's device cookies.

Such a browser has an allowance of its own to sign in, so that its user gets in while an attacker
tries passwords. It proves nothing more: it is no session.
"""

import secrets

import msgspec
from litestar.datastructures import Cookie

from shop.web.cookies import make_cookie, read_cookie
from shop.web.request import AnyRequest
from shop.web.state import state_of

COOKIE = "device"
PURPOSE = "device"
PATH = "/login"  # so that no other page is answered to this browser alone
MAX_AGE = 180 * 86400  # seconds


class Device(msgspec.Struct, frozen=True):
    """`id` is random and the key of the rate limit; it is valid for `username` only."""

    username: str
    id: str


def device_cookie(request: AnyRequest, username: str) -> Cookie:
    """A new cookie at every sign-in."""
    signer = state_of(request.app).signer
    device = Device(username, secrets.token_urlsafe(16))
    return make_cookie(request, COOKIE, signer.pack(PURPOSE, device), MAX_AGE, PATH)


def device_of(request: AnyRequest, username: str) -> str | None:
    """The id of the browser if it has signed in to this account before."""
    signer = state_of(request.app).signer
    device = signer.unpack(PURPOSE, read_cookie(request, COOKIE, PATH), Device)
    return device.id if device and device.username == username else None
