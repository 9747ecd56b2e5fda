"""The best of the week, as a row of the home page."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, BigSerial, ForeignKey, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-27T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "best of the week"


class Product(Table, tablename="products"):
    id = BigSerial(primary_key=True)


class WeekBest(Table, tablename="week_bests"):
    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    score = BigInt(null=False)

    week_bests_positive = Check("score > 0")


class HomePageRow(Table, tablename="home_page_rows"):
    kind = Varchar(length=10, null=False)

    home_page_rows_kinds_with_best = Check(
        "kind IN ('hero', 'new', 'best', 'liked', 'under', 'affordable', 'category', 'products')"
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_table(WeekBest.__name__, WeekBest._meta.tablename)
    for column in WeekBest._meta.columns:
        manager.add_column(
            table_class_name=WeekBest.__name__,
            tablename=WeekBest._meta.tablename,
            column_name=column._meta.name,
            column_class=type(column),
            params=column._meta.params,
        )
    manager.drop_constraint(
        table_class_name=HomePageRow.__name__,
        tablename=HomePageRow._meta.tablename,
        constraint_name="home_page_rows_kinds",
    )
    for table in (WeekBest, HomePageRow):
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager
