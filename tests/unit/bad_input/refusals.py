"""How bad input is refused: as the contract says, and nothing is written."""

from typing import Any

import httpx

from tests.unit.web.helpers import assert_problem, contents

DIGITS = "9" * 5_000  # more than Python reads into a number


async def refused(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:
    """The answer to a request that must be refused, and must not change a row."""
    before = await contents()
    answer = await client.request(method, path, **options)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    if path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    else:
        assert answer.headers["content-type"].startswith("text/html")
    assert await contents() == before
    return answer


async def refused_field(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> None:
    """Refused with 400 and a list of what is wrong."""
    answer = await refused(client, method, path, **options)
    assert answer.status_code == 400
    if path.startswith("/api/"):
        errors = assert_problem(answer, 400, "invalid-input")["errors"]
        assert errors
        assert [error for error in errors if not (error["field"] and error["message"])] == []
