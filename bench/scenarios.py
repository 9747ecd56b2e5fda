"""What shoppers do. Every response is checked."""

import json
import random
import re
import uuid
from urllib.parse import urlencode

from bench.client import Connection, Response, Scenario, UnexpectedResponse, expect
from bench.pages import BROWSER, decode_body, session_cookie

JSON = "Content-Type: application/json\r\n"
RECIPIENT = {
    "name": "Hana Kim",
    "phone": "010-1234-5678",
    "postcode": "04524",
    "line1": "110 Sejong-daero",
}
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def like_and_unlike(user_id: int, first: int, last: int) -> Scenario:
    """Alternately likes a random product from `first` to `last`, and unlikes it."""
    rng = random.Random(user_id)
    headers = f"X-USER-ID: {user_id}\r\n"
    liked: list[int] = []

    async def scenario(connection: Connection) -> None:
        unlike = bool(liked)
        product = liked[0] if unlike else rng.randint(first, last)
        state = b'"liked":false' if unlike else b'"liked":true'
        check = expect(200, b'"product_id":%d,' % product, state)
        path = f"/api/v1/products/{product}/likes"
        await connection.request("DELETE" if unlike else "POST", path, headers, check=check)
        liked[:] = [] if unlike else [product]

    return scenario


def place_order(user_id: int, first: int, last: int) -> Scenario:
    """Orders one random product from `first` to `last`; its webhook must have been accepted."""
    return _place_order(user_id, first, last, b'"delivery":"sent"')


def place_order_undelivered(user_id: int, first: int, last: int) -> Scenario:
    """The same while the partner does not accept webhooks in time."""
    return _place_order(user_id, first, last, b'"delivery":"pending"')


def place_order_of_goods(user_id: int, _: int, last: int) -> Scenario:
    """Orders a parcel for a recipient, and a code of a product with a limit: the two products after
    `last`."""
    headers = f"X-USER-ID: {user_id}\r\n{JSON}"
    items = [{"product_id": last + n, "quantity": 1} for n in (1, 2)]
    body = json.dumps({"items": items, "recipient": RECIPIENT})
    parts = (b'"codes":1', b'"delivery":"sent"', b'"status":"paid"', b'"postcode":"04524"')

    async def scenario(connection: Connection) -> None:
        await connection.request("POST", "/api/v1/orders", headers, body, expect(201, *parts))

    return scenario


def _place_order(user_id: int, first: int, last: int, delivery: bytes) -> Scenario:
    rng = random.Random(user_id)
    headers = f"X-USER-ID: {user_id}\r\n{JSON}"

    async def scenario(connection: Connection) -> None:
        product = rng.randint(first, last)
        body = f'{{"items": [{{"product_id": {product}, "quantity": 1}}]}}'
        parts = (b'"product_id":%d,' % product, delivery, b'"status":"paid"')
        await connection.request("POST", "/api/v1/orders", headers, body, expect(201, *parts))

    return scenario


def check_out(user_id: int, first: int, last: int) -> Scenario:
    """Opens a product page, adds to the cart, opens the checkout and pays, with plain forms.

    Four requests, which use the pages' own form fields. Redirects are not followed.
    """
    rng = random.Random(user_id)
    headers = f"{BROWSER}Cookie: {session_cookie(user_id)}\r\n"

    async def post(connection: Connection, path: str, form: dict[str, str], target: bytes) -> None:
        def redirects(response: Response) -> bool:
            return response.status == 303 and response.header(b"location").startswith(target)

        await connection.request("POST", path, headers + FORM, urlencode(form), redirects)

    async def scenario(connection: Connection) -> None:
        url = f"/products/{rng.randint(first, last)}"
        page = decode_body(await connection.request("GET", url, headers))
        await post(connection, "/cart/items", _fields(page, "product_id", "_csrf_token"), b"/")
        url = f"/checkout?key={uuid.uuid4().hex}"
        page = decode_body(await connection.request("GET", url, headers))
        names = ("product_id", "unit_price", "source", "idempotency_key", "_csrf_token")
        await post(connection, "/checkout", _fields(page, *names), b"/orders/")

    return scenario


def _fields(page: bytes, *names: str) -> dict[str, str]:
    """The values of these form fields, and a quantity of 1. Raises UnexpectedResponse."""
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.decode()))
    if missing := set(names) - found.keys():
        raise UnexpectedResponse(f"the page has no {sorted(missing)}")
    return {name: found[name] for name in names} | {"quantity": "1"}
