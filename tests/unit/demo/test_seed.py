"""The demo's data, the same in every shop."""

import asyncio
from datetime import timedelta

import asyncpg

from shop.demo.repository import LOCK, DemoRepository
from shop.demo.seed import fill
from shop.points.tables import PointBalance, PointEntry
from shop.products.tables import Category, Product, ProductPicture, Stock, StockEntry
from shop.settings import load_settings
from shop.start.services import DEMO_PICTURES
from shop.users.tables import User
from tests.unit.buying import books


async def test_the_demo_has_the_documented_accounts() -> None:
    await fill(load_settings())
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


async def test_every_category_has_products() -> None:
    await fill(load_settings())
    assert await Category.count() == 8
    assert await Product.count() >= 60
    for category in await Category.select():
        assert category["name_en"]
        assert await Product.count().where(Product.category == category["id"]) >= 4


async def test_every_product_has_texts_and_its_own_picture() -> None:
    await fill(load_settings())
    products = await Product.select().where(Product.lead.is_null())
    pictures = {product["picture"] for product in products}
    assert len(pictures) == len(products)
    for product in products:
        assert product["name"] != product["name_en"]
        for name in ("name", "name_en", "description", "description_en"):
            assert product[name].strip()
        picture = DEMO_PICTURES / product["picture"]
        assert "<svg" in picture.read_text("utf-8")


async def test_one_product_is_sold_out_and_one_has_three_left() -> None:
    await fill(load_settings())
    quantities = [
        row["quantity"] for row in await Stock.select().where(Stock.product.lead.is_null())
    ]
    assert quantities.count(0) == 1
    assert quantities.count(3) == 1


async def test_a_shirt_comes_in_sizes_and_two_colours() -> None:
    await fill(load_settings())
    columns = (Product.id, Product.lead, Product.label, Product.label_en, Product.picture)
    options = await Product.select(*columns).where(Product.lead.is_not_null()).order_by(Product.id)
    assert len(options) == 6
    assert {row["lead"] for row in options} == {options[0]["id"]}
    assert len({(row["label"], row["label_en"]) for row in options}) == 6
    for picture in {row["picture"] for row in options}:
        assert (DEMO_PICTURES / picture).is_file()
    stock = {row["product"]: row["quantity"] for row in await Stock.select()}
    assert sum(stock[row["id"]] == 0 for row in options) == 1


async def test_two_products_have_a_limit_and_one_of_them_an_end() -> None:
    await fill(load_settings())
    limited = await Product.select().where(Product.person_limit.is_not_null())
    assert {(row["person_limit"], row["limit_days"]) for row in limited} == {(1, None), (2, 30)}
    [sold_for_days] = [row for row in limited if row["on_sale_until"]]
    lasts = sold_for_days["on_sale_until"] - sold_for_days["on_sale_from"]
    assert lasts == timedelta(days=30)


async def test_some_products_have_several_pictures_with_texts() -> None:
    await fill(load_settings())
    pictures = await ProductPicture.select()
    assert len({row["product"] for row in pictures}) == 2
    for row in pictures:
        assert "<svg" in (DEMO_PICTURES / row["picture"]).read_text("utf-8")
        assert row["alt"] != row["alt_en"]


async def test_stock_equals_the_entries() -> None:
    await fill(load_settings())
    received = {row["product"]: row["amount"] for row in await StockEntry.select()}
    on_hand = {row["product"]: row["quantity"] for row in await Stock.select()}
    assert {product: received.get(product, 0) for product in on_hand} == on_hand


async def test_alice_can_buy_something() -> None:
    await fill(load_settings())
    prices = [row["price"] for row in await Product.select(Product.price)]
    assert min(prices) <= 100_000


async def test_filling_it_twice_changes_nothing() -> None:
    assert await fill(load_settings())
    before = await books()
    assert not await fill(load_settings())
    assert await books() == before


async def test_a_shop_with_a_user_is_not_filled() -> None:
    await User.insert(User(username="carol", password="x", active=True))
    before = await books()
    assert not await fill(load_settings())
    assert await books() == before


async def test_the_next_row_has_the_next_id() -> None:
    await fill(load_settings())
    [row] = await Category.insert(Category(slug="new", name="새것")).returning(Category.id)
    assert row["id"] == 9
    [row] = await User.insert(User(username="carol", password="x")).returning(User.id)
    assert row["id"] == 4


async def test_a_process_waits_longer_than_the_lock_timeout_for_another_one(
    database_url: str,
) -> None:
    other = await asyncpg.connect(database_url)
    await other.execute(f"SELECT pg_advisory_lock({LOCK})")
    await User.raw("SET LOCAL lock_timeout = '20ms'")
    waiting = asyncio.create_task(DemoRepository().lock_empty_shop())
    await asyncio.wait([waiting], timeout=0.1)
    assert not waiting.done()
    await other.close()
    assert await waiting
