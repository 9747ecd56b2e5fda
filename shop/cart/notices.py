"""Notices of the cart."""

from shop.errors import N_
from shop.web.state import Notices

NOTICES: Notices = {
    "put-in-cart": (N_("Added to your cart."), N_("Products added to your cart: %(n)s.")),
    "cart-most": N_("Your cart already holds %(n)s of this product, the maximum."),
    "cart-full": (
        N_("Your cart is full. Please remove a product first."),
        N_("Your cart is full. Products not added: %(n)s."),
    ),
    "cart-over-stock": (
        N_("There are not enough left. It was not added to your cart."),
        N_("There are not enough left. Products not added: %(n)s."),
    ),
    "cart-fewer": (
        N_("There are not enough left. Fewer were added to your cart."),
        N_("There are not enough left. Products of which fewer were added: %(n)s."),
    ),
    "cart-changed": N_("Your cart has been updated."),
}
