"""The demo's data, the same in every shop."""

from pathlib import Path

from shop.demo.seed import fill
from shop.points.tables import PointBalance, PointEntry
from shop.products.tables import Category, Product, Stock, StockEntry
from shop.settings import Settings
from shop.users.tables import User
from tests.unit.buying import books


async def test_the_demo_has_the_documented_accounts(settings: Settings) -> None:
    await fill(settings)
    people = await User.select(User.id, User.username, User.admin, User.active).order_by(User.id)
    assert people == [
        {"id": 1, "username": "alice", "admin": False, "active": True},
        {"id": 2, "username": "bob", "admin": False, "active": True},
        {"id": 3, "username": "admin", "admin": True, "active": True},
    ]
    balances = await PointBalance.select().order_by(PointBalance.user)
    assert [row["balance"] for row in balances] == [100_000, 0, 0]
    [entry] = await PointEntry.select()
    assert (entry["user"], entry["amount"], entry["balance_after"]) == (1, 100_000, 100_000)


async def test_every_category_has_products(settings: Settings) -> None:
    await fill(settings)
    assert await Category.count() == 8
    assert await Product.count() >= 60
    for category in await Category.select():
        assert category["name_en"]
        assert await Product.count().where(Product.category == category["id"]) >= 4


async def test_every_product_has_texts_and_its_own_picture(settings: Settings) -> None:
    await fill(settings)
    products = await Product.select()
    pictures = {product["picture"] for product in products}
    assert len(pictures) == len(products)
    for product in products:
        assert product["name"] != product["name_en"]
        for name in ("name", "name_en", "description", "description_en"):
            assert product[name].strip()
        picture = Path(settings.data_dir) / "media" / product["picture"]
        assert "<svg" in picture.read_text("utf-8")


async def test_one_product_is_sold_out_and_one_has_three_left(settings: Settings) -> None:
    await fill(settings)
    quantities = [row["quantity"] for row in await Stock.select()]
    assert quantities.count(0) == 1
    assert quantities.count(3) == 1


async def test_stock_equals_the_entries(settings: Settings) -> None:
    await fill(settings)
    received = {row["product"]: row["amount"] for row in await StockEntry.select()}
    on_hand = {row["product"]: row["quantity"] for row in await Stock.select()}
    assert {product: received.get(product, 0) for product in on_hand} == on_hand


async def test_alice_can_buy_something(settings: Settings) -> None:
    await fill(settings)
    prices = [row["price"] for row in await Product.select(Product.price)]
    assert min(prices) <= 100_000


async def test_filling_it_twice_changes_nothing(settings: Settings) -> None:
    assert await fill(settings)
    before = await books()
    assert not await fill(settings)
    assert await books() == before


async def test_a_shop_with_a_user_is_not_filled(settings: Settings) -> None:
    await User.insert(User(username="carol", password="x", active=True))
    before = await books()
    assert not await fill(settings)
    assert await books() == before


async def test_the_next_row_has_the_next_id(settings: Settings) -> None:
    await fill(settings)
    [row] = await Category.insert(Category(slug="new", name="새것")).returning(Category.id)
    assert row["id"] == 9
    [row] = await User.insert(User(username="carol", password="x")).returning(User.id)
    assert row["id"] == 4
