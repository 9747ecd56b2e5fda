"""Stock: taken by a guarded update, moved by staff with an entry, never below zero."""

import asyncpg
import pytest

from shop.errors import InvalidInput
from shop.products.errors import OutOfStock, ProductNotFound, Shortage
from shop.products.repository import ProductRepository
from shop.products.service import Item, ProductService, StockMoved, summed
from shop.products.tables import Stock, StockEntry
from tests.cast import Cast, make_product, stock_of


@pytest.fixture
def products() -> ProductService:
    return ProductService(ProductRepository())


async def test_taken_stock_is_saved(products: ProductService, cast: Cast) -> None:
    one, two = await make_product(stock=5), await make_product(stock=5)
    await products.save_taken({two: 5, one: 2})
    assert (await stock_of(one), await stock_of(two)) == (3, 0)


async def test_stock_is_locked_by_id_and_read(products: ProductService, cast: Cast) -> None:
    one, two = await make_product(stock=5), await make_product(stock=6)
    locked = await products.lock_stock([two, one, 999_999, -1, 2**70])
    assert [(id_, product.stock) for id_, product in locked.items()] == [(one, 5), (two, 6)]


def test_out_of_stock_names_every_short_product() -> None:
    few, plenty, none = 1, 2, 3
    stock = {few: 2, plenty: 9, none: 0}
    with pytest.raises(OutOfStock) as refused:
        ProductService.take_stock([Item(none, 1), Item(plenty, 9), Item(few, 3)], stock)
    assert refused.value.shortages == (Shortage(few, 3, 2), Shortage(none, 1, 0))
    assert stock == {few: 2, plenty: 9, none: 0}


def test_put_back_undoes_take_stock() -> None:
    stock, items = {1: 5, 2: 5}, [Item(2, 5), Item(1, 2)]
    ProductService.take_stock(items, stock)
    assert stock == {1: 3, 2: 0}
    ProductService.put_back(items, stock)
    assert stock == {1: 5, 2: 5}


async def test_the_guard_keeps_stock_from_going_below_zero(
    products: ProductService, cast: Cast
) -> None:
    """Without the CHECK, so that nothing else can."""
    product = await make_product(stock=2)
    await Stock.raw("ALTER TABLE stocks DROP CONSTRAINT stocks_quantity_not_negative")
    with pytest.raises(StockMoved):
        await products.save_taken({product: 3})
    with pytest.raises(InvalidInput):
        await products.move_stock(product, -3, "adjust", "broken", cast.admin, "staff:1")
    assert await stock_of(product) == 2


async def test_the_check_keeps_stock_from_going_below_zero(cast: Cast) -> None:
    """Without the guard, so that nothing else can."""
    product = await make_product(stock=2)
    with pytest.raises(asyncpg.CheckViolationError, match="stocks_quantity_not_negative"):
        await Stock.update({Stock.quantity: Stock.quantity - 3}).where(Stock.product == product)


async def test_returned_items_are_on_hand_again(products: ProductService, cast: Cast) -> None:
    product = await make_product(stock=5)
    await products.save_taken({product: 5})
    await products.return_stock([Item(product, 3)])
    assert await stock_of(product) == 3


async def test_staff_receive_stock_with_an_entry(products: ProductService, cast: Cast) -> None:
    product = await make_product(stock=0)
    assert await products.move_stock(product, 7, "receive", "delivery", cast.admin, "staff:2") == 7
    [entry] = await StockEntry.select().where(StockEntry.product == product)
    assert (entry["amount"], entry["quantity_after"], entry["kind"]) == (7, 7, "receive")
    assert (entry["actor"], entry["reason"]) == (cast.admin, "delivery")
    assert await stock_of(product) == 7


async def test_staff_correct_stock_with_an_entry(products: ProductService, cast: Cast) -> None:
    product = await make_product(stock=5)
    assert await products.move_stock(product, -5, "adjust", "broken", cast.admin, "staff:3") == 0
    found = StockEntry.select().where(StockEntry.product == product)
    entries = await found.order_by(StockEntry.id)
    assert [entry["amount"] for entry in entries] == [5, -5]


@pytest.mark.parametrize("amount", [-6, -(2**63), 2**63, 2**63 - 1])
async def test_staff_cannot_remove_more_than_there_is(
    products: ProductService, cast: Cast, amount: int
) -> None:
    product = await make_product(stock=5)
    with pytest.raises(InvalidInput):
        await products.move_stock(product, amount, "adjust", "too much", cast.admin, "staff:4")
    assert await stock_of(product) == 5
    assert await StockEntry.count().where(StockEntry.product == product) == 1


async def test_staff_cannot_move_stock_of_an_unknown_product(
    products: ProductService, cast: Cast
) -> None:
    with pytest.raises(InvalidInput):
        await products.move_stock(999_999, 1, "receive", "delivery", cast.admin, "staff:5")


@pytest.mark.parametrize(
    ("kind", "amount", "reason"),
    [("receive", -1, "x"), ("adjust", 0, "x"), ("steal", 1, "x"), ("receive", 1, "")],
)
async def test_an_inconsistent_entry_is_refused(
    cast: Cast, kind: str, amount: int, reason: str
) -> None:
    product = await make_product(stock=0)
    entry = StockEntry(product=product, amount=amount, kind=kind, reason=reason, quantity_after=1)
    with pytest.raises(asyncpg.CheckViolationError):
        await StockEntry.insert(entry)


async def test_a_withdrawn_product_is_not_on_sale(products: ProductService, cast: Cast) -> None:
    product = await make_product(active=False)
    with pytest.raises(ProductNotFound):
        await products.get(product)
    assert await products.on_sale([product]) == {}


async def test_product_not_found_names_the_products(products: ProductService, cast: Cast) -> None:
    product = await make_product()
    with pytest.raises(ProductNotFound, match=r"8, 9$"):
        await products.get_many([9, product, 8] if product not in (8, 9) else [9, 8])


def test_the_same_product_is_summed_in_its_first_place() -> None:
    assert summed([Item(2, 1), Item(1, 1), Item(2, 5)]) == [Item(2, 6), Item(1, 1)]
