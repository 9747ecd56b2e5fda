"""A table is written only by the repository of its room."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.piccolo_app import APP_CONFIG

SHOP = Path(__file__).parents[2] / "shop"
ROOMS = {table.__name__: table.__module__.split(".")[1] for table in APP_CONFIG.table_classes}
TABLES = {table._meta.tablename: table.__name__ for table in APP_CONFIG.table_classes}
WRITES = {"insert", "update", "delete", "alter", "get_or_create"}
OF_ROWS = {"save", "remove", "update_self"}
STATEMENT = (
    r"\b(?:INSERT\s+INTO|(?<!FOR )(?<!KEY )UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)"
    r'\s+(?:ONLY\s+)?"?'
)
SQL = re.compile(rf"{STATEMENT}({'|'.join(TABLES)})\b", re.IGNORECASE)
SQL_TO_ANY = re.compile(rf"{STATEMENT}$", re.IGNORECASE)


def writes(source: str) -> Iterator[tuple[int, str]]:
    """Line and table class of each write; of a write to a table that is not named, `?`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ((node.lineno, TABLES[name.lower()]) for name in SQL.findall(node.value))
            if SQL_TO_ANY.search(node.value):
                yield node.lineno, "?"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            written = _written(node)
            if written:
                yield node.lineno, written


def _written(call: ast.Call) -> str | None:
    assert isinstance(call.func, ast.Attribute)
    owner, method = call.func.value, call.func.attr
    if isinstance(owner, ast.Name) and method in WRITES:
        return owner.id if owner.id in ROOMS else "?" if owner.id in {"cls", "table"} else None
    if isinstance(owner, ast.Attribute) and method in WRITES and owner.attr in ROOMS:
        return owner.attr
    if isinstance(owner, ast.Attribute) and method in WRITES and owner.attr == "table":
        return "Category"  # `facet.table`
    on_a_row = isinstance(owner, ast.Name) and owner.id != "self"
    return "?" if on_a_row and not call.args and method in OF_ROWS else None


def elsewhere() -> Iterator[str]:
    for path in sorted(SHOP.rglob("*.py")):
        room, is_repository = path.relative_to(SHOP).parts[0], path.stem.endswith("repository")
        for line, table in writes(path.read_text("utf-8")):
            if not (is_repository and ROOMS.get(table) == room):
                yield f"{path.relative_to(SHOP)}:{line} writes {table}"


def test_a_table_is_written_only_by_its_rooms_repository() -> None:
    assert list(elsewhere()) == []


@pytest.mark.parametrize(
    "source",
    [
        "Product.update({Product.price: 1})",
        "await Product.insert(row)",
        "tables.Product.delete(force=True)",
        "Stock.raw('UPDATE products SET price = 1')",
        "'''WITH x AS (DELETE FROM products RETURNING id) SELECT 1'''",
        "f'INSERT INTO \"products\" (id) VALUES {{}} {x}'",
    ],
)
def test_a_write_is_found(source: str) -> None:
    assert [table for _, table in writes(source)] == ["Product"]


@pytest.mark.parametrize(
    "source", ["cls.update(x)", "table.insert(x)", "await row.save()", "f'DELETE FROM {table}'"]
)
def test_a_write_to_an_unnamed_table_is_found(source: str) -> None:
    assert [table for _, table in writes(source)] == ["?"]


@pytest.mark.parametrize(
    "source", ["Product.select()", "{}.update(x)", "'FOR NO KEY UPDATE OF s'", "digest.update(x)"]
)
def test_reads_are_not_reported(source: str) -> None:
    assert list(writes(source)) == []
