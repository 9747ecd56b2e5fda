"""Fills an empty shop with the demo: a catalogue, its pictures, and three people."""

import asyncio
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from piccolo.table import Table

from shop.database import transaction
from shop.demo.accounts import KNOWN
from shop.likes.tables import LikeCounter
from shop.points.tables import PointBalance, PointEntry
from shop.products.tables import Category, Product, ProductTerms, Stock, StockEntry
from shop.products.terms import findable
from shop.settings import Settings
from shop.users.passwords import hash_password
from shop.users.tables import User

HERE = Path(__file__).parent
LOCK = 7_809_653_424_151_160_097
"""Any number that nothing else in the database locks."""

ALICE, BOB, ADMIN = 1, 2, 3
CAST = {ALICE: "alice", BOB: "bob", ADMIN: "admin"}
POINTS = 100_000


async def fill(settings: Settings) -> bool:
    """Fills the shop, all or nothing; answers False where anybody or anything is in it already.

    Several processes may do this at once: one does the work, the others wait and find it done.
    The ids are the same in every demo, so that examples may name them.
    """
    async with transaction():
        await User.raw(f"SELECT pg_advisory_xact_lock({LOCK})")
        if await User.exists() or await Product.exists():
            return False
        await _add_people()
        await _add_catalogue()
        await _go_on_counting(User, Category, Product)
        await asyncio.to_thread(_copy_pictures, settings.data_dir / "media")
    return True


async def _add_people() -> None:
    hashes = await asyncio.gather(*(hash_password(KNOWN[name]) for name in CAST.values()))
    passwords = dict(zip(CAST, hashes, strict=True))
    await User.insert(*(_user(number, passwords[number]) for number in CAST))
    balances = {number: POINTS if number == ALICE else 0 for number in CAST}
    await PointBalance.insert(*(PointBalance(user=n, balance=b) for n, b in balances.items()))
    await PointEntry.insert(
        PointEntry(
            user=ALICE,
            amount=POINTS,
            kind="grant",
            reference="demo:alice",
            balance_after=POINTS,
            actor=ADMIN,
            reason="데모 포인트",
        )
    )


def _user(number: int, password: str) -> User:
    staff = number == ADMIN
    return User(
        id=number,
        username=CAST[number],
        password=password,
        active=True,
        admin=staff,
        superuser=staff,
    )


async def _add_catalogue() -> None:
    catalogue = tomllib.loads((HERE / "catalogue.toml").read_text("utf-8"))
    shelves = {row["slug"]: number for number, row in enumerate(catalogue["categories"], 1)}
    goods = dict(enumerate(_mixed(catalogue["products"], list(shelves)), 1))
    await Category.insert(
        *(
            Category(id=shelves[row["slug"]], position=shelves[row["slug"]], **row)
            for row in catalogue["categories"]
        )
    )
    await Product.insert(*(_product(number, row, shelves) for number, row in goods.items()))
    await ProductTerms.insert(*(_terms(number, row) for number, row in goods.items()))
    await Stock.insert(*(Stock(product=n, quantity=row["stock"]) for n, row in goods.items()))
    await StockEntry.insert(
        *(_received(n, row["stock"]) for n, row in goods.items() if row["stock"])
    )
    await LikeCounter.insert(*(LikeCounter(product=number, like_count=0) for number in goods))


def _mixed(products: Sequence[dict[str, Any]], shelves: Sequence[str]) -> list[dict[str, Any]]:
    """One product from each shelf in turn, so that the newest ones are not all of a kind."""
    ranks = dict.fromkeys(shelves, 0)
    places = []
    for row in products:
        ranks[row["category"]] += 1
        places.append((ranks[row["category"]], shelves.index(row["category"])))
    return [row for _, row in sorted(zip(places, products, strict=True), key=lambda pair: pair[0])]


def _product(number: int, row: dict[str, Any], shelves: dict[str, int]) -> Product:
    names = ("name", "name_en", "description", "description_en", "price")
    return Product(
        id=number,
        category=shelves[row["category"]],
        picture=f"{row['slug']}.svg",
        **{name: row[name] for name in names},
    )


def _terms(number: int, row: dict[str, Any]) -> ProductTerms:
    texts = (row[name] for name in ("name", "name_en", "description", "description_en"))
    return ProductTerms(product=number, **findable(*texts)._asdict())


def _received(number: int, quantity: int) -> StockEntry:
    return StockEntry(
        product=number,
        amount=quantity,
        kind="receive",
        quantity_after=quantity,
        actor=ADMIN,
        reason="첫 입고",
        reference=f"demo:{number}",
    )


async def _go_on_counting(*tables: type[Table]) -> None:
    """The next row that the shop adds gets the id after those that were given here."""
    for table in tables:
        name = table._meta.tablename
        await table.raw(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608
        )


def _copy_pictures(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for picture in (HERE / "pictures").glob("*.svg"):
        shutil.copyfile(picture, folder / picture.name)
