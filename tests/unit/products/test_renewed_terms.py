"""Search terms made by older rules are renewed at the next start, and by every sweep."""

import pytest
from litestar import Litestar

from shop.database import DB
from shop.products import service
from shop.products.tables import Product, ProductTerms
from shop.settings import load_settings
from shop.start.background_work import sweep
from shop.start.migrate import _renew_terms
from shop.start.services import Shop
from tests.cast import Cast, make_product


async def terms() -> list[dict[str, object]]:
    return await ProductTerms.select().order_by(ProductTerms.product)


async def test_terms_are_rewritten_in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        await make_product(f"무선 충전기 {number}", description="2~4인용")
    by_the_shop = await terms()
    older = {ProductTerms.version: 0, ProductTerms.text: "", ProductTerms.words: []}
    await ProductTerms.update(older, force=True)
    monkeypatch.setattr(service, "RENEWED_AT_ONCE", 2)
    await _renew_terms()
    assert await terms() == by_the_shop


async def test_only_terms_of_older_rules_are_rewritten(cast: Cast) -> None:
    old, new = await make_product("벼루"), await make_product("먹")
    await ProductTerms.update({ProductTerms.version: 0, ProductTerms.text: ""}).where(
        ProductTerms.product == old
    )
    await ProductTerms.update({ProductTerms.text: "as it is"}).where(ProductTerms.product == new)
    await _renew_terms()
    assert [row["text"] for row in await terms()] == ["벼루 pencil", "as it is"]


@pytest.mark.committed
async def test_terms_that_an_open_edit_writes_are_skipped(cast: Cast) -> None:
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


async def test_a_sweep_renews_what_an_older_node_wrote(app: Litestar, cast: Cast) -> None:
    product = await make_product("벼루")
    await ProductTerms.update({ProductTerms.version: 0, ProductTerms.text: ""}).where(
        ProductTerms.product == product
    )
    await sweep(Shop(load_settings()))
    assert [row["text"] for row in await terms()] == ["벼루 pencil"]
