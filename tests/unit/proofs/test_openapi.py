"""The OpenAPI document against the shop: schemathesis generates valid and invalid requests from it,
and the document must have every response, with its schema."""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from litestar import Litestar
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shop.audit.service import Audit
from tests.cast import Cast, make_product
from tests.unit.buying import bought, code_of

pytestmark = [pytest.mark.committed, pytest.mark.slow]

EXAMPLES = 25
"""For each operation, client, and kind of request (right or wrong)."""

OF_SOME_ORDERS = {
    "POST /api/v1/orders/{order_id}/cancel-items",
    "POST /api/v1/orders/{order_id}/return-request",
    "POST /api/v1/orders/{order_id}/lines/{product_id}/reveal",
}
"""Possible only in states that a random request does not find; they have tests of their own."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass
class SchemaClient:
    """Sends what schemathesis made to the application, from the thread in which that runs."""

    app: Litestar
    loop: asyncio.AbstractEventLoop
    headers: dict[str, str]
    known: dict[str, int]
    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def send(self, case: Case) -> httpx.Response:
        arguments = case.as_transport_kwargs(base_url="http://shop.test")
        arguments.pop("timeout", None)
        arguments["headers"] = {**dict(arguments.get("headers") or {}), **self.headers}
        prepared = requests.Request(**arguments).prepare()
        work = self._send(prepared)
        answer = asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=120)
        self.statuses[case.operation.label].add(answer.status_code)
        return answer

    async def _send(self, prepared: requests.PreparedRequest) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(
                str(prepared.method),
                str(prepared.url),
                headers=[(name.encode(), value) for name, value in raw(prepared.headers)],
                content=prepared.body,
            )


def raw(headers: Any) -> list[tuple[str, bytes]]:
    """As `requests` sends headers: in Latin-1, or as bytes."""
    return [
        (name, value if isinstance(value, bytes) else value.encode("latin-1", "replace"))
        for name, value in headers.items()
    ]


@pytest.fixture
async def document(guest: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await guest.get("/docs/openapi.json")).json()
    return found


@pytest.fixture
async def known(alice: httpx.AsyncClient) -> dict[str, int]:
    """Ids that mean something, for the parameters of these names."""
    product = await make_product(price=1, stock=1_000_000)
    order = await bought(alice, (product, 1))
    saved = await alice.post("/api/v1/addresses", json=HOME)
    assert saved.status_code == 201, saved.text
    return {
        "product_id": product,
        "order_id": order["id"],
        "address_id": saved.json()["id"],
    }


@pytest.mark.parametrize("who", ["guest", "user"])
async def test_every_response_is_as_documented(
    who: str,
    app: Litestar,
    cast: Cast,
    document: dict[str, Any],
    known: dict[str, int],
    database_url: str,
) -> None:
    headers = {"X-USER-ID": str(cast.alice)} if who == "user" else {}
    client = SchemaClient(app, asyncio.get_running_loop(), headers, known)
    await asyncio.to_thread(send_all, document, client)
    operations = {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
    }
    assert client.statuses.keys() == operations
    for operation, statuses in client.statuses.items():
        done = statuses & {200, 201} or (operation in OF_SOME_ORDERS and statuses & {404, 409})
        assert done or (who == "guest" and 401 in statuses), operation
    assert [found.problems for found in await Audit(database_url).run() if found.problems] == []


def send_all(document: dict[str, Any], client: SchemaClient) -> None:
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            try:
                send_with(operation.as_strategy(generation_mode=mode), client)
            except Unsatisfiable:
                # Nothing can be wrong with a request that has no parameters.
                assert mode is GenerationMode.NEGATIVE
                assert not operation.definition.raw.get("parameters")


def send_with(cases: st.SearchStrategy[Case], client: SchemaClient) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, uses_known_ids=st.booleans())
    def send_one(case: Case, uses_known_ids: bool) -> None:
        if uses_known_ids:
            use_known_ids(case, client.known)
        case.validate_response(client.send(case), checks=CHECKS)

    send_one()


def use_known_ids(case: Case, known: dict[str, int]) -> None:
    """Random numbers and texts are refused: here they become known ids and a real address."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    items = case.body.get("items") if isinstance(case.body, dict) else None
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and "product_id" in item:
            item["product_id"] = known["product_id"]
            item["quantity"] = 1
    if isinstance(case.body, dict) and "postcode" in case.body:
        case.body.update(HOME)
    if isinstance(case.body, dict) and isinstance(case.body.get("quantity"), int):
        case.body["quantity"] = 3


HOME = {"name": "Alice", "phone": "010-0000-0000", "postcode": "04524", "line1": "Sejong-daero"}
METHODS = {"get", "post", "put", "patch", "delete"}


def with_ids(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


def documented(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Each operation: its method, a URL, and its part of the document."""
    return [
        (method, with_ids(path), operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


async def test_only_the_api_is_documented_and_all_of_it(document: dict[str, Any]) -> None:
    assert [path for path in document["paths"] if not path.startswith("/api/v1/")] == []
    assert len(documented(document)) == 22
    for _, _, operation in documented(document):
        assert {"401", "503"} <= operation["responses"].keys()
        for status, answer in operation["responses"].items():
            media = "application/json" if status < "300" else "application/problem+json"
            assert list(answer["content"]) == [media], (operation["operationId"], status)


async def test_the_order_is_documented_with_its_key(document: dict[str, Any]) -> None:
    order = document["paths"]["/api/v1/orders"]["post"]
    [key] = [each for each in order["parameters"] if each["in"] == "header"]
    assert (key["name"], key["in"], key.get("required", False)) == (
        "Idempotency-Key",
        "header",
        False,
    )
    assert {"409", "422", "429"} <= order["responses"].keys()
    assert order["responses"]["201"]["headers"].keys() == {"Location", "Idempotency-Replayed"}


async def test_a_too_large_body_is_413_where_documented(
    document: dict[str, Any], alice: httpx.AsyncClient
) -> None:
    headers = {"content-type": "application/json"}
    asked = 0
    for method, path, operation in documented(document):
        if "requestBody" in operation:
            answer = await alice.request(method, path, content=b"[" * 200_000, headers=headers)
            assert (answer.status_code, code_of(answer)) == (413, "too-large")
            assert "413" in operation["responses"]
            asked += 1
    assert asked == 6


async def test_undocumented_methods_are_405(
    document: dict[str, Any], alice: httpx.AsyncClient
) -> None:
    for path, item in document["paths"].items():
        address = with_ids(path)
        for method in METHODS - item.keys():
            answer = await alice.request(method, address)
            assert (answer.status_code, code_of(answer)) == (405, "method-not-allowed")
            allowed = {name.strip().lower() for name in answer.headers["allow"].split(",")}
            assert allowed - {"options", "head"} == item.keys()
