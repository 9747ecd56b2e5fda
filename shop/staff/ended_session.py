"""A form that is sent after its session has ended: its fields are kept on a page, and sent after
its author has signed in again."""

from collections.abc import Sequence
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.handlers import BaseRouteHandler
from litestar.response import Response, Template

from shop.errors import NotSignedIn
from shop.web.csrf import FIELD, comes_from_elsewhere, is_form, is_form_of
from shop.web.error_responses import error_response, wants_json
from shop.web.pages import render
from shop.web.request import AnyRequest, identity_of
from shop.web.state import state_of

OF_STAFF: dict[str, Any] = {"of_staff": True}
"""A handler's `opt`: its guard lets in staff only, and keeps forms of guests."""
PATH = "_path"
"""The field with the address of the form that is kept."""

Field = tuple[str, str]


class SessionEnded(NotSignedIn):
    """A form of staff was sent without a session. `fields` are the submitted ones; files are not
    kept."""

    def __init__(self, path: str, fields: Sequence[Field], *, had_files: bool = False) -> None:
        self.path, self.fields, self.had_files = path, fields, had_files
        super().__init__(path)


async def keep_stale_form(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Raises SessionEnded for a form of staff that is of an earlier session of the same user, who
    has signed in again meanwhile."""
    if "of_staff" not in handler.opt or not isinstance(connection, Request):
        return
    user = identity_of(connection).user
    if user is None or comes_from_elsewhere(connection) or not is_form(connection, handler):
        return
    token = str((await connection.form()).get(FIELD, ""))
    if is_form_of(state_of(connection.app).signer, user.id, token):
        raise await ended(connection)


async def ended(request: Request[Any, Any, Any]) -> SessionEnded:
    """The submitted fields; those of a kept form are kept again."""
    form = await request.form()
    items = list(form.multi_items())
    fields = [(n, v) for n, v in items if isinstance(v, str) and n not in {FIELD, PATH}]
    files = any(isinstance(value, UploadFile) and value.filename for _, value in items)
    path = str(form.get(PATH) or request.scope["path"])
    await form.close()
    return SessionEnded(path, fields, had_files=files)


def keep_form(request: AnyRequest, error: SessionEnded) -> Response[Any] | Template:
    """The page with the submitted fields, or for a client of JSON the error."""
    if wants_json(request):
        return error_response(request, error)
    context = {"path_of_form": error.path, "fields": error.fields, "had_files": error.had_files}
    return render(request, "staff/session_ended.html", context, 401)
