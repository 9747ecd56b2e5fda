"""The users and products of the tests, and clients to act for them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import uvicorn
from litestar import Litestar

from shop.catalogue.editor import ProductEditor
from shop.external.mock import create_mock
from shop.likes.repository import LikeRepository
from shop.likes.tables import LikeCounter
from shop.points.repository import Movement, PointRepository
from shop.points.service import PointService
from shop.points.tables import PointBalance
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.products.tables import Category, Stock
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
    existing = await Category.select(Category.id).where(Category.slug == slug).first()
    if existing:
        return int(existing["id"])
    category = Category(slug=slug, name=name, name_en=name_en)
    [row] = await Category.insert(category).returning(Category.id)
    return int(row["id"])


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
    product_id = await editor().add(columns)
    if stock:
        service = ProductService(ProductRepository())
        await service.move_stock(product_id, stock, "receive", "test", None, f"test:{product_id}")
    if likes:
        await LikeCounter.update(like_count=likes).where(LikeCounter.product == product_id)
    return product_id


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
    """The mock external system on a free port: its messages, and how it answers."""

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
