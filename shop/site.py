"""The shop's own face, as plain values: its name, its words and colours, and who may come in.

Each process holds a copy and reads it again twice a second (`shop/site_settings`), so that every
page and every text can use it without a query.
"""

from typing import Literal

import msgspec

SignUp = Literal["open", "invitation", "off"]
TERMS = ("terms", "privacy")
"""Pages that a new member agrees to, where they exist."""


class ShownPage(msgspec.Struct, frozen=True):
    """A page that the footer leads to."""

    slug: str
    title_ko: str
    title_en: str

    def title(self, language: str) -> str:
        first, second = self.title_ko, self.title_en
        return (second or first) if language == "en" else (first or second)


class ShownCategory(msgspec.Struct, frozen=True):
    slug: str
    name: str
    name_en: str

    def title(self, language: str) -> str:
        return (language == "en" and self.name_en) or self.name


class ShownAnnouncement(msgspec.Struct, frozen=True):
    id: int
    text_ko: str
    text_en: str
    link: str

    def text(self, language: str) -> str:
        first, second = self.text_ko, self.text_en
        return (second or first) if language == "en" else (first or second)


class HomeRow(msgspec.Struct, frozen=True):
    """A row of the home page. `value`: a link (hero), points (under), a category's slug, or ids of
    products; else empty. Without a title the kind's own is shown. A hero may have a picture."""

    kind: str
    value: str = ""
    title_ko: str = ""
    title_en: str = ""
    picture: str = ""
    alt_ko: str = ""
    alt_en: str = ""

    def title(self, language: str) -> str:
        first, second = self.title_ko, self.title_en
        return (second or first) if language == "en" else (first or second)

    def alt(self, language: str) -> str:
        """What its picture shows."""
        first, second = self.alt_ko, self.alt_en
        return (second or first) if language == "en" else (first or second)


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """`points_*` are the words for points, `symbol` what stands behind a Korean number of them.
    `accent_*` are `#rrggbb`, or empty for the shop's own; `logo` is the name of a stored logo, or
    empty. `welcome_points` is None where
    SHOP_WELCOME_POINTS decides. `pages`, `announcements` and the rows of `home` are by staff, as
    the catalogue's `categories` are, which every page leads to."""

    name_ko: str = "포인트몰"
    name_en: str = "Pointmall"
    points_ko: str = "포인트"
    point_en: str = "point"
    points_en: str = "points"
    symbol: str = "P"
    accent_light: str = ""
    accent_dark: str = ""
    logo: str = ""
    time_zone: str = "Asia/Seoul"
    welcome_points: int | None = None
    sign_up: SignUp = "open"
    members_only: bool = False
    pages: tuple[ShownPage, ...] = ()
    announcements: tuple[ShownAnnouncement, ...] = ()
    home: tuple[HomeRow, ...] = ()
    categories: tuple[ShownCategory, ...] = ()

    @property
    def terms(self) -> list[ShownPage]:
        return [page for page in self.pages if page.slug in TERMS]


DEFAULT = Site()


class _Current:
    site = DEFAULT
    serial = 0


def current() -> Site:
    return _Current.site


def serial() -> int:
    """A part of every cache key: it grows when the site changes, and never comes back."""
    return _Current.serial


def apply(site: Site) -> None:
    """From now on this process shows `site`."""
    if site != _Current.site:
        _Current.site = site
        _Current.serial += 1
