"""Likes are saved at once and update the page in place; those of a guest after sign-in."""

from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import Shopper


def test_like_and_unlike(shopper: Shopper, goods: Goods) -> None:
    notebook = goods["linen-notebook-a5"]
    shopper.open("/?q=A5")
    shopper.sees_not_liked(notebook, by=0)
    with shopper.without_page_load():
        shopper.like(notebook)
        shopper.sees_liked(notebook, by=1)
        expect(shopper.heart(notebook)).to_be_focused()

    shopper.reload()
    shopper.sees_liked(notebook, by=1)
    shopper.open("/likes")
    shopper.sees_liked(notebook, by=1)

    with shopper.without_page_load():
        shopper.unlike(notebook)
        shopper.sees_not_liked(notebook, by=0)
    shopper.reload()
    shopper.sees("No likes yet.")


def test_three_quick_likes_all_count(shopper: Shopper, goods: Goods) -> None:
    pressed = [
        goods[slug] for slug in ("house-blend-beans", "paper-coffee-filters", "pour-over-set")
    ]
    shopper.open("/?category=coffee-tea")
    with shopper.without_page_load():
        shopper.page.evaluate(
            "ids => ids.forEach(id => document.getElementById(`like-${id}`).click())",
            [product.id for product in pressed],
        )
        for product in pressed:
            shopper.sees_liked(product, by=1)
    shopper.reload()
    for product in pressed:
        shopper.sees_liked(product, by=1)


def test_guest_likes_and_signs_in(guest: Shopper, goods: Goods) -> None:
    """Back where they were, with the like done."""
    tea = goods["green-tea-tin"]
    shelf = "/?category=coffee-tea&sort=price_asc"
    guest.open(shelf)
    guest.like(tea)
    guest.is_at("Sign in")
    guest.sign_in("bob")
    guest.sees("Added to your likes.")
    guest.sees_liked(tea, by=1)
    assert guest.page.url.endswith(shelf)
