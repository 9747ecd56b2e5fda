"""Templates and stylesheets have lines of at most 100 columns; ruff checks the Python code."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAX_COLUMNS = 100
FILES = [
    *(ROOT / "templates").rglob("*.html"),
    *(ROOT / "static").rglob("*.html"),
    *(ROOT / "static").rglob("*.css"),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_line_is_longer_than_100_columns(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > MAX_COLUMNS] == []
