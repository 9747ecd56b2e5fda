"""A picture in a hero of the home page."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Varchar
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-27T09:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "picture of a hero"


class HomePageRow(Table, tablename="home_page_rows"):
    picture = Varchar(length=60, null=False, default="")
    alt_ko = Varchar(length=200, null=False, default="")
    alt_en = Varchar(length=200, null=False, default="")

    home_page_rows_hero_pictured = Check("picture || alt_ko || alt_en = '' OR kind = 'hero'")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for column in (HomePageRow.picture, HomePageRow.alt_ko, HomePageRow.alt_en):
        manager.add_column(
            table_class_name=HomePageRow.__name__,
            tablename=HomePageRow._meta.tablename,
            column_name=column._meta.name,
            column_class=type(column),
            params=column._meta.params,
        )
    for constraint in HomePageRow._meta.constraints:
        manager.add_constraint(
            table_class_name=HomePageRow.__name__,
            tablename=HomePageRow._meta.tablename,
            constraint_name=constraint._meta.name,
            constraint_class=type(constraint),
            params=constraint._meta.params,
        )
    return manager
