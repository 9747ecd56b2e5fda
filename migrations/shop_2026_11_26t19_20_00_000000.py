"""The shop's logo."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Varchar
from piccolo.table import Table

ID = "2026-11-26T19:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "logo"


class SiteSettings(Table, tablename="site_settings"):
    logo = Varchar(length=60, null=False, default="")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_column(
        table_class_name=SiteSettings.__name__,
        tablename=SiteSettings._meta.tablename,
        column_name="logo",
        column_class=Varchar,
        params=SiteSettings.logo._meta.params,
    )
    return manager
