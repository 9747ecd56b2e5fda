"""An older node beside a newer one that breaks it."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from shop.start.embedded import create_database, embedded_database
from tests.unit.start.conftest import ROOT, TIMEOUT, Process, environ
from tests.unit.start.test_prepare import ask

Start = Callable[..., Process]

MIGRATION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration

ID = "2999-01-01T00:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "balances have another name"
BREAKS_OLDER_NODES = True


async def forwards() -> MigrationManager:
    manager = MigrationManager(ID, "shop", DESCRIPTION)

    async def rename() -> None:
        await Migration.raw("ALTER TABLE point_balances RENAME COLUMN balance TO points")

    manager.add_raw(rename)
    return manager
"""


@pytest.fixture
def newer(folder: Path) -> Path:
    """A newer version of the shop: the same, with one more migration."""
    for name in ("shop", "migrations", "app.py", "piccolo_conf.py", "static", "templates"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("shop", "migrations"):
        (folder / name).unlink()
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "migrations/shop_2999_01_01t00_00_00_000000.py").write_text(MIGRATION)
    return folder


@contextmanager
def ordering(address: str) -> Iterator[set[int]]:
    """The statuses of orders that are sent one after the other until the block ends."""
    statuses: set[int] = set()
    is_over = threading.Event()

    def order() -> None:
        with httpx.Client(base_url=address, headers={"X-USER-ID": "1"}, timeout=TIMEOUT) as alice:
            while not is_over.wait(1 if 503 in statuses else 0):  # each is a line in its output
                body = {"items": [{"product_id": 63, "quantity": 1}]}
                statuses.add(alice.post("/api/v1/orders", json=body).status_code)

    thread = threading.Thread(target=order)
    thread.start()
    try:
        yield statuses
    finally:
        is_over.set()
        thread.join()


def test_no_request_of_the_older_node_meets_the_changed_tables(
    litestar: Start, data_dir: Path, newer: Path
) -> None:
    with embedded_database(data_dir) as server:
        ask(server, "DROP DATABASE IF EXISTS versions")
        settings = {
            "DATABASE_URL": create_database(data_dir, "versions"),
            "SHOP_DATA_DIR": str(data_dir),
            "SHOP_SECRET": "s" * 32,
            "SHOP_DEMO": "on",
            "SHOP_PORT": "0",
            "SHOP_RATE_LIMITS": "off",
            "SHOP_TRUSTED_GATEWAYS": "127.0.0.0/8",
        }
        older = litestar("run", **settings)
        address = older.address()
        with ordering(address) as statuses:
            while 201 not in statuses:
                pass
            migrated = subprocess.run(
                [sys.executable, "-m", "litestar", "migrate"],
                cwd=newer,
                env=environ(PYTHONDONTWRITEBYTECODE="1", **settings),
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT,
            )
            assert migrated.returncode == 0, migrated.stdout + migrated.stderr
            while 503 not in statuses:
                pass
        assert statuses <= {201, 409, 503}
        assert httpx.get(f"{address}/readyz", timeout=TIMEOUT).status_code == 503
        code, said = litestar("migrate", **settings).ended()
        os.kill(older.pid, 15)
        _, log = older.ended()
    assert (code, len(said.splitlines())) == (1, 1)
    assert said.startswith("A newer version has migrated this database (2999-01-01")
    assert "newer-version" in log
    assert "Traceback" not in log
