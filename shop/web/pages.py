"""Responses of pages and fragments: what all templates may use, and their Cache-Control."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial
from typing import Any
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Response, Template
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_303_SEE_OTHER
from litestar.template import TemplateConfig
from litestar.utils import url_quote
from markupsafe import Markup

from shop.identity import SignedInUser
from shop.web.cache.fragments import cached_fragment, cached_fragments
from shop.web.cookies import expired_cookie
from shop.web.csrf import make_token
from shop.web.i18n import (
    LANGUAGES,
    LOCALES,
    Language,
    current_language,
    format_number,
    format_time,
    format_utc,
    language_of,
    translate,
    translations,
)
from shop.web.notices import COOKIE as NOTICE_COOKIE
from shop.web.notices import Notice, notice_cookie, notices_of
from shop.web.pictures import picture_at
from shop.web.request import AnyRequest, identity_of
from shop.web.static import StaticFiles

VARY = {"vary": "Accept-Language, Cookie, HX-Request, X-User-Id"}
# "Back" may show a guest's page from the browser's cache. A signed-in user's page must be loaded
# again: the next person at this browser must not see it, and its cart and likes would be stale.
KEPT = {"cache-control": "private, no-cache"}
NOT_KEPT = {"cache-control": "private, no-store"}


class Counters(msgspec.Struct, frozen=True):
    """What the header shows of a signed-in user: points to spend, and items in the cart."""

    balance: int = 0
    cart_count: int = 0


CountersOf = Callable[[SignedInUser], Awaitable[Counters]]


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
    user = identity_of(request).user
    if user is None:
        return Counters()
    ask: CountersOf = request.app.state.counters_of
    return await ask(user)


def render(
    request: AnyRequest,
    template: str,
    context: dict[str, Any],
    status: int = 200,
    headers: dict[str, str] | None = None,
    cookies: Sequence[Cookie] = (),
) -> Template:
    """`page` without the database, for error pages. `counters` is then None."""
    cookies = [*cookies]
    common = template_context(request)
    if common["notices"]:
        cookies.append(expired_cookie(request, NOTICE_COOKIE))
    return Template(
        template,
        context={**common, **context},
        status_code=status,
        headers={
            **VARY,
            **(NOT_KEPT if common["user"] else KEPT),
            "content-language": common["language"],
            **(headers or {}),
        },
        cookies=cookies,
        media_type=MediaType.HTML,
    )


def template_context(request: AnyRequest) -> dict[str, Any]:
    """What every template may use. `counters` is None until a page asks for it; `links` are of a
    page that search engines may show, and None for all others."""
    language = language_of(request)
    current_language.set(language)
    identity = identity_of(request)
    token = identity.session_token
    return {
        "user": identity.user,
        "counters": None,
        "links": None,
        "notices": [] if is_htmx(request) else notices_of(request),
        "language": language,
        "csrf_token": make_token(request.app.state.signer, token) if token else "",
        "current_url": current_url(request),
        "path": request.scope["path"],
    }


def current_url(request: AnyRequest) -> str:
    """The address of the page the reader is on, as path and query, to come back to."""
    if request.method != "GET":
        current = request.headers.get("hx-current-url") or request.headers.get("referer") or ""
        host_and_path = current.partition("://")[2]  # a proxy in front may speak another scheme
        return local_path(host_and_path.removeprefix(request.headers.get("host", "")))
    query = request.scope["query_string"].decode("latin-1")
    return local_path(str(request.scope["path"]) + (f"?{query}" if query else ""))


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
    """303 to `path`, where the notices are shown; htmx is told by a header, because its `fetch`
    would follow a 303 unseen."""
    if notices:
        named = [Notice(one) if isinstance(one, str) else one for one in notices]
        cookies = [*cookies, notice_cookie(request, *named)]
    headers = {**VARY, **NOT_KEPT}
    if is_htmx(request):
        return Response(
            b"",
            status_code=HTTP_204_NO_CONTENT,
            headers={**headers, "hx-redirect": url_quote(path)},
            cookies=cookies,
        )
    return Redirect(path, status_code=HTTP_303_SEE_OTHER, headers=headers, cookies=cookies)


def _gettext(message: str, **values: Any) -> Markup:
    text = _word(current_language.get(), message)
    return text % values if values else text


@cache
def _word(language: Language, message: str) -> Markup:
    text = Markup(translations(language).gettext(message))  # noqa: S704 - our own catalogue
    return text if "%(" in text else text % {}


def _ngettext(one: str, many: str, count: int, **values: Any) -> Markup:
    text = translations(current_language.get()).ngettext(one, many, count)
    return Markup(text) % {"num": count, **values}  # noqa: S704 - our own catalogue


# Filters take the context, so that Jinja does not work them out once for all while it compiles.


@pass_context
def _number(_: Context, value: int) -> str:
    return format_number(current_language.get(), value)


@pass_context
def _time(_: Context, value: Any) -> str:
    return format_time(current_language.get(), value)


@pass_context
def _translated(_: Context, message: str, values: dict[str, Any] | None = None) -> str:
    return translate(current_language.get(), message, values)


def template_config(folder: str, static: StaticFiles) -> TemplateConfig[JinjaTemplateEngine]:
    """Jinja as the shop uses it: escaping on, a misspelt name is an error, gettext by language."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # set by the i18n extension
    environment.globals.update(
        languages=LANGUAGES,
        locales=LOCALES,
        static=static.url,
        picture_at=picture_at,
        new_key=partial(secrets.token_urlsafe, 9),
        cached_fragment=cached_fragment,
        cached_fragments=cached_fragments,
        gettext=_gettext,
        ngettext=_ngettext,
    )
    environment.filters.update(number=_number, time=_time, translated=_translated, utc=format_utc)
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
