"""Fills an empty shop with the demo: a catalogue, its pictures, and three users."""

import asyncio
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shop.addresses.recipient import Recipient
from shop.addresses.repository import AddressRepository
from shop.addresses.service import AddressService
from shop.catalogue.editor import ProductEditor
from shop.database import transaction
from shop.demo.accounts import KNOWN
from shop.demo.repository import DemoRepository
from shop.likes.repository import LikeRepository
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.products.tables import Category
from shop.settings import Settings
from shop.users.accounts import Accounts
from shop.users.passwords import hash_password
from shop.users.repository import UserRepository

HERE = Path(__file__).parent
ALICE, BOB, ADMIN = 1, 2, 3
CAST = {ALICE: "alice", BOB: "bob", ADMIN: "admin"}
POINTS = 100_000
ADDRESSES = {
    ALICE: Recipient("김하나", "010-1234-5678", "04524", "서울특별시 중구 세종대로 110", "3층"),
    BOB: Recipient("이두리", "010-2345-6789", "48058", "부산광역시 해운대구 해운대해변로 264"),
    ADMIN: Recipient("박세나", "010-3456-7890", "34126", "대전광역시 유성구 대학로 99"),
}


async def fill(settings: Settings) -> bool:
    """Fills the shop, all or nothing; returns False if there is any user or product in it already.

    Several processes may do this at once: one does the work, the others wait and find it done.
    The ids are the same in every demo, so that examples may name them.
    """
    async with transaction():
        if not await DemoRepository().lock_empty_shop():
            return False
        await _add_users()
        await _add_catalogue()
        await asyncio.to_thread(_copy_pictures, settings.data_dir / "media")
    return True


async def _add_users() -> None:
    points, users = PointService(PointRepository()), UserRepository()
    accounts = Accounts(users, points.welcome)
    for user_id, name in CAST.items():
        hashed = await hash_password(KNOWN[name])
        user = await accounts.open(name, hashed, superuser=user_id == ADMIN)
        assert user.id == user_id
        await AddressService(AddressRepository()).add(user, ADDRESSES[user_id])
    await points.move(ALICE, POINTS, "grant", "데모 포인트", ADMIN, "demo:alice")


async def _add_catalogue() -> None:
    catalogue = tomllib.loads((HERE / "catalogue.toml").read_text("utf-8"))
    products = ProductRepository()
    categories = {
        row["slug"]: await products.add_category(Category(position=position, **row))
        for position, row in enumerate(catalogue["categories"], 1)
    }
    editor, service = ProductEditor(products, LikeRepository()), ProductService(products)
    for row in _mixed(catalogue["products"], list(categories)):
        product_id = await editor.add(_columns(row, categories))
        if row["stock"]:
            reference = f"demo:{product_id}"
            await service.move_stock(
                product_id, row["stock"], "receive", "첫 입고", ADMIN, reference
            )


def _mixed(products: Sequence[dict[str, Any]], slugs: Sequence[str]) -> list[dict[str, Any]]:
    """One product of each category in turn, so that the newest are of different categories."""
    ranks = dict.fromkeys(slugs, 0)
    places = []
    for row in products:
        ranks[row["category"]] += 1
        places.append((ranks[row["category"]], slugs.index(row["category"])))
    return [row for _, row in sorted(zip(places, products, strict=True), key=lambda pair: pair[0])]


def _columns(row: dict[str, Any], categories: dict[str, int]) -> dict[str, Any]:
    names = ("name", "name_en", "description", "description_en", "price")
    return {name: row[name] for name in names} | {
        "category": categories[row["category"]],
        "delivery": row.get("delivery", "desk"),
        "picture": f"{row['slug']}.svg",
    }


def _copy_pictures(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for picture in (HERE / "pictures").glob("*.svg"):
        shutil.copyfile(picture, folder / picture.name)
