"""What a start waits for."""

import subprocess
import sys
from pathlib import Path

from tests.unit.start.conftest import environ

HEAVY = {"fastapi", "piccolo_admin", "piccolo_api", "PIL", "starlette"}
UNUSED = {"fastapi", "pydantic", "black"}
"""Of the admin, and of Piccolo's commands. Of Starlette, Litestar itself imports a module."""
SERVING = """
import sys
from shop.start import cli, serve
from shop.external.mock import create_mock
from app import create_app
create_app(), create_mock()
print(*{name.partition('.')[0] for name in sys.modules})
"""


def test_the_admin_is_not_imported_at_the_start() -> None:
    says = "import app, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", says], stdout=subprocess.PIPE, check=True, timeout=60
    )
    imported = set(run.stdout.decode().split())
    assert "litestar" in imported
    assert not imported & HEAVY


def test_a_shop_that_is_built_has_imported_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SERVING],
        env=environ(SHOP_DATA_DIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    imported = set(run.stdout.decode().split())
    assert "litestar" in imported
    assert not imported & UNUSED


def test_the_start_command_does_not_import_the_shop() -> None:
    says = "import shop.start.cli, sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", says], stdout=subprocess.PIPE, check=True, timeout=60
    )
    imported = set(run.stdout.decode().split())
    assert "shop.start.commands" in imported
    assert not imported & {"app", "piccolo", "jinja2", "shop.web.pages"}
