"""The OpenAPI document makes a client that a person would write: it lists, buys and is refused."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.cast import Cast, make_product

LOWER_CAMEL_CASE = re.compile(r"[a-z]+([A-Z][a-z]+)*")


@pytest.fixture
async def document(guest: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await guest.get("/docs/openapi.json")).json()
    return found


@pytest.fixture
def generated(
    document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The name of the client's package, importable during the test."""
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    subprocess.run(
        [*command, "--path", "openapi.json", "--output-path", "shop_client"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "shop_client"
    for name in [name for name in sys.modules if name.startswith("shop_client")]:
        del sys.modules[name]


def client_of(generated: str, app: Litestar, user_id: int) -> Any:
    module = importlib.import_module(f"{generated}.client")
    return module.AuthenticatedClient(
        base_url="http://shop.test",
        token=str(user_id),
        prefix="",
        auth_header_name="X-USER-ID",
        httpx_args={"transport": httpx.ASGITransport(app, raise_app_exceptions=False)},
    )


async def test_a_generated_client_lists_buys_and_is_refused(
    app: Litestar, cast: Cast, generated: str
) -> None:
    def operation(name: str) -> ModuleType:
        return importlib.import_module(f"{generated}.api.{name}")

    models = importlib.import_module(f"{generated}.models")
    mug = await make_product("머그", price=12_800, stock=3)
    client = client_of(generated, app, cast.alice)

    page = await operation("products.list_products").asyncio(client=client)
    assert [product.id for product in page.items] == [mug]

    async def buy(quantity: int) -> Any:
        item = models.ItemIn(product_id=mug, quantity=quantity)
        return await operation("orders.place_order").asyncio(
            client=client, body=models.OrderIn(items=[item]), idempotency_key=f"buy-{quantity}"
        )

    order = await buy(2)
    assert (order.status, order.total, order.items[0].quantity) == ("paid", 25_600, 2)
    refusal = await buy(99)
    assert (refusal.type_, refusal.status) == ("/problems/out-of-stock", 409)
    balance = await operation("points.get_balance").asyncio(client=client)
    assert balance.balance == 100_000 - 25_600


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_operations_have_readable_ids(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert [name for name in names if not LOWER_CAMEL_CASE.fullmatch(name)] == []
    assert {"placeOrder", "likeProduct", "listOrders"} <= set(names)


def test_each_operation_states_its_security_scheme(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"].keys()
    named = {name for entry in _securities(document) for name in entry}
    assert named == schemes
    silent = [one["operationId"] for one in operations(document) if not one.get("security")]
    assert silent == []


def test_a_write_with_a_session_needs_its_token(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for method, operation in path.items():
            ways = [set(way) for way in operation["security"]]
            needs_token = {"session", "csrf"} in ways
            assert needs_token == (method != "get"), operation["operationId"]


def _securities(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in operations(document):
        yield from operation["security"]


def test_numbers_of_points_and_items_state_their_unit(document: dict[str, Any]) -> None:
    plain = {"id", "product_id", "status"}
    silent = [
        f"{schema}.{name}"
        for schema, definition in document["components"]["schemas"].items()
        for name, field in definition.get("properties", {}).items()
        if field.get("type") == "integer" and name not in plain and not field.get("description")
    ]
    assert silent == []
