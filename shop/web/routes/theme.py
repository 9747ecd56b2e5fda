"""The shop's own look: the stylesheet of the accent colour, and the logo. In a shop for members
only, guests see them too. The stylesheet's URL holds the colours and the version of its rules, so
its content never changes, and every node returns the same."""

from collections.abc import Awaitable, Callable

from litestar import MediaType, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from shop.site import Site
from shop.web.colours import COLOUR, ON_ACCENT, Theme, stronger, tinted
from shop.web.pictures import is_of_a_logo
from shop.web.static import FOREVER

VERSION = 1
"""Must grow when the rules below change: browsers keep the stylesheet."""


def theme_url(site: Site) -> str | None:
    """None for the default colours."""
    if not site.accent_light:
        return None
    light, dark = site.accent_light[1:], site.accent_dark[1:]
    return f"/theme/{VERSION}-{light}-{dark}.css"


@get("/{name:str}", sync_to_thread=False)
def stylesheet(name: FromPath[str]) -> Response[str]:
    version, _, colours = name.removesuffix(".css").partition("-")
    light, _, dark = (f"#{part}" if part != "-" else part for part in colours.partition("-"))
    if not (version == str(VERSION) and COLOUR.fullmatch(light) and COLOUR.fullmatch(dark)):
        raise NotFoundException
    dark_rule = f"@media (prefers-color-scheme: dark) {{ {_rule(dark, 'dark')} }}"
    text = f"{_rule(light, 'light')}\n{dark_rule}\n"
    return Response(text, media_type=MediaType.CSS, headers={"cache-control": FOREVER})


def _rule(colour: str, theme: Theme) -> str:
    return (
        f":root {{ --accent: {colour}; --accent-ink: {stronger(colour, theme)}; "
        f"--on-accent: {ON_ACCENT[theme][0]}; --accent-soft: {tinted(colour, theme)}; }}"
    )


def theme_router(read: Callable[[str], Awaitable[bytes | None]]) -> Router:
    """`read` gives the content of a stored picture."""

    @get("/logo/{name:str}")
    async def logo(name: FromPath[str]) -> Response[bytes]:
        content = await read(name) if is_of_a_logo(name) else None
        if content is None:
            raise NotFoundException
        return Response(content, media_type="image/png", headers={"cache-control": FOREVER})

    handlers = [stylesheet, logo]
    return Router(
        "/theme", route_handlers=handlers, include_in_schema=False, opt={"anonymous": True}
    )
