"""CSRF protection: writes with a session cookie need a token from one of the shop's pages.

The token is derived from the session, so there is no separate cookie to plant or to expire. Guests
have no session and need no token, so their pages can be cached. Each token has a new salt, so that
a compressed page does not leak it byte by byte (BREACH).
"""

import secrets
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from shop.errors import ForgedRequest, Unavailable
from shop.web.cookies import is_secure
from shop.web.forms import MULTIPART, URLENCODED
from shop.web.request import identity_of
from shop.web.signing import Signer
from shop.web.state import state_of

HEADER = "x-csrf-token"
PURPOSE = "csrf"
OWNER = "form of"
SALT_LENGTH, OWNER_LENGTH, PROOF_LENGTH = 16, 16, 32  # characters
FIELD = "_csrf_token"
NO_CSRF = "no_csrf"  # a handler's option: where there is a session, it does nothing
TAKES_FILES = "takes_files"  # a handler's option: its form may be multipart
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def make_token(signer: Signer, session_token: str, user_id: int | None = None) -> str:
    """With `user_id` it also proves whose form it is, when the session has ended."""
    head = secrets.token_hex(SALT_LENGTH // 2)
    if user_id is not None:
        head += signer.proof(OWNER, _signed(head, str(user_id)), OWNER_LENGTH)
    return head + signer.proof(PURPOSE, _signed(head, session_token), PROOF_LENGTH)


def is_valid_token(signer: Signer, session_token: str, token: str) -> bool:
    head, proof = token[:-PROOF_LENGTH], token[-PROOF_LENGTH:]
    return signer.is_proof(PURPOSE, _signed(head, session_token), proof, PROOF_LENGTH)


def is_form_of(signer: Signer, user_id: int, token: str) -> bool:
    """Whether a page made the token for this user, in any session. That is no leave to write."""
    salt, owner = token[:SALT_LENGTH], token[SALT_LENGTH:-PROOF_LENGTH]
    return signer.is_proof(OWNER, _signed(salt, str(user_id)), owner, OWNER_LENGTH)


def _signed(head: str, value: str) -> bytes:
    return f"{head}.{value}".encode()


async def refuse_forged(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """A guard for every write. Raises ForgedRequest, or Unavailable if a form cannot be kept.

    Another site's page is refused by what the browser says of it, signed in or not, so that
    a visitor cannot be signed in to an account that is not theirs. A session must also bring
    its token.
    """
    if not isinstance(connection, Request) or connection.method in SAFE_METHODS:
        return
    identity = identity_of(connection)
    if identity.via == "header":
        return
    if comes_from_elsewhere(connection):
        raise ForgedRequest
    if identity.session_token is None or NO_CSRF in handler.opt:
        return
    signer = state_of(connection.app).signer
    if not is_valid_token(signer, identity.session_token, await _token_of(connection, handler)):
        await _close_files(connection, handler)
        raise ForgedRequest


def comes_from_elsewhere(request: Request[Any, Any, Any]) -> bool:
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin != _own_origin(request)


def _own_origin(request: Request[Any, Any, Any]) -> str:
    """As a browser writes it (RFC 6454). Behind a proxy only the setting knows of HTTPS."""
    scheme = "https" if is_secure(request.scope, state_of(request.app).settings) else "http"
    return f"{scheme}://{request.headers.get('host')}"


async def _token_of(request: Request[Any, Any, Any], handler: BaseRouteHandler) -> str:
    token = request.headers.get(HEADER, "")
    if not token and is_form(request, handler):
        try:
            token = str((await request.form()).get(FIELD, ""))
        except (
            OSError
        ) as error:  # a large file goes through the temporary folder, which can be full
            raise Unavailable(str(error)) from error
    return token


def is_form(request: Request[Any, Any, Any], handler: BaseRouteHandler) -> bool:
    """Whether the request brings a form of a kind that the handler takes."""
    kinds = (URLENCODED, MULTIPART) if TAKES_FILES in handler.opt else (URLENCODED,)
    return request.headers.get("content-type", "").startswith(kinds)


async def _close_files(request: Request[Any, Any, Any], handler: BaseRouteHandler) -> None:
    if is_form(request, handler):
        await (await request.form()).close()
