"""Refusals of accounts, sign-in and sign-up."""

from shop.errors import N_, Answer, Forbidden, NotFound, NotSignedIn, ShopError


class UntrustedGateway(NotSignedIn):
    """`X-USER-ID` came from elsewhere than `SHOP_TRUSTED_GATEWAYS`, by an unknown proxy or from a
    browser."""

    answer = Answer(
        401,
        "untrusted-gateway",
        N_("Please sign in"),
        N_(
            "X-USER-ID is accepted only from a trusted gateway, not from a browser or through "
            "an unknown proxy."
        ),
    )


class SignUpClosed(ShopError):
    """The owner opens accounts, or sends invitations."""

    answer = Answer(
        403,
        "sign-up-closed",
        N_("Sign-up is closed"),
        N_("The shop opens accounts itself. If you have an invitation, please open its link."),
    )


class LinkEnded(NotFound):
    """A link for a password is not one of ours, was used, has expired, or its account is closed."""

    answer = Answer(
        404,
        "link-ended",
        N_("This link is no longer valid"),
        N_(
            "It was used already, has expired, or the account is closed. If you have set your "
            "password, please sign in; otherwise ask for a new link."
        ),
    )


class WrongPassword(ShopError):
    """The name or the password is wrong; the error does not say which."""

    answer = Answer(
        401,
        "wrong-password",
        N_("Sign-in failed"),
        N_("The username or password is incorrect."),
    )


class WrongCode(ShopError):
    """The code of the second factor is wrong, too old, or was used before."""

    answer = Answer(
        401,
        "wrong-code",
        N_("This code is not valid"),
        N_("It is wrong, expired or already used. Please enter the code that your app shows now."),
    )


class SecondFactorUnreadable(ShopError):
    """The secret of the authenticator app cannot be decrypted: `SHOP_SECRET` was changed."""

    answer = Answer(
        401,
        "second-factor-unreadable",
        N_("The codes of your app no longer work"),
        N_(
            "The shop's secret was changed. Please use a recovery code, or ask a superuser to "
            "reset your two-step verification."
        ),
    )


class SessionNeeded(Forbidden):
    """Only for users who signed in with a password, not for users named by a gateway."""

    answer = Answer(
        403,
        "session-needed",
        N_("Please sign in with your password"),
        N_("This is not possible for a user named by X-USER-ID."),
    )


class UsernameTaken(ShopError):
    answer = Answer(
        409,
        "username-taken",
        N_("This username is taken"),
        N_("Please choose another username."),
    )
