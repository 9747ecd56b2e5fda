"""Every imported package is declared in pyproject.toml: a transitive one may disappear."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SHOP = ["shop", "app.py", "piccolo_conf.py"]


def names(requirements: list[str]) -> set[str]:
    bare = (re.split(r"[\[=<>~ ]", requirement)[0] for requirement in requirements)
    return {name.lower().replace("_", "-") for name in bare}


RUNTIME = names(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["otel"])
ALL = RUNTIME | names(PROJECT["optional-dependencies"]["dev"])


def sources(folder: str) -> list[Path]:
    path = ROOT / folder
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(("folders", "declared"), [(SHOP, RUNTIME), (["tests", "bench"], ALL)])
def test_imported_packages_are_declared_dependencies(
    folders: list[str], declared: set[str]
) -> None:
    used = {name for folder in folders for path in sources(folder) for name in imported(path)}
    packages = packages_distributions()
    own = {"app", "shop", "tests", "bench"} | sys.stdlib_module_names
    assert {name for name in used - own if not names(packages[name]) & declared} == set()
