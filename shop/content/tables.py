"""What staff write themselves: pages such as terms and privacy, and announcements."""

from piccolo.columns import BigSerial, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table


class ContentPage(Table, tablename="content_pages"):
    """A page at `/pages/<slug>`, in Markdown; an empty language is shown in the other one. The
    footer lists them by `position`."""

    id = BigSerial(primary_key=True)
    slug = Varchar(length=40, null=False)
    position = Integer(null=False, default=0)
    title_ko = Varchar(length=80, null=False)
    title_en = Varchar(length=80, null=False)
    body_ko = Text(null=False)
    body_en = Text(null=False)
    updated_at = Timestamptz(default=TimestamptzNow(), null=False)

    content_pages_slug_once = Unique([slug])
    content_pages_slug_plain = Check("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'")
    content_pages_whole = Check(
        "(title_ko = '') = (body_ko = '') AND (title_en = '') = (body_en = '') "
        "AND title_ko || title_en <> ''"
    )


class HomePageRow(Table, tablename="home_page_rows"):
    """A row of the home page, above the list of all products (`HomeRow` in shop/site.py)."""

    id = BigSerial(primary_key=True)
    position = Integer(null=False, default=1)
    kind = Varchar(length=10, null=False)
    value = Varchar(length=200, null=False, default="")
    title_ko = Varchar(length=80, null=False, default="")
    title_en = Varchar(length=80, null=False, default="")
    picture = Varchar(length=60, null=False, default="")
    alt_ko = Varchar(length=200, null=False, default="")
    alt_en = Varchar(length=200, null=False, default="")

    home_page_rows_one_a_place = Unique([position])
    home_page_rows_places = Check("position BETWEEN 1 AND 8")
    home_page_rows_kinds_with_best = Check(
        "kind IN ('hero', 'new', 'best', 'liked', 'under', 'affordable', 'category', 'products')"
    )
    home_page_rows_valued = Check("value <> '' OR kind NOT IN ('under', 'category', 'products')")
    home_page_rows_hero_says = Check("title_ko || title_en <> '' OR kind <> 'hero'")
    home_page_rows_hero_pictured = Check("picture || alt_ko || alt_en = '' OR kind = 'hero'")


class Announcement(Table, tablename="announcements"):
    """A sentence above every page, from `starts_at` until `ends_at`."""

    id = BigSerial(primary_key=True)
    text_ko = Varchar(length=200, null=False)
    text_en = Varchar(length=200, null=False)
    link = Varchar(length=200, null=False, default="")
    starts_at = Timestamptz(null=False, default=TimestamptzNow())
    ends_at = Timestamptz(null=False, default=TimestamptzNow())

    announcements_filled = Check("text_ko || text_en <> ''")
    announcements_end_later = Check("ends_at > starts_at")
    announcements_link_is_local = Check("link = '' OR link ~ '^/([^/\\\\]|$)'")


INDEXES = ("CREATE INDEX announcements_ends_at ON announcements (ends_at)",)
