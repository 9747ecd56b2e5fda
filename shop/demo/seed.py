"""Fills an empty shop with the demo: a catalogue and three users."""

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shop.addresses.recipient import Recipient
from shop.addresses.repository import AddressRepository
from shop.addresses.service import AddressService
from shop.catalogue.editor import NewOption, ProductEditor
from shop.content.repository import ContentRepository, PageRow
from shop.content.service import ContentService
from shop.database import transaction
from shop.demo.accounts import KNOWN
from shop.demo.repository import DemoRepository
from shop.likes.repository import LikeRepository
from shop.orders.codes.box import CodeBox
from shop.orders.codes.stock import CodeStock, Movement
from shop.orders.codes.stock_repository import CodeStockRepository
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.products.delivery import CODE
from shop.products.facets import CATEGORY, FACETS, Facet
from shop.products.option_repository import Label
from shop.products.picture_repository import ProductPictureRepository, ShownPicture
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.settings import Settings
from shop.users.accounts import Accounts
from shop.users.passwords import hash_password
from shop.users.repository import UserRepository

HERE = Path(__file__).parent
ALICE, BOB, ADMIN = 1, 2, 3
CAST = {ALICE: "alice", BOB: "bob", ADMIN: "admin"}
POINTS = 100_000
CODE_DAYS = 365
"""Days for which the demo's codes are valid."""
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
        await _add_catalogue(_code_stock(settings))
        await _add_pages()
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


async def _add_pages() -> None:
    pages = tomllib.loads((HERE / "content.toml").read_text("utf-8"))["pages"]
    for position, page in enumerate(pages, 1):
        await ContentService(ContentRepository()).save_page(PageRow(position=position, **page))


async def _add_catalogue(codes: CodeStock) -> None:
    catalogue = tomllib.loads((HERE / "catalogue.toml").read_text("utf-8"))
    products = ProductRepository()
    ids = {
        (facet, row["slug"]): await products.add_value(facet, {"position": position, **row})
        for facet in FACETS
        for position, row in enumerate(catalogue[facet.tablename], 1)
    }
    categories = [slug for facet, slug in ids if facet == CATEGORY]
    editor, service = ProductEditor(products, LikeRepository()), ProductService(products)
    # Products with options come last, so that the ids of the others stay as they are.
    plain = [row for row in catalogue["products"] if "options" not in row]
    for row in [*_mixed(plain, categories), *(r for r in catalogue["products"] if r not in plain)]:
        product_id = await editor.add(_columns(row, ids))
        further = [{**one, "picture": f"{one['picture']}.svg"} for one in row.get("pictures", ())]
        await ProductPictureRepository().replace(
            product_id, [ShownPicture(**one) for one in further]
        )
        if row.get("delivery") == CODE:
            await _add_codes(product_id, row, codes)
            continue
        own, *others = row.get("options", [row])
        stock = {product_id: own["stock"]}
        if others:
            options = [NewOption(_label(option), row["price"]) for option in others]
            option_ids = await editor.add_options(product_id, _label(own), options)
            stock |= {id_: one["stock"] for id_, one in zip(option_ids, others, strict=True)}
            await _show_pictures(editor, option_ids, others)
        for id_, quantity in stock.items():
            if quantity:
                reference = f"demo:{id_}"
                await service.move_stock(id_, quantity, "receive", "첫 입고", ADMIN, reference)


def _label(option: dict[str, Any]) -> Label:
    return Label(option["label"], option["label_en"])


async def _show_pictures(
    editor: ProductEditor, option_ids: Sequence[int], options: Sequence[dict[str, Any]]
) -> None:
    """Options in another colour have a picture of their own."""
    for id_, option in zip(option_ids, options, strict=True):
        if "picture" in option:
            await editor.edit(id_, {"picture": f"{option['picture']}.svg"})


def _code_stock(settings: Settings) -> CodeStock:
    service, box = ProductService(ProductRepository()), CodeBox(settings.secret)
    return CodeStock(service, CodeStockRepository(), box, settings.code_min_days)


async def _add_codes(product_id: int, row: dict[str, Any], codes: CodeStock) -> None:
    """Codes that anyone could guess; they are worth nothing."""
    last_day = datetime.now(UTC).date() + timedelta(days=CODE_DAYS)
    prefix = row["slug"].upper().replace("-", "")[:6]
    new = [codes.sealed(f"{prefix}-DEMO-{n:04}", last_day) for n in range(1, row["stock"] + 1)]
    await codes.add(product_id, new, Movement(ADMIN, "첫 입고", f"demo:{product_id}"))


def _mixed(products: Sequence[dict[str, Any]], slugs: Sequence[str]) -> list[dict[str, Any]]:
    """One product of each category in turn, so that the newest are of different categories."""
    ranks = dict.fromkeys(slugs, 0)
    places = []
    for row in products:
        ranks[row["category"]] += 1
        places.append((ranks[row["category"]], slugs.index(row["category"])))
    return [row for _, row in sorted(zip(places, products, strict=True), key=lambda pair: pair[0])]


def _columns(row: dict[str, Any], ids: dict[tuple[Facet, str], int]) -> dict[str, Any]:
    names = ("name", "name_en", "description", "description_en", "price")
    facets = {facet.name: ids[facet, row[facet.name]] for facet in FACETS if facet.name in row}
    limits = {name: row[name] for name in ("person_limit", "limit_days") if name in row}
    return (
        {name: row[name] for name in names}
        | facets
        | limits
        | _times(row)
        | {
            "delivery": row.get("delivery", "desk"),
            "picture": f"{row['slug']}.svg",
        }
    )


def _times(row: dict[str, Any]) -> dict[str, Any]:
    if "on_sale_days" not in row:
        return {}
    now = datetime.now(UTC)
    return {"on_sale_from": now, "on_sale_until": now + timedelta(days=row["on_sale_days"])}
