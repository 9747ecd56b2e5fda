"""What a start waits for."""

import subprocess
import sys

HEAVY = {"fastapi", "piccolo_admin", "piccolo_api", "PIL", "starlette"}


def test_what_only_staff_need_is_not_imported_at_the_start() -> None:
    says = "import app, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", says], stdout=subprocess.PIPE, check=True)
    imported = set(run.stdout.decode().split())
    assert "litestar" in imported
    assert not imported & HEAVY
