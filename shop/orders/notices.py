"""Notices of orders."""

from shop.errors import N_
from shop.web.state import Notices

NOTICES: Notices = {
    "ordered": N_("Your order has been placed."),
    "already-ordered": N_("You have already placed this order. You were not charged again."),
    "recipient-changed": N_("The recipient has been changed."),
    "items-cancelled": N_("The items are cancelled and their points are refunded."),
    "return-asked": N_("We have received your request. We will tell you here what happens next."),
    "order-cancelled": N_("Your order is cancelled and your points are refunded."),
}
