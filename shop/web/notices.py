"""One sentence for the next page, carried over a redirect by a cookie that holds only its name."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from shop.errors import N_

COOKIE = "notice"

NOTICES = {
    "signed-in": N_("Welcome back."),
    "signed-up": N_("Welcome. Your account is ready."),
    "signed-out": N_("You are signed out."),
    "liked": N_("Added to your likes."),
    "put-in-cart": N_("Put into your cart."),
    "password-changed": N_("Your password is changed. Other browsers were signed out."),
    "cart-full": N_("Your cart is full. Take something out to put this in."),
    "product-gone": N_("This product is no longer sold."),
    "cart-changed": N_("Your cart is up to date."),
    "ordered": N_("Thank you. Your order is paid for."),
    "already-ordered": N_("This was ordered already. It was not charged again."),
    "order-cancelled": N_("The order is cancelled. Your points are back."),
}


def notice_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The message id of the notice that this page shows, if any."""
    return NOTICES.get(connection.cookies.get(COOKIE, ""))


def notice_cookie(name: str) -> Cookie:
    assert name in NOTICES
    return Cookie(COOKIE, value=name, path="/", max_age=30, httponly=True, samesite="lax")
