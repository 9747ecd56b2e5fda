"""Rows of the home page."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, Integer, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T19:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "home page"


class HomePageRow(Table, tablename="home_page_rows"):
    id = BigSerial(primary_key=True)
    position = Integer(null=False, default=1)
    kind = Varchar(length=10, null=False)
    value = Varchar(length=200, null=False, default="")
    title_ko = Varchar(length=80, null=False, default="")
    title_en = Varchar(length=80, null=False, default="")

    home_page_rows_one_a_place = Unique([position])
    home_page_rows_places = Check("position BETWEEN 1 AND 8")
    home_page_rows_kinds = Check(
        "kind IN ('hero', 'new', 'liked', 'under', 'affordable', 'category', 'products')"
    )
    home_page_rows_valued = Check("value <> '' OR kind NOT IN ('under', 'category', 'products')")
    home_page_rows_hero_says = Check("title_ko || title_en <> '' OR kind <> 'hero'")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_table(HomePageRow.__name__, HomePageRow._meta.tablename)
    for column in HomePageRow._meta.columns:
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
