"""The script that PostgreSQL's limit is measured with sends what the shop sends."""

import re
from typing import Any

import httpx
import pytest

from bench.workloads import ORDER
from shop.database import DB
from tests.cast import make_product
from tests.unit.buying import bought

pytestmark = pytest.mark.committed


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the shop sends, without BEGIN and COMMIT."""
    statements: list[str] = []
    run = DB.run_querystring

    async def recorded(querystring: Any, in_pool: bool = True) -> Any:
        statements.append(querystring.compile_string()[0])
        return await run(querystring, in_pool)

    monkeypatch.setattr(DB, "run_querystring", recorded)
    return statements


async def test_the_script_has_the_statements_of_an_order(
    alice: httpx.AsyncClient, sent: list[str]
) -> None:
    product = await make_product()
    sent.clear()
    await bought(alice, (product, 1))
    for statement, written in zip(sent, statements_of(ORDER.read_text()), strict=True):
        assert re.fullmatch(pattern_of(statement), written), f"{statement}\n{written}"


def statements_of(script: str) -> list[str]:
    lines = [line for line in script.splitlines() if not re.match(r"--|\\set", line)]
    found = [squeezed(one) for one in re.split(r";|\\gset \w+", "\n".join(lines))]
    return [one for one in found if one not in {"BEGIN", "COMMIT", ""}]


def pattern_of(statement: str) -> str:
    """Matches the statement with anything in the place of its parameters."""
    return re.sub(r"\\\$\d+(::\w+\\\[\\\])?", r".+", re.escape(squeezed(statement)))


def squeezed(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
