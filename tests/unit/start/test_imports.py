"""What a start waits for."""

import subprocess
import sys

HEAVY = {"fastapi", "piccolo_admin", "piccolo_api", "PIL", "starlette"}


def test_the_admin_is_not_imported_at_the_start() -> None:
    says = "import app, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", says], stdout=subprocess.PIPE, check=True, timeout=60
    )
    imported = set(run.stdout.decode().split())
    assert "litestar" in imported
    assert not imported & HEAVY


def test_the_start_command_does_not_import_the_shop() -> None:
    says = "import shop.start.cli, sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", says], stdout=subprocess.PIPE, check=True, timeout=60
    )
    imported = set(run.stdout.decode().split())
    assert "shop.start.commands" in imported
    assert not imported & {"app", "piccolo", "jinja2", "shop.web.pages"}
