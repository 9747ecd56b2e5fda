"""Responses of pages and fragments: what all templates may use, and their Cache-Control."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.response import Redirect, Response, Template
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_303_SEE_OTHER
from litestar.utils import url_quote

from shop.identity import Counters, Identity
from shop.web.announcements import shown_announcements
from shop.web.cookies import expired_cookie
from shop.web.csrf import make_token
from shop.web.i18n import (
    LANGUAGES,
    PARAMETER,
    Language,
    current_language,
    language_of,
)
from shop.web.notices import COOKIE as NOTICE_COOKIE
from shop.web.notices import Notice, notice_cookie, notices_of
from shop.web.request import AnyRequest, identity_of
from shop.web.state import state_of

VARY = {"vary": "Accept-Language, Cookie, HX-Request, X-User-Id"}
# "Back" may show a guest's page from the browser's cache. A signed-in user's page must be loaded
# again: the next person at this browser must not see it, and its cart and likes would be stale.
NO_CACHE = {"cache-control": "private, no-cache"}
NO_STORE = {"cache-control": "private, no-store"}


def is_htmx(request: AnyRequest) -> bool:
    """The one question a controller asks: is a fragment wanted, or a page?"""
    return request.headers.get("hx-request") == "true"


async def page(
    request: AnyRequest,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    cookies: Sequence[Cookie] = (),
    **context: Any,
) -> Template:
    """A page, or with a template whose name starts with `_` a fragment."""
    counters = await counters_of(request)
    return render(
        request, template, {**context, "counters": counters}, status, headers or {}, cookies
    )


async def counters_of(request: AnyRequest) -> Counters:
    identity = identity_of(request)
    if identity.user is None:
        return counters_of_guest(request)
    if identity.known.counters is not None:
        return identity.known.counters
    ask = state_of(request.app).counters_of
    return await ask(identity.user)


def counters_of_guest(request: AnyRequest) -> Counters:
    return state_of(request.app).guest_cart.counters(request)


def render(
    request: AnyRequest,
    template: str,
    context: dict[str, Any],
    status: int = 200,
    headers: dict[str, str] | None = None,
    cookies: Sequence[Cookie] = (),
) -> Template:
    """`page` without the database, for error pages: `counters` are those read with the session,
    or None."""
    cookies = [*cookies]
    common = template_context(request)
    if common["notices"]:
        cookies.append(expired_cookie(request, NOTICE_COOKIE))
    return Template(
        f"{common['language']}/{template}",
        context={**common, **context},
        status_code=status,
        headers={
            **page_headers(common["language"], NO_STORE if common["user"] else NO_CACHE),
            **(headers or {}),
        },
        cookies=cookies,
        media_type=MediaType.HTML,
    )


def page_headers(language: Language, caching: dict[str, str]) -> dict[str, str]:
    return {**VARY, **caching, "content-language": language}


def template_context(request: AnyRequest) -> dict[str, Any]:
    """What every template may use. `counters` are None unless
    they were read with the session, or are a guest's, until a page asks for them; `links` are of a
    page that search engines may show, and None for all others."""
    language = language_of(request)
    current_language.set(language)
    identity = identity_of(request)
    token = identity.session_token
    return {
        "user": identity.user,
        "counters": identity.known.counters if identity.user else counters_of_guest(request),
        "links": None,
        "notices": [] if is_htmx(request) else notices_of(request),
        "language": language,
        "announcements": shown_announcements(request),
        "csrf_token": make_token(state_of(request.app).signer, token, _id_of(identity))
        if token
        else "",
        "current_url": current_url(request),
        "path": request.scope["path"],
    }


def _id_of(identity: Identity) -> int | None:
    return identity.user.id if identity.user else None


def current_url(request: AnyRequest) -> str:
    """The address of the page the reader is on, as path and query, to come back to."""
    if request.method != "GET":
        current = request.headers.get("hx-current-url") or request.headers.get("referer") or ""
        host_and_path = current.partition("://")[2]  # a proxy in front may speak another scheme
        return local_path(host_and_path.removeprefix(request.headers.get("host", "")))
    query = request.scope["query_string"].decode("latin-1")
    return local_path(str(request.scope["path"]) + (f"?{query}" if query else ""))


def url_at_product(request: AnyRequest, product_id: int) -> str:
    """`current_url`, at the product's card where the page is a list."""
    url = current_url(request).partition("#")[0]
    is_its_page = url.partition("?")[0] == f"/products/{product_id}"
    return url if is_its_page else f"{url}#product-{product_id}"


def local_path(target: str | None, otherwise: str = "/") -> str:
    """`target` where it is a path of this shop, so that no link can send a shopper elsewhere."""
    if not target or not target.startswith("/") or len(target) > 2000:
        return otherwise
    if target.startswith(("//", "/\\")) or any(ord(char) < 33 or char == "\\" for char in target):
        return otherwise
    return target


def sign_in_first(
    request: AnyRequest, back_to: str, cookies: Sequence[Cookie] = ()
) -> Response[Any]:
    """To the sign-in page, and from there back to `back_to`."""
    return redirect(request, with_next("/login", back_to), cookies=cookies)


def with_next(path: str, back_to: str) -> str:
    """The address of a page that leads on to `back_to`."""
    return f"{path}?next={quote(local_path(back_to), safe='/')}"


def redirect(
    request: AnyRequest,
    path: str,
    *notices: str | Notice,
    cookies: Sequence[Cookie] = (),
) -> Response[Any]:
    """303 to `path`, where the notices are shown; htmx gets a header instead, because its `fetch`
    would follow a 303 by itself. The language that the address names stays."""
    path = _in_its_language(request, path)
    if notices:
        named = [Notice(one) if isinstance(one, str) else one for one in notices]
        cookies = [*cookies, notice_cookie(request, *named)]
    headers = {**VARY, **NO_STORE}
    if is_htmx(request):
        return Response(
            b"",
            status_code=HTTP_204_NO_CONTENT,
            headers={**headers, "hx-redirect": url_quote(path)},
            cookies=cookies,
        )
    return Redirect(path, status_code=HTTP_303_SEE_OTHER, headers=headers, cookies=cookies)


def _in_its_language(request: AnyRequest, path: str) -> str:
    language = request.query_params.get(PARAMETER)
    if language not in LANGUAGES or f"{PARAMETER}=" in path:
        return path
    page, mark, fragment = path.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{PARAMETER}={language}{mark}{fragment}"
