"""Words that the search treats as the same."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, Text
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T19:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "synonyms"


class SynonymGroup(Table, tablename="synonym_groups"):
    id = BigSerial(primary_key=True)
    words = Text(null=False)

    synonym_groups_of_several = Check("words LIKE '_% = %_'")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_table(SynonymGroup.__name__, SynonymGroup._meta.tablename)
    for column in SynonymGroup._meta.columns:
        manager.add_column(
            table_class_name=SynonymGroup.__name__,
            tablename=SynonymGroup._meta.tablename,
            column_name=column._meta.name,
            column_class=type(column),
            params=column._meta.params,
        )
    for constraint in SynonymGroup._meta.constraints:
        manager.add_constraint(
            table_class_name=SynonymGroup.__name__,
            tablename=SynonymGroup._meta.tablename,
            constraint_name=constraint._meta.name,
            constraint_class=type(constraint),
            params=constraint._meta.params,
        )
    return manager
