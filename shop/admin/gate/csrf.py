"""CSRF protection of the admin: the shop's own token, derived from the session.

Piccolo's page reads it from a cookie and sends it in a header. Piccolo's own check compares the
two, so that an attacker who can plant a cookie passes it; here the header must belong to the
session.
"""

from litestar.datastructures import Cookie

from shop.errors import ForgedRequest
from shop.web.cookies import make_cookie
from shop.web.csrf import comes_from_elsewhere, is_valid_token, make_token
from shop.web.request import AnyRequest, identity_of
from shop.web.state import state_of

COOKIE = "csrftoken"
HEADER = "x-csrftoken"
DAY = 86_400  # seconds; it is given again when it is missed


def refuse_forged(request: AnyRequest, is_login: bool) -> None:
    """For a write. Raises ForgedRequest where another site sent it, or a session without proof.
    Signing in needs no proof, as in the shop: there may be none yet."""
    session_token = None if is_login else identity_of(request).session_token
    if comes_from_elsewhere(request):
        raise ForgedRequest
    if session_token and not _proves(request, session_token, request.headers.get(HEADER, "")):
        raise ForgedRequest


def missing_cookie(request: AnyRequest) -> Cookie | None:
    """The cookie that the page needs for its next write, unless it has it."""
    session_token = identity_of(request).session_token
    if session_token is None or _proves(request, session_token, request.cookies.get(COOKIE, "")):
        return None
    token = make_token(state_of(request.app).signer, session_token)
    return make_cookie(request, COOKIE, token, max_age=DAY, path="/admin", httponly=False)


def _proves(request: AnyRequest, session_token: str, token: str) -> bool:
    return is_valid_token(state_of(request.app).signer, session_token, token)
