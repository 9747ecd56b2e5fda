"""The indexes that Piccolo cannot declare on a column."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T00:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes"

INDEXES = (
    (
        "ALTER TABLE products ADD COLUMN listed boolean NOT NULL "
        "GENERATED ALWAYS AS (active AND (lead IS NULL OR lead = id)) STORED"
    ),
    (
        "ALTER TABLE products ADD CONSTRAINT products_lead_leads "
        "FOREIGN KEY (lead, lead) REFERENCES products (id, lead) ON DELETE RESTRICT"
    ),
    "CREATE INDEX products_newest ON products (id DESC) WHERE listed",
    "CREATE INDEX products_by_price ON products (price, id) WHERE listed",
    "CREATE INDEX products_of_category ON products (category, id) INCLUDE (listed)",
    "CREATE INDEX products_category_price ON products (category, price, id) WHERE listed",
    "CREATE INDEX product_terms_held ON product_terms USING gin (terms) WITH (fastupdate = off)",
    (
        "CREATE INDEX product_terms_words ON product_terms USING gin (array_to_tsvector(words)) "
        "WITH (fastupdate=off)"
    ),
    "CREATE INDEX product_terms_version ON product_terms (version)",
    "CREATE INDEX stock_entries_of_product ON stock_entries (product, id DESC)",
    'CREATE INDEX likes_of_user ON likes ("user", id DESC)',
    "CREATE INDEX like_counters_most ON like_counters (like_count DESC, product DESC) WHERE listed",
    (
        "CREATE INDEX like_counters_category_most ON like_counters (category, like_count, product) "
        "WHERE listed"
    ),
    'CREATE INDEX point_entries_of_user ON point_entries ("user", id DESC)',
    (
        "CREATE INDEX point_entries_newest ON point_entries (created_at DESC, id DESC) "
        "INCLUDE (kind, amount)"
    ),
    "CREATE INDEX point_entries_of_kind ON point_entries (kind, created_at DESC, id DESC)",
    'CREATE INDEX orders_of_user ON orders ("user", id DESC)',
    "CREATE INDEX orders_newest ON orders (created_at DESC, id DESC)",
    (
        "CREATE INDEX outbox_messages_due ON outbox_messages (due_at, id) "
        "WHERE sent_at IS NULL AND given_up_at IS NULL"
    ),
)


class Schema(Table):
    """Only a way to run SQL in the migration's own transaction."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def run() -> None:
        for statement in INDEXES:
            await Schema.raw(statement)

    manager.add_raw(run)
    return manager
