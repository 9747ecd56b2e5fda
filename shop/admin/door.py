"""The door of the admin: staff who signed in get in, nobody else, on any path below `/admin/`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response
from litestar.types import ASGIApp, Receive, Scope, Send
from piccolo.table import Table

from shop.admin.answers import finishing, is_front_page
from shop.admin.body import checked_body
from shop.admin.cookies import with_session
from shop.admin.csrf import missing_cookie, refuse_forged
from shop.admin.language import reading
from shop.admin.parameters import checked_query
from shop.admin.responses import rewriting
from shop.admin.rules import Ask, check_write, references_to
from shop.admin.sessions import SignIn
from shop.errors import Forbidden, NotSignedIn
from shop.settings import Settings
from shop.web.i18n import language_of
from shop.web.request import AnyRequest, identity_of
from shop.web.strict import refuse_other_media


class Door:
    """Runs `admin` for those who may come in, with what they may ask of it.

    Raises NotSignedIn (also for whoever comes with `X-USER-ID`), Forbidden, ForgedRequest,
    NotTaken, InvalidInput, and what `sign_in` does.
    """

    def __init__(
        self, admin: ASGIApp, tables: Mapping[str, type[Table]], sign_in: SignIn, settings: Settings
    ) -> None:
        self._admin, self._tables, self._sign_in, self._settings = admin, tables, sign_in, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            raise NotFoundException
        request: AnyRequest = Request(scope, receive)
        ask = _read(request)
        if answer := await self._own_answer(request, ask, receive):
            await answer.to_asgi_response(None, request)(scope, receive, send)
            return
        table = self._tables.get(ask.table)
        if table and not ask.is_write:
            scope["query_string"] = checked_query(request, ask, table)
        receive = await checked_body(ask, scope, receive, table)
        send = rewriting(ask, table, send)
        cookie = None if ask.is_write or ask.is_asset else missing_cookie(request)
        send = finishing(send, ask.is_asset, scope, self._settings, cookie)
        reading.set(language_of(request))
        await self._admin(with_session(scope, identity_of(request).session_token), receive, send)

    async def _own_answer(
        self, request: AnyRequest, ask: Ask, receive: Receive
    ) -> Response[Any] | None:
        """What Piccolo Admin is not asked. Whoever asks for something else is checked here."""
        if _lacks_slash(request.scope):
            return Redirect("/admin/")
        self._check(request, ask)
        if ask.is_login:
            return await self._sign_in.answer(request, receive)
        if ask.is_references and ask.table in self._tables:
            return Response(references_to(self._tables[ask.table], self._tables))
        return None

    def _check(self, request: AnyRequest, ask: Ask) -> None:
        # With X-USER-ID one is somebody already, or nobody.
        if not ask.is_login or identity_of(request).via == "header":
            _check_staff(request)
        if ask.is_write:
            refuse_forged(request, ask.is_login)
        check_write(ask)
        if ask.is_write and not ask.is_upload and not ask.is_logout:
            refuse_other_media(request)


def _lacks_slash(scope: Scope) -> bool:
    """Whether it is `/admin`, whose relative links lead elsewhere; `path` does not tell."""
    return is_front_page(scope) and scope.get("raw_path", b"/").partition(b"?")[0][-1:] != b"/"


def _check_staff(request: AnyRequest) -> None:
    identity = identity_of(request)
    if identity.user is None or identity.via != "session":
        raise NotSignedIn
    if not identity.user.staff:
        raise Forbidden


def _read(request: AnyRequest) -> Ask:
    parts = tuple(part for part in str(request.scope["path"]).split("/") if part)
    query = request.scope["query_string"].decode("latin-1")
    return Ask(str(request.method), parts, parse_qsl(query, keep_blank_values=True))
