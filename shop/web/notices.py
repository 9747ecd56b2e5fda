"""Sentences for the next page, carried over a redirect by a cookie that holds only their names."""

from typing import Any, NamedTuple

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from shop.errors import N_
from shop.web.cookies import make_cookie, read_cookie
from shop.web.request import AnyRequest

COOKIE = "notice"

NOTICES = {
    "signed-in": N_("Welcome back."),
    "signed-up": N_("Welcome. Your account is ready."),
    "signed-out": N_("You are signed out."),
    "signed-in-already": N_("You are already signed in as %(name)s."),
    "forgotten": N_("Discarded. Nothing will be added when you sign in."),
    "liked": N_("Added to your likes."),
    "all-liked": N_("Products added to your likes: %(n)s."),
    "put-in-cart": N_("Added to your cart."),
    "all-in-cart": N_("Products added to your cart: %(n)s."),
    "cart-most": N_("Your cart already holds %(n)s of this product, the maximum."),
    "password-changed": N_("Your password has been changed. Other browsers were signed out."),
    "signed-out-elsewhere": N_("You are signed out everywhere else."),
    "sign-in-again": N_("That took too long. Please sign in again."),
    "second-factor-off": N_("Two-step verification is off."),
    "cart-full": N_("Your cart is full. Please remove a product first."),
    "all-left-out": N_("Your cart is full. Products not added: %(n)s."),
    "product-gone": N_("This product is no longer sold."),
    "all-gone": N_("Products no longer sold: %(n)s."),
    "cart-changed": N_("Your cart has been updated."),
    "ordered": N_("Your order has been placed."),
    "already-ordered": N_("You have already placed this order. You were not charged again."),
    "order-cancelled": N_("Your order is cancelled and your points are refunded."),
}


class Notice(NamedTuple):
    """A sentence's name, and the number in it."""

    name: str
    n: int = 0

    @property
    def message(self) -> str:
        """The message id, for %(n)s and for %(name)s of who reads it."""
        return NOTICES[self.name]


def notices_of(connection: ASGIConnection[Any, Any, Any, Any]) -> list[Notice]:
    """What this page has to tell; nothing where the cookie is not ours."""
    named = [part.partition("=") for part in (read_cookie(connection, COOKIE) or "").split(".")]
    known = [(name, number) for name, _, number in named if name in NOTICES]
    return [Notice(name, int(number[:4]) if number.isdecimal() else 0) for name, number in known]


def notice_cookie(request: AnyRequest, *notices: Notice) -> Cookie:
    assert {notice.name for notice in notices} <= NOTICES.keys()
    value = ".".join(f"{name}={n}" if n else name for name, n in notices)
    return make_cookie(request, COOKIE, value, max_age=30)
