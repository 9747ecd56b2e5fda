"""The shop window: what robots and home screens ask for. The pages say the rest in their heads."""

from collections.abc import Iterator
from typing import Any

from litestar import MediaType, Request, Router, get
from litestar.response import Redirect, Response

from shop import site
from shop.web.i18n import language_of, translate
from shop.web.links import origin_of
from shop.web.pictures import logo_of
from shop.web.static import StaticFiles

FOR_AN_HOUR = {"cache-control": "public, max-age=3600"}
ROBOTS = """\
User-agent: *
Disallow: /admin
Disallow: /api/

Sitemap: {origin}/sitemap.xml
"""
FOR_NO_ROBOT = "User-agent: *\nDisallow: /\n"
ICONS = (
    ("images/icon.svg", "any", "image/svg+xml", "any"),
    ("images/icon-192.png", "192x192", "image/png", "any"),
    ("images/icon-512.png", "512x512", "image/png", "any"),
    ("images/icon-maskable-512.png", "512x512", "image/png", "maskable"),
)


def robots_router(static: StaticFiles) -> Router:
    """`/robots.txt`, `/manifest.webmanifest` and `/favicon.ico`."""

    @get("/robots.txt", sync_to_thread=False)
    def robots(request: Request[Any, Any, Any]) -> Response[str]:
        """Searches are not kept from robots here, but by their pages: these say `noindex`, which
        only who may read them learns."""
        text = ROBOTS.format(origin=origin_of(request))
        if site.current().members_only:
            text = FOR_NO_ROBOT
        return Response(text, media_type=MediaType.TEXT, headers=FOR_AN_HOUR)

    @get("/manifest.webmanifest", sync_to_thread=False)
    def manifest(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        """Pages ask for it with their own language in its address (`lang`)."""
        headers = {**FOR_AN_HOUR, "vary": "Accept-Language, Cookie"}
        content = _manifest(request, static)
        return Response(content, media_type="application/manifest+json", headers=headers)

    @get("/favicon.ico", sync_to_thread=False)
    def favicon(request: Request[Any, Any, Any]) -> Response[Any]:
        """Browsers ask for it where a page names no icon, as Piccolo Admin's does not."""
        if logo := logo_of(site.current().logo):
            return Redirect(f"/theme/logo/{logo.icons[192]}")
        return static.answer(request, "images/favicon.ico")

    return Router("/", route_handlers=[robots, manifest, favicon], include_in_schema=False)


def _manifest(request: Request[Any, Any, Any], static: StaticFiles) -> dict[str, Any]:
    """A web application manifest (W3C): the shop as something to put on a home screen."""
    language = language_of(request)
    name = translate(language, "Pointmall")
    return {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": translate(language, "Good things for your points."),
        "lang": language,
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#fcfcfd",
        "theme_color": "#fcfcfd",
        "icons": [
            {"src": address, "sizes": sizes, "type": kind, "purpose": purpose}
            for address, sizes, kind, purpose in _icons(static)
        ],
    }


def _icons(static: StaticFiles) -> Iterator[tuple[str, str, str, str]]:
    """Address, sizes, type and purpose. Around a logo there is room for every mask."""
    if logo := logo_of(site.current().logo):
        for size, name in logo.icons.items():
            yield f"/theme/logo/{name}", f"{size}x{size}", "image/png", "any maskable"
    else:
        for name, sizes, kind, purpose in ICONS:
            yield static.url(name), sizes, kind, purpose
