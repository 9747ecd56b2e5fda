"""The language switch: a form at the foot of every page."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import post
from litestar.params import URLEncodedBody
from litestar.response import Response

from shop.web.cookies import make_cookie
from shop.web.i18n import COOKIE, PARAMETER, Language
from shop.web.members import OPEN_TO_ALL
from shop.web.pages import local_path, redirect
from shop.web.request import AnyRequest

A_YEAR = 365 * 86400


class LanguageForm(msgspec.Struct):
    language: Language
    next: str = "/"


@post("/language", status_code=200, include_in_schema=False, opt=OPEN_TO_ALL)
async def switch_language(
    request: AnyRequest,
    data: URLEncodedBody[LanguageForm],
) -> Response[Any]:
    chosen = make_cookie(request, COOKIE, data.language, max_age=A_YEAR)
    return redirect(request, _without_language(local_path(data.next)), cookies=[chosen])


def _without_language(path: str) -> str:
    """A language that the address names would go before the one just chosen."""
    path, _, query = path.partition("?")
    kept = [entry for entry in parse_qsl(query, keep_blank_values=True) if entry[0] != PARAMETER]
    return f"{path}?{urlencode(kept)}" if kept else path
