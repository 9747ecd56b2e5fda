"""Notices of signing in and of the account."""

from shop.errors import N_
from shop.web.state import Notices

NOTICES: Notices = {
    "signed-in": N_("Welcome back."),
    "signed-up": N_("Welcome. Your account is ready."),
    "signed-out": N_("You are signed out."),
    "signed-in-already": N_("You are already signed in as %(name)s."),
    "forgotten": N_("Discarded. Nothing will be added when you sign in."),
    "password-changed": N_("Your password has been changed. Other browsers were signed out."),
    "password-set": N_("Your password is set. You can sign in now."),
    "email-changed": N_("Your e-mail address is saved."),
    "signed-out-elsewhere": N_("You are signed out everywhere else."),
    "account-closed": N_("Your account is closed."),
    "kept-of-another": N_("What was typed here before was another account's. It was discarded."),
    "sign-in-again": N_("That took too long. Please sign in again."),
    "second-factor-off": N_("Two-step verification is off."),
}
