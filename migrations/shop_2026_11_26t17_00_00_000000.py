"""The owner's settings, pages and announcements."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import (
    BigInt,
    BigSerial,
    Boolean,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "site settings and content"


class SiteSettings(Table, tablename="site_settings"):
    id = SmallInt(primary_key=True, default=1)
    name_ko = Varchar(length=40, null=False)
    name_en = Varchar(length=40, null=False)
    points_ko = Varchar(length=20, null=False)
    point_en = Varchar(length=20, null=False)
    points_en = Varchar(length=20, null=False)
    symbol = Varchar(length=8, null=False)
    accent_light = Varchar(length=7, null=False, default="")
    accent_dark = Varchar(length=7, null=False, default="")
    time_zone = Varchar(length=60, null=False)
    welcome_points = BigInt(null=True, default=None)
    sign_up = Varchar(length=10, null=False)
    members_only = Boolean(null=False, default=False)

    site_settings_one_row = Check("id = 1")
    site_settings_words_filled = Check(
        "'' NOT IN (name_ko, name_en, points_ko, point_en, points_en, symbol)"
    )
    site_settings_colours = Check(
        "accent_light ~ '^(#[0-9a-f]{6})?$' AND accent_dark ~ '^(#[0-9a-f]{6})?$'"
    )
    site_settings_welcome_in_range = Check("welcome_points BETWEEN 0 AND 1000000000")
    site_settings_sign_up_known = Check("sign_up IN ('open', 'invitation', 'off')")


class ContentPage(Table, tablename="content_pages"):
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


class Announcement(Table, tablename="announcements"):
    id = BigSerial(primary_key=True)
    text_ko = Varchar(length=200, null=False)
    text_en = Varchar(length=200, null=False)
    link = Varchar(length=200, null=False, default="")
    starts_at = Timestamptz(null=False, default=TimestamptzNow())
    ends_at = Timestamptz(null=False, default=TimestamptzNow())

    announcements_filled = Check("text_ko || text_en <> ''")
    announcements_end_later = Check("ends_at > starts_at")
    announcements_link_is_local = Check("link = '' OR link ~ '^/([^/\\\\]|$)'")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for table in (SiteSettings, ContentPage, Announcement):
        tablename = table._meta.tablename
        manager.add_table(table.__name__, tablename)
        for column in table._meta.columns:
            manager.add_column(
                table_class_name=table.__name__,
                tablename=tablename,
                column_name=column._meta.name,
                column_class=type(column),
                params=column._meta.params,
            )
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=table.__name__,
                tablename=tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager
