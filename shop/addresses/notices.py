"""Notices of the address book."""

from shop.errors import N_
from shop.web.state import Notices

NOTICES: Notices = {
    "address-saved": N_("The address is saved."),
    "address-deleted": N_("The address is deleted."),
}
