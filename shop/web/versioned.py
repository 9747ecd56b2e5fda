"""Pages that a signed-in user loads again, which are not rendered again while they are the same."""

import hashlib
from collections.abc import Callable, Hashable
from typing import Any

from litestar.response import Template

from shop import site
from shop.web.announcements import shown_announcements
from shop.web.cache.rendered import RenderedPage
from shop.web.i18n import language_of
from shop.web.notices import notices_of
from shop.web.pages import NO_STORE, counters_of, page, page_headers, template_context
from shop.web.request import AnyRequest, identity_of


async def versioned_page(
    request: AnyRequest, template: str, version: Hashable, context: Callable[[], dict[str, Any]]
) -> Template:
    """As `page`. `context` returns the page's variables, equal ones for equal versions at one
    address; it is called if no such page is cached. A version of None equals no other."""
    token = identity_of(request).session_token
    if version is None or token is None or notices_of(request):
        return await page(request, template, **context())
    language, counters = language_of(request), await counters_of(request)
    scope, announcements = request.scope, tuple(shown_announcements(request))
    address = (scope["scheme"], request.headers.get("host"), scope["path"], scope["query_string"])
    session = hashlib.sha256(token.encode()).digest()
    key = (session, request.user, counters, announcements, site.serial(), address, version)

    def variables() -> dict[str, Any]:
        return {**template_context(request), **context(), "counters": counters}

    return RenderedPage(f"{language}/{template}", key, variables, page_headers(language, NO_STORE))
