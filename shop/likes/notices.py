"""Notices of likes."""

from shop.errors import N_
from shop.web.state import Notices

NOTICES: Notices = {
    "liked": (N_("Added to your likes."), N_("Products added to your likes: %(n)s.")),
}
