"""The input of a form whose session has ended: the sign-in page keeps it, and its author
finds it in the form again. Until then nothing is done with it."""

from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from shop.errors import N_, Answer, InvalidInput, NotSignedIn
from shop.identity import SignedInUser
from shop.web.csrf import FIELD, comes_from_elsewhere, is_form_of, is_valid_token
from shop.web.forms import URLENCODED
from shop.web.request import AnyRequest, identity_of
from shop.web.state import state_of

KEEPS_INPUT: dict[str, Any] = {"keeps_input": True}
"""A handler's `opt`: its form is kept. Such a handler calls `show_first`."""
PURPOSE = "kept form"
FLAG = "kept"
"""The query parameter with which a kept form is sent to be shown."""
NEVER_KEPT = {"password", "current_password", "new_password", "code", "offer", FIELD}
"""Fields whose values are in no page."""
MOST = 20_000  # characters of a form that is kept


class KeptForm(msgspec.Struct, frozen=True):
    """Where the form was sent to, its token, which proves whose it is, and the fields."""

    path: str
    token: str
    fields: tuple[tuple[str, str], ...]


class FormKept(NotSignedIn):
    """The form was not accepted, because its session has ended."""

    def __init__(self, kept: KeptForm) -> None:
        self.kept = kept
        super().__init__(kept.path)


class NotSentYet(InvalidInput):
    """A kept form is shown again, as if it had been refused."""

    answer = Answer(
        409,
        "not-sent-yet",
        N_("Nothing was sent yet"),
        N_("Your input is here as you left it. Please check it, and send it again."),
    )


def show_first(request: AnyRequest) -> None:
    """Raises NotSentYet for a kept form, so that it is done only when its author sends it."""
    if FLAG in request.query_params:
        raise NotSentYet


async def keep_input(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """A guard. Raises FormKept for a form of a session that has ended, unless another user is
    signed in now."""
    if not handler.opt.get("keeps_input") or not isinstance(connection, Request):
        return
    identity, signer = identity_of(connection), state_of(connection.app).signer
    if identity.via == "header" or comes_from_elsewhere(connection):
        return
    kept = await _kept_in(connection)
    if kept is None:
        return
    if identity.user is None:
        raise FormKept(kept)
    session = identity.session_token or ""
    is_stale = not is_valid_token(signer, session, kept.token)
    if is_stale and is_form_of(signer, identity.user.id, kept.token):
        raise FormKept(kept)


def packed(request: AnyRequest, kept: KeptForm) -> str:
    """The form as the value of a field of the sign-in page."""
    return state_of(request.app).signer.pack(PURPOSE, kept)


def kept_for(request: AnyRequest, user: SignedInUser, text: str) -> KeptForm | None:
    """The form that `packed` made this text of, if it was this user's."""
    signer = state_of(request.app).signer
    kept = signer.unpack(PURPOSE, text, KeptForm)
    return kept if kept and is_form_of(signer, user.id, kept.token) else None


async def _kept_in(request: AnyRequest) -> KeptForm | None:
    """None for a form of a guest, which has no token, and for one that is too long to keep."""
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(
        URLENCODED
    ):
        return None
    items = (await request.form()).multi_items()
    texts = [(name, text) for name, text in items if isinstance(text, str)]
    token = dict(texts).get(FIELD, "")
    fields = tuple((name, text) for name, text in texts if name not in NEVER_KEPT)
    if not token or sum(len(name) + len(text) for name, text in fields) > MOST:
        return None
    return KeptForm(str(request.scope["path"]), token, fields)
