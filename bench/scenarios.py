"""What shoppers do, request by request, and what they must be answered."""

import random
import re
import uuid
from urllib.parse import urlencode

from bench.client import Answer, Connection, Turn, WrongAnswer, holds
from bench.pages import BROWSER, decoded, session

JSON = "Content-Type: application/json\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def liking(user_id: int, first: int, last: int) -> Turn:
    """Likes a product from `first` to `last`, drawn at random, and the next time takes it back."""
    chance = random.Random(user_id)
    headers = f"X-USER-ID: {user_id}\r\n"
    liked: list[int] = []

    async def turn(connection: Connection) -> None:
        back = bool(liked)
        product = liked[0] if back else chance.randint(first, last)
        state = b'"liked":false' if back else b'"liked":true'
        right = holds(200, b'"product_id":%d,' % product, state)
        path = f"/api/v1/products/{product}/likes"
        await connection.ask("DELETE" if back else "POST", path, headers, check=right)
        liked[:] = [] if back else [product]

    return turn


def ordering(user_id: int, first: int, last: int) -> Turn:
    """Orders one of a product from `first` to `last`. The external system must have been told."""
    chance = random.Random(user_id)
    headers = f"X-USER-ID: {user_id}\r\n{JSON}"

    async def turn(connection: Connection) -> None:
        product = chance.randint(first, last)
        body = f'{{"items": [{{"product_id": {product}, "quantity": 1}}]}}'
        right = holds(201, b'"product_id":%d,' % product, b'"delivery":"sent"', b'"status":"paid"')
        await connection.ask("POST", "/api/v1/orders", headers, body, right)

    return turn


def checking_out(user_id: int, first: int, last: int) -> Turn:
    """A product, into the cart, to the checkout, and paid, as a browser without scripts does it:
    four requests, whose pages and forms lead to each other. Where they redirect is not followed."""
    chance = random.Random(user_id)
    asking = f"{BROWSER}Cookie: {session(user_id)}\r\n"

    async def send(connection: Connection, path: str, form: dict[str, str], to: bytes) -> None:
        def goes_there(answer: Answer) -> bool:
            return answer.status == 303 and answer.header(b"location").startswith(to)

        await connection.ask("POST", path, asking + FORM, urlencode(form), goes_there)

    async def turn(connection: Connection) -> None:
        address = f"/products/{chance.randint(first, last)}"
        page = decoded(await connection.ask("GET", address, asking))
        await send(connection, "/cart/items", _fields(page, "product_id", "_csrf_token"), b"/")
        page = decoded(await connection.ask("GET", f"/checkout?key={uuid.uuid4().hex}", asking))
        names = ("product_id", "unit_price", "source", "idempotency_key", "_csrf_token")
        bought = _fields(page, *names) | {"quantity": "1"}
        await send(connection, "/checkout", bought, b"/orders/")

    return turn


def _fields(page: bytes, *names: str) -> dict[str, str]:
    """What a page's form would send for these names. Raises WrongAnswer."""
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.decode()))
    if missing := set(names) - found.keys():
        raise WrongAnswer(f"the page has no {sorted(missing)}")
    return {name: found[name] for name in names} | {"quantity": "1"}
