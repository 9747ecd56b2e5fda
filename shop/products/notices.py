"""Notices of products, used by several rooms."""

from shop.errors import N_
from shop.web.state import Notices

NOTICES: Notices = {
    "product-gone": (
        N_("This product is no longer sold."),
        N_("Products no longer sold: %(n)s."),
    ),
}
