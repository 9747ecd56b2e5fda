"""Search terms of other rules, or of products that had none, are made again at the next start."""

import pytest

from shop.database import DB
from shop.products.tables import Product, ProductTerms
from shop.start import migrate
from shop.start.migrate import _renew_terms
from tests.cast import Cast, make_product
from tests.unit.migrating import migration, run

OF_BEFORE = (
    "DROP INDEX product_terms_words, product_terms_version",
    "ALTER TABLE product_terms DROP COLUMN version, DROP COLUMN source, DROP COLUMN words",
    "ALTER TABLE product_terms ADD COLUMN names TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX products_prose ON products (id)",
    "UPDATE product_terms SET text = 'as it was', terms = '{{}}'",
    "DELETE FROM product_terms WHERE product = (SELECT max(product) FROM product_terms)",
)


async def terms() -> list[dict[str, object]]:
    return await ProductTerms.select().order_by(ProductTerms.product)


async def test_the_products_that_there_are_become_findable(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await make_product(f"무선 충전기 {number}", description="2~4인용")
    by_the_shop = await terms()
    for statement in OF_BEFORE:
        await ProductTerms.raw(statement)
    await run(migration("shop_2026_11_26t06_50_00_000000"))
    assert {row["version"] for row in await terms()} == {0}
    monkeypatch.setattr(migrate, "AT_ONCE", 2)
    await _renew_terms()
    assert await terms() == by_the_shop


async def test_only_terms_of_other_rules_are_made_again(cast: Cast) -> None:
    old, new = await make_product("벼루"), await make_product("먹")
    await ProductTerms.update({ProductTerms.version: 0, ProductTerms.text: ""}).where(
        ProductTerms.product == old
    )
    await ProductTerms.update({ProductTerms.text: "as it is"}).where(ProductTerms.product == new)
    await _renew_terms()
    assert [row["text"] for row in await terms()] == ["벼루 pencil", "as it is"]


@pytest.mark.committed
async def test_what_is_being_edited_is_left_to_its_editor(cast: Cast) -> None:
    product = await make_product("벼루")
    await ProductTerms.update({ProductTerms.version: 0}).where(ProductTerms.product == product)
    connection = await DB.get_new_connection()
    edit = connection.transaction()
    await edit.start()
    await connection.execute("UPDATE products SET name = '먹' WHERE id = $1", product)
    await connection.execute("UPDATE product_terms SET version = 99, text = '먹'")
    await _renew_terms()
    await edit.commit()
    await connection.close()
    assert [(row["version"], row["text"]) for row in await terms()] == [(99, "먹")]
    assert await Product.exists().where(Product.name == "먹")
