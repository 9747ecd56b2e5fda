"""The receipt and the list of orders show the pictures of the products."""

from tests.cast import SignedIn, edit_product, make_product
from tests.unit.buying import bought

PICTURE = "0" * 32 + "-40x30.jpg"


async def test_orders_show_the_pictures_of_their_products(browser_of_alice: SignedIn) -> None:
    product = await make_product(picture=PICTURE)
    plain = await make_product()
    order = await bought(browser_of_alice, (product, 1), (plain, 1))
    await edit_product(product, active=False)
    for path in ("/orders", f"/orders/{order['id']}"):
        assert f'src="/media/{PICTURE}"' in (await browser_of_alice.get(path)).text, path
