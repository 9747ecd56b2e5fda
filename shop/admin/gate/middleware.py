"""Access control for the admin: only signed-in staff, on every path below `/admin/`, each within
their rights."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response
from litestar.types import ASGIApp, Receive, Scope, Send
from piccolo.table import Table

from shop.admin.gate.body import checked_body
from shop.admin.gate.cookies import with_session
from shop.admin.gate.csrf import missing_cookie, refuse_forged
from shop.admin.gate.errors import finishing, is_front_page
from shop.admin.gate.parameters import checked_query
from shop.admin.gate.responses import rewriting
from shop.admin.gate.rights import RightsOf, check_rights
from shop.admin.gate.rules import AdminRequest, check_write, references_to
from shop.admin.i18n import current_language
from shop.admin.sign_in import SignIn
from shop.errors import Forbidden, NotSignedIn
from shop.settings import Settings
from shop.web.i18n import language_of
from shop.web.request import AnyRequest, identity_of
from shop.web.strict import refuse_other_media


class AdminGate:
    """Access control in front of `admin`: staff only, and only the requests that it may serve.

    Raises NotSignedIn (also for requests with `X-USER-ID`), Forbidden, ForgedRequest,
    MethodNotAllowed, InvalidInput, and what `sign_in` does.
    """

    def __init__(
        self,
        admin: ASGIApp,
        tables: Mapping[str, type[Table]],
        sign_in: SignIn,
        rights_of: RightsOf,
        settings: Settings,
    ) -> None:
        self._admin, self._tables, self._sign_in = admin, tables, sign_in
        self._rights_of, self._settings = rights_of, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            raise NotFoundException
        request: AnyRequest = Request(scope, receive)
        admin_request = _read(request)
        if _lacks_slash(scope):
            await Redirect("/admin/").to_asgi_response(None, request)(scope, receive, send)
            return
        self._check(request, admin_request)
        rights = await self._rights(request, admin_request)
        if answer := await self._own_answer(request, admin_request, receive):
            await answer.to_asgi_response(None, request)(scope, receive, send)
            return
        table = self._tables.get(admin_request.table)
        if table and not admin_request.is_write:
            scope["query_string"] = checked_query(request, admin_request, table)
        receive = await checked_body(admin_request, scope, receive, table)
        send = rewriting(admin_request, table, rights, send)
        is_page = not (admin_request.is_write or admin_request.is_asset)
        cookie = missing_cookie(request) if is_page else None
        send = finishing(send, admin_request.is_asset, scope, self._settings, cookie)
        current_language.set(language_of(request))
        await self._admin(with_session(scope, identity_of(request).session_token), receive, send)

    async def _own_answer(
        self, request: AnyRequest, admin_request: AdminRequest, receive: Receive
    ) -> Response[Any] | None:
        """The response to requests that the gate answers itself."""
        if admin_request.is_login:
            return await self._sign_in.answer(request, receive)
        if admin_request.is_references and admin_request.table in self._tables:
            return Response(references_to(self._tables[admin_request.table], self._tables))
        return None

    def _check(self, request: AnyRequest, admin_request: AdminRequest) -> None:
        # A request with X-USER-ID has an identity already, which the admin does not accept.
        if not admin_request.is_login or identity_of(request).via == "header":
            _check_staff(request)
        if admin_request.is_write:
            refuse_forged(request, admin_request.is_login)
        check_write(admin_request)
        if admin_request.is_write and not admin_request.is_upload and not admin_request.is_logout:
            refuse_other_media(request)

    async def _rights(self, request: AnyRequest, admin_request: AdminRequest) -> frozenset[str]:
        """Those of the member of staff, as they are now; checked, where they matter."""
        free = admin_request.is_login or admin_request.is_logout or admin_request.is_asset
        user = identity_of(request).user
        if free or user is None:
            return frozenset()
        rights = await self._rights_of(user.id)
        check_rights(admin_request, rights)
        return rights


def _lacks_slash(scope: Scope) -> bool:
    """Whether the URL is `/admin`, where relative links fail; `path` is the same for both."""
    return is_front_page(scope) and scope.get("raw_path", b"/").partition(b"?")[0][-1:] != b"/"


def _check_staff(request: AnyRequest) -> None:
    identity = identity_of(request)
    if identity.user is None or identity.via != "session":
        raise NotSignedIn
    if not identity.user.staff:
        raise Forbidden


def _read(request: AnyRequest) -> AdminRequest:
    parts = tuple(part for part in str(request.scope["path"]).split("/") if part)
    query = request.scope["query_string"].decode("latin-1")
    return AdminRequest(str(request.method), parts, parse_qsl(query, keep_blank_values=True))
