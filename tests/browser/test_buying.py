"""From wanting something to its receipt, and every reason why not."""

from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import Shopper
from tests.browser.staff import Staff


def test_buy_now(shopper: Shopper, goods: Goods) -> None:
    pen = goods["brass-fountain-pen"]
    shopper.buy_now(pen)
    shopper.pay(pen.price)
    shopper.sees_receipt(pen)
    shopper.has_points(100_000 - pen.price)
    shopper.open("/points")
    shopper.sees("Spent")
    shopper.sees("Balance: %(n)s", n=100_000 - pen.price)


def test_a_sold_out_product_cannot_be_bought(shopper: Shopper, goods: Goods) -> None:
    persimmons = goods["dried-persimmons"]
    shopper.open_product(persimmons)
    shopper.sees("Sold out for now.")
    expect(shopper.button("Buy now")).to_have_count(0)
    expect(shopper.button("Add to cart")).to_have_count(0)


def test_a_quantity_above_the_stock_can_be_corrected(shopper: Shopper, goods: Goods) -> None:
    """The shortage is shown at its line, and the order button is disabled until it is corrected."""
    tent = goods["two-person-tent"]
    shopper.open(f"/checkout?product_id={tent.id}&quantity=5")
    with shopper.without_page_load():
        expect(shopper.quantity(tent)).to_have_value("5")
        expect(shopper.quantity(tent)).to_have_accessible_description(
            shopper.word("Only %(n)s left. Please reduce the quantity.", n=4)
        )
        expect(shopper.pay_button(0)).to_have_count(0)
        shopper.change_quantity(tent, 1)
        expect(shopper.pay_button(tent.price)).to_be_visible()
    shopper.pay(tent.price)
    shopper.sees_receipt(tent)


def test_the_last_were_sold_meanwhile(shopper: Shopper, staff: Staff, goods: Goods) -> None:
    """The refused form keeps the quantity; a smaller one is accepted."""
    stockpot = goods["enamel-stockpot"]
    wanted = stockpot.stock
    staff.grant(shopper, wanted * stockpot.price)
    shopper.buy_now(stockpot, quantity=wanted)
    staff.correct_stock(stockpot, -1)
    with shopper.without_page_load():
        shopper.pay(wanted * stockpot.price)
        shopper.sees_refusal(
            "Not enough in stock",
            "You asked for %(requested)s, but only %(available)s are left. You were not charged.",
            requested=wanted,
            available=wanted - 1,
        )
        expect(shopper.quantity(stockpot)).to_have_value(str(wanted))
        shopper.has_points(100_000 + wanted * stockpot.price)

        shopper.change_quantity(stockpot, 1)
        expect(shopper.pay_button(stockpot.price)).to_be_visible()
    shopper.pay(stockpot.price)
    shopper.sees_receipt(stockpot)


def test_short_of_points(guest: Shopper, goods: Goods) -> None:
    headphones = goods["wireless-headphones"]
    guest.sign_in("bob")
    guest.buy_now(headphones)
    expect(guest.pay_button(headphones.price)).to_be_disabled()
    guest.sees("You have %(n)s points. Please take something out or reduce a quantity.", n=0)
    guest.has_points(0)
    guest.open("/orders")
    guest.sees("No orders yet.")


def test_cart_of_three(shopper: Shopper, goods: Goods) -> None:
    pencils, beans, yakgwa = (
        goods["cedar-pencil-set"],
        goods["house-blend-beans"],
        goods["honey-yakgwa"],
    )
    for product in (pencils, beans, yakgwa):
        shopper.put_in_cart(product)
        shopper.sees("Added to your cart: %(name)s", name=product.name)
    shopper.has_in_cart(3)

    shopper.open("/cart")
    with shopper.without_page_load():
        shopper.change_quantity(pencils, 5)
        shopper.has_in_cart(7)
        shopper.remove(beans)
        shopper.has_in_cart(6)
    total = 5 * pencils.price + yakgwa.price
    expect(shopper.page.get_by_role("region", name=shopper.word("Total"))).to_contain_text(
        shopper.number(total)
    )

    shopper.check_out()
    shopper.pay(total)
    shopper.sees_receipt(pencils, yakgwa)
    shopper.has_points(100_000 - total)
    shopper.has_in_cart(0)
    shopper.open("/cart")
    shopper.sees("Your cart is empty.")


def test_price_changes_before_payment(shopper: Shopper, staff: Staff, goods: Goods) -> None:
    throw = goods["knit-throw"]
    dearer = throw.price + 1_200
    shopper.buy_now(throw)
    staff.set_price(throw, dearer)
    with shopper.without_page_load():
        shopper.pay(throw.price)
        shopper.sees_refusal(
            "The price has changed",
            "It was %(expected_total)s and is now %(actual_total)s points. You were not charged.",
            expected_total=throw.price,
            actual_total=dearer,
        )
        shopper.has_points(100_000)
    shopper.pay(dearer)
    shopper.sees_receipt(throw)
    shopper.has_points(100_000 - dearer)


def test_cancel(shopper: Shopper, goods: Goods) -> None:
    clock = goods["wall-clock"]
    shopper.buy_now(clock)
    shopper.pay(clock.price)
    shopper.sees_receipt(clock)
    shopper.has_points(100_000 - clock.price)
    shopper.cancel_order()
    shopper.is_at("This order was cancelled.")
    shopper.sees("Your order is cancelled and your points are refunded.")
    shopper.has_points(100_000)
    expect(shopper.page.get_by_text(shopper.word("Cancel this order"))).to_have_count(0)


def test_double_click_makes_one_order(shopper: Shopper, goods: Goods) -> None:
    chocolate = goods["dark-chocolate-bar"]
    shopper.buy_now(chocolate)
    shopper.pay_button(chocolate.price).dblclick()
    shopper.sees_receipt(chocolate)
    shopper.has_points(100_000 - chocolate.price)
    shopper.open("/orders")
    expect(shopper.link(chocolate.name)).to_have_count(1)


def test_with_the_keyboard_alone(shopper: Shopper, goods: Goods) -> None:
    memo = goods["sticky-memo-pad"]
    keyboard = shopper.page.keyboard
    shopper.open("/?q=100&category=desk")
    shopper.tab_to(shopper.link(memo.name))
    keyboard.press("Enter")
    shopper.is_at(memo.name)
    shopper.tab_to(shopper.field("Quantity"))
    keyboard.press("ArrowUp")
    shopper.tab_to(shopper.button("Buy now"))
    keyboard.press("Space")
    shopper.is_at("Checkout")
    shopper.tab_to(shopper.pay_button(2 * memo.price))
    keyboard.press("Enter")
    shopper.sees_receipt(memo)
