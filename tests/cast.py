"""The users and products of the tests, and clients to act for them."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import httpx
import uvicorn
from litestar import Litestar

from shop.catalogue.editor import NewOption, ProductEditor
from shop.external.mock import create_mock
from shop.likes.repository import LikeRepository
from shop.likes.tables import LikeCounter
from shop.orders.codes.box import CodeBox
from shop.orders.codes.stock import CodeStock
from shop.orders.codes.stock import Movement as CodeMovement
from shop.orders.codes.stock_repository import CodeStockRepository
from shop.points.repository import Movement, PointRepository
from shop.points.service import PointService
from shop.points.tables import PointBalance
from shop.products.delivery import CODE
from shop.products.facets import CATEGORY, FACETS, Facet
from shop.products.option_repository import Label
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.products.tables import Product, Stock
from shop.settings import load_settings
from shop.users.accounts import Accounts
from shop.users.passwords import ITERATIONS, _hash
from shop.users.repository import UserRepository

PASSWORD = "correct-horse"
TIMEOUT = 60
"""Seconds for a server in a thread to stop."""
QUICK = 1_000
"""Hash iterations for passwords that are not under test; the real number takes 0.3 s."""
FULL_STRENGTH = ITERATIONS


@dataclass(frozen=True)
class Cast:
    """User ids: alice has 100,000 points, bob none, admin is staff."""

    alice: int
    bob: int
    admin: int


@cache
def hashed_password() -> str:
    return _hash(PASSWORD, "salt", QUICK)


async def create_cast() -> Cast:
    alice = await make_user("alice", 100_000)
    bob = await make_user("bob", 0)
    admin = await make_user("admin", 0, admin=True, superuser=True)
    await make_category()
    return Cast(alice, bob, admin)


async def make_user(username: str, points: int = 0, **columns: Any) -> int:
    service = PointService(PointRepository())
    user = await Accounts(UserRepository(), service.welcome).open(username, hashed_password())
    if columns:
        await UserRepository().update(user.id, columns)
    if points:
        await PointRepository().move(Movement(user.id, points, "grant", f"test:{user.id}"))
    return user.id


async def make_category(slug: str = "desk", name: str = "책상", name_en: str = "Desk") -> int:
    return await make_value(CATEGORY, slug, name, name_en)


async def make_value(facet: Facet, slug: str, name: str = "", name_en: str = "") -> int:
    row = await facet.table.raw(f"SELECT id FROM {facet.tablename} WHERE slug = {{}}", slug)
    if row:
        return int(row[0]["id"])
    columns = {"slug": slug, "name": name or slug, "name_en": name_en}
    return await ProductRepository().add_value(facet, columns)


async def make_product(
    name: str = "연필",
    *,
    price: int = 1_000,
    stock: int = 10,
    category: str = "desk",
    likes: int = 0,
    **columns: Any,
) -> int:
    columns = {"name_en": "Pencil", "description": "검은 연필", **columns}
    columns |= {"name": name, "price": price, "category": await make_category(category)}
    for facet in FACETS:
        if isinstance(slug := columns.get(facet.name), str):
            columns[facet.name] = await make_value(facet, slug)
    product_id = await editor().add(columns)
    service = ProductService(ProductRepository())
    if columns.get("delivery") == CODE:
        await import_codes(product_id, *[f"{name}-{n}" for n in range(stock)])
    elif stock:
        await service.move_stock(product_id, stock, "receive", "test", None, f"test:{product_id}")
    if likes:
        await LikeCounter.update(like_count=likes).where(LikeCounter.product == product_id)
    return product_id


def code_stock(*secrets: str, min_days: int = 7) -> CodeStock:
    box = CodeBox(secrets or load_settings().secret)
    return CodeStock(ProductService(ProductRepository()), CodeStockRepository(), box, min_days)


async def import_codes(product_id: int, *codes: str, valid_until: date | None = None) -> None:
    if codes:
        stock = code_stock()
        new = [stock.sealed(code, valid_until) for code in codes]
        movement = CodeMovement(None, "test", f"codes:{uuid.uuid4()}")
        await stock.add(product_id, new, movement)


async def make_options(lead: int, own: str, *labels: str, stock: int = 10) -> list[int]:
    """Options of the product, which is itself the option `own`, each with this stock."""
    row = await Product.select(Product.price).where(Product.id == lead).first()
    options = [NewOption(Label(label), row["price"]) for label in labels]
    ids = await editor().add_options(lead, Label(own), options)
    service = ProductService(ProductRepository())
    for id_ in ids:
        if stock:
            await service.move_stock(id_, stock, "receive", "test", None, f"test:{id_}")
    return ids


async def edit_product(product_id: int, **columns: Any) -> None:
    await editor().edit(product_id, columns)


def editor() -> ProductEditor:
    return ProductEditor(ProductRepository(), LikeRepository())


async def stock_of(product_id: int) -> int:
    row = await Stock.select(Stock.quantity).where(Stock.product == product_id).first()
    return int(row["quantity"])


async def balance_of(user_id: int) -> int:
    row = await PointBalance.select().where(PointBalance.user == user_id).first()
    return int(row["balance"])


class Receiver:
    """The mock external system on a free port: its messages, and how it responds."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app = create_mock()

    @property
    def inbox(self) -> Any:
        return self.app.state.inbox

    @property
    def messages(self) -> list[Any]:
        return list(self.inbox.messages.values())

    def behave(self, mode: str, times: int = 0, seconds: float = 3.0) -> None:
        from shop.external.mock import Behaviour

        self.inbox.behaviour = Behaviour(mode, times, seconds)  # type: ignore[arg-type]

    def forget(self) -> None:
        self.inbox.messages.clear()
        self.behave("accept")


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver("")
    config = uvicorn.Config(receiver.app, port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    with config.bind_socket() as listener:
        listener.listen()  # early connections wait instead of being refused
        receiver.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield receiver
        finally:
            server.should_exit = True
            thread.join(TIMEOUT)


class SignedIn(httpx.AsyncClient):
    """A client with a session cookie, which sends the CSRF token with each request."""

    csrf_token: str = ""


@asynccontextmanager
async def sign_in(app: Litestar, username: str) -> AsyncIterator[SignedIn]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with SignedIn(transport=transport, base_url="http://shop.test") as client:
        answer = await client.post("/login", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        page = (await client.get("/account")).text
        client.csrf_token = page.split('name="_csrf_token" value="')[1].split('"')[0]
        client.headers["X-CSRF-Token"] = client.csrf_token
        yield client


async def all_at_once(*work: Any) -> list[Any]:
    """Runs coroutines concurrently. Returns their results or exceptions, in order."""
    return list(await asyncio.gather(*work, return_exceptions=True))
