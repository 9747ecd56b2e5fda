"""Checks of refused requests: a 4xx of the right kind, and no row written."""

from typing import Any

import httpx

from tests.unit.web.helpers import assert_problem, contents

DIGITS = "9" * 5_000  # more than Python's limit for int()


async def refused(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:
    """Sends a request that must be refused without changing a row. Returns the response."""
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
    """The same for 400 with a list of wrong fields."""
    answer = await refused(client, method, path, **options)
    assert answer.status_code == 400
    if path.startswith("/api/"):
        errors = assert_problem(answer, 400, "invalid-input")["errors"]
        assert errors
        assert [error for error in errors if not (error["field"] and error["message"])] == []
