"""All pages in all their states, for every check that covers all pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.browser.actions import (
    Action,
    ask_to_cancel,
    begin_two_step_verification,
    cart_of_guest,
    change_password_wrongly,
    find_it_again,
    give_a_wrong_code,
    give_the_password,
    like_as_guest,
    look_back,
    look_back_on_the_home_page,
    pay_after_a_change_of_price,
    pay_with_several_faults,
    put_in_cart,
    remove_the_only_line,
    save_address_too_late,
    save_settings_too_late,
    show_more,
    sign_in_again,
    sign_in_too_often,
    sign_in_wrongly,
    sign_up_with_a_taken_name,
    sign_up_wrongly,
    turn_on_two_step_verification,
    unfold_an_operation,
)
from tests.browser.owner import AT_MOST
from tests.browser.server import ROOT
from tests.browser.shopper import Shopper
from tests.browser.stage import Stage


@dataclass(frozen=True)
class State:
    """`path` may have placeholders such as `{mug}`. `shows` is a message of this state only,
    with `values`."""

    name: str
    path: str
    shows: str
    who: str = "guest"
    status: int = 200
    action: Action | None = None
    values: dict[str, Any] = field(default_factory=dict)
    broken: str = ""
    """A table to rename, or `database` to stop, while the page is requested."""
    arranged: bool = False
    """The home page has the rows of `home_rows` while the page is requested."""

    @property
    def slug(self) -> str:
        return self.name.replace(",", "").replace(" ", "-")

    def address(self, stage: Stage) -> str:
        return self.path.format_map(addresses(stage))

    @contextmanager
    def prepared(self, stage: Stage) -> Iterator[None]:
        """Breaks what `broken` names. A stopped database is not started again."""
        if self.arranged:
            with stage.arranged():
                yield
            return
        if self.broken == "database":
            stage.server.stop_database()
        elif self.broken:
            with stage.without_table(self.broken):
                yield
            return
        yield

    def reach(self, shopper: Shopper, stage: Stage) -> None:
        """Opens the page as `who` and runs the action."""
        stage.seat(self.who, shopper.page.context)
        answer = shopper.page.goto(self.address(stage))
        assert answer
        assert answer.status == self.status, f"{self.name}: {answer.status} {answer.url}"
        if self.action:
            self.action(shopper, stage)
        if self.shows:
            shopper.sees(self.shows, **self.values)


def addresses(stage: Stage) -> dict[str, Any]:
    goods = stage.goods
    return {
        **{f"order_{name}": number for name, number in stage.orders.items()},
        "desk_code": stage.desk_codes["sent"],
        "cancelled_code": stage.desk_codes["cancelled"],
        "partner": stage.server.partner,
        "unavailable": (ROOT / "static" / "unavailable.html").as_uri(),
        "last_page": stage.last_page,
        "address_id": stage.address_id,
        "regular": stage.people["regular"].id,
        "plain": stage.plain_product,
        "tent": goods["two-person-tent"].id,
        "pen": goods["brass-fountain-pen"].id,
        "mug": goods["stoneware-mug"].id,
        "persimmons": goods["dried-persimmons"].id,
        "lamp": goods["jointed-desk-lamp"].id,
        "shirt": goods["organic-cotton-tee"].id,
        "code": goods["coffee-voucher"].id,
        "gone": goods["film-camera"].id,
        "batch": stage.batch,
        "product_file": stage.product_file,
        "person": stage.people["undecided"].id,
        "password_link": stage.password_link,
    }


# --- the list ----------------------------------------------------------------

# fmt: off
STATES = (
    State("catalogue", "/", "What will you get with your points today?"),
    State("catalogue, signed in", "/", "What will you get with your points today?", "regular"),
    State("catalogue, more of it", "/", "", action=show_more),
    State("catalogue, last page", "/?cursor={last_page}", "All"),
    State("catalogue, a category", "/?category=tech&sort=price_asc", "Remove filter:"),
    State("home page, arranged", "/", "For %(n)s points or less", values={"n": AT_MOST},
          arranged=True),
    State("home page, arranged, signed in", "/products/{pen}", "Recently viewed", "regular",
          action=look_back_on_the_home_page, arranged=True),
    State("search with hits", "/?q=무선", "Results for “%(q)s”", values={"q": "무선"}),
    State("catalogue, affordable", "/?sort=affordable", "What your points can buy", "regular"),
    State("catalogue, nothing affordable", "/?sort=affordable",
          "Nothing is within your points yet.", "penniless"),
    State("search in a category", "/?q=무선&category=tech&sort=likes", "Clear all"),
    State("nothing found", "/?q=nothing-like-this", "Popular products"),
    State("product", "/products/{pen}", "In stock"),
    State("product, liked", "/products/{pen}", "In stock", "regular"),
    State("product, few left", "/products/{mug}", "Only %(n)s left", values={"n": 3}),
    State("product, sold out", "/products/{persimmons}", "Sold out for now."),
    State("product, options", "/products/{shirt}", "Option"),
    State("product, several pictures", "/products/{tent}", "Only %(n)s left", values={"n": 4}),
    State("product, no picture, much text", "/products/{plain}", "In stock"),
    State("product, put in the cart", "/products/{pen}", "Cart", "penniless", action=put_in_cart),
    State("recently viewed", "/products/{pen}", "Clear the list", action=look_back),
    State("recently viewed, nothing", "/recently-viewed", "Nothing viewed yet.", "newcomer"),
    State("likes", "/likes", "Likes", "regular"),
    State("likes, none", "/likes", "No likes yet.", "newcomer"),
    State("cart", "/cart", "Proceed to checkout", "regular"),
    State("cart, of a guest", "/products/{pen}", "Sign in to order", action=cart_of_guest),
    State("cart, empty", "/cart", "Your cart is empty.", "newcomer"),
    State("cart, a line removed", "/cart", "Undo", "undecided", action=remove_the_only_line),
    State("cart, much has changed", "/cart", "Sold out. Please remove it to order the rest.",
          "unlucky"),
    State("checkout", "/checkout", "Balance after payment", "regular"),
    State("checkout, nothing to pay for", "/checkout", "There is nothing to order.", "newcomer"),
    State("checkout, too few points", "/checkout", "Points short", "penniless"),
    State("checkout, too few in stock", "/checkout?product_id={mug}&quantity=4",
          "Only %(n)s left. Please reduce the quantity.", "regular", values={"n": 3}),
    State("checkout, sold out", "/checkout?product_id={persimmons}&quantity=1",
          "Sold out for now. Press the heart on its page to find it again later.", "regular"),
    State("checkout, no longer sold", "/checkout",
          "No longer sold. Please remove it to order the rest.", "unlucky"),
    State("checkout, the price has changed", "/checkout?product_id={lamp}&quantity=1",
          "The price has changed", "regular", action=pay_after_a_change_of_price),
    State("checkout, several faults", "/checkout?product_id={mug}&quantity=2",
          "Enter a phone number, such as 010-1234-5678.", "regular",
          action=pay_with_several_faults),
    State("receipt", "/orders/{order_sent}", "It is ready for you at the desk.", "regular"),
    State("receipt, about to cancel", "/orders/{order_sent}", "Yes, cancel it", "regular",
          action=ask_to_cancel),
    State("receipt, cancelled", "/orders/{order_cancelled}", "This order was cancelled.",
          "regular"),
    State("receipt, fulfilled", "/orders/{order_fulfilled}", "Received", "regular"),
    State("receipt, a parcel", "/orders/{order_parcel}", "Being packed", "regular"),
    State("receipt, the recipient changed", "/orders/{order_parcel}/recipient", "", "regular"),
    State("some items of an order, to cancel", "/orders/{order_sent}/cancel-items", "", "regular"),
    State("items to return", "/orders/{order_fulfilled}/return-request", "", "regular"),
    State("orders", "/orders", "Cancelled", "regular"),
    State("orders, none", "/orders", "No orders yet.", "newcomer"),
    State("points", "/points", "Refunded", "regular"),
    State("points, none", "/points", "No points history yet.", "newcomer"),
    State("sign-in", "/login", "This is a demo shop"),
    State("sign-in, wrong password", "/login", "Sign-in failed", action=sign_in_wrongly),
    State("sign-in, too often", "/login", "Too many attempts", action=sign_in_too_often),
    State("sign-in, on the way to something", "/products/{pen}", "Sign in", action=like_as_guest),
    State("sign-up", "/signup", "Already have an account?"),
    State("sign-up, not like this", "/signup",
          "Use 3 to 30 lowercase letters, digits, dots, underscores and hyphens.",
          action=sign_up_wrongly),
    State("sign-up, name taken", "/signup", "This username is taken",
          action=sign_up_with_a_taken_name),
    State("account", "/account", "Sign out everywhere else", "regular"),
    State("account, e-mail", "/account/email", "Leave it empty to get no mail.", "regular"),
    State("forgotten password", "/forgotten", "Send the link"),
    State("account, about to be closed", "/account/close", "Close the account for good", "regular"),
    State("account, not like this", "/account", "The password is incorrect.", "regular",
          action=change_password_wrongly),
    State("sign-in, the code", "/login/code?next=/points", "No app and no recovery codes? "
          "A superuser can reset your two-step verification.", action=give_the_password),
    State("sign-in, a wrong code", "/login", "This code is not valid", action=give_a_wrong_code),
    State("two-step verification, off", "/account/second-factor", "Continue", "clerk"),
    State("two-step verification, on", "/account/second-factor", "Turn off", "careful"),
    State("two-step verification, the key", "/account/second-factor",
          "Scan this with an authenticator app, or type the key into it.", "clerk",
          action=begin_two_step_verification),
    State("two-step verification, recovery codes", "/account/second-factor", "I have saved them",
          "clerk", action=turn_on_two_step_verification),
    State("staff, today", "/staff", "Today", "chief"),
    State("staff, orders", "/staff/orders", "Number, customer or product", "chief"),
    State("staff, no orders", "/staff/orders?q=nothing", "No orders found.", "chief"),
    State("staff, an order", "/staff/orders/{order_pending}", "History", "chief"),
    State("staff, a fulfilled order", "/staff/orders/{order_fulfilled}", "History", "chief"),
    State("staff, orders to fulfil", "/staff/orders/fulfil?order_id={order_pending}",
          "Fulfil orders", "chief"),
    State("staff, picking list", "/staff/orders/picking", "Picking list", "chief"),
    State("staff, desk", "/staff/desk", "Find the order", "chief"),
    State("staff, desk, a wrong code", "/staff/desk?code=1-2345-6789",
          "No order has this code. Please check each digit.", "chief", status=404),
    State("staff, desk, an order", "/staff/desk?code={desk_code}", "Hand over", "chief"),
    State("staff, desk, nothing to hand over", "/staff/desk?code={cancelled_code}", "", "chief"),
    State("staff, parcels to send", "/staff/orders/packing", "Parcels to send", "chief"),
    State("staff, an order with a parcel", "/staff/orders/{order_parcel}", "Recipient", "chief"),
    State("staff, stock", "/staff/stock", "Stock", "chief"),
    State("staff, stock of a product", "/staff/stock/{pen}", "Movements", "chief"),
    State("staff, stock counted", "/staff/stock/{pen}/count?number=3", "Difference", "chief"),
    State("staff, stock received", "/staff/stock/{pen}/receive?number=3", "After", "chief"),
    State("staff, a delivery", "/staff/stock/delivery", "Check the list", "chief"),
    State("staff, returns", "/staff/returns", "", "chief"),
    State("staff, limits and times", "/staff/products/{pen}/sale", "", "chief"),
    State("staff, pictures", "/staff/products/{tent}/pictures", "Add pictures", "chief"),
    State("staff, codes", "/staff/stock/{code}/codes", "", "chief"),
    State("staff, reports", "/staff/reports", "Best-selling products", "chief"),
    State("staff, points", "/staff/points", "Opening balance", "chief"),
    State("staff, messages", "/staff/messages", "Messages", "chief"),
    State("staff, mails", "/staff/messages/mails", "Mail to people", "chief"),
    State("staff, log", "/staff/log", "Log", "chief"),
    State("staff, products in and out", "/staff/products/import", "All products as a file",
          "chief"),
    State("staff, a file of products", "{product_file}", "Unchanged", "chief"),
    State("staff, home page", "/staff/home", "What it shows", "chief"),
    State("staff, search words", "/staff/synonyms", "Words that mean the same", "chief"),
    State("staff, options", "/staff/products/{shirt}/options", "Add options", "chief"),
    State("staff, people", "/staff/people", "Open accounts", "chief"),
    State("staff, nobody", "/staff/people?q=nothing", "No people found.", "chief"),
    State("staff, a person", "/staff/people/{person}", "Points history", "chief"),
    State("staff, open accounts", "/staff/people/new", "or many, as a list", "chief"),
    State("staff, links", "/staff/people/links", "Links to pass on", "chief"),
    State("staff, points to many", "/staff/points/grant-many", "Earlier lists", "chief"),
    State("staff, a list of points", "{batch}", "Type the sum to confirm it", "chief"),
    State("staff, pages and announcements", "/staff/content", "Pages and announcements", "chief"),
    State("staff, a new page", "/staff/content/pages/0", "New page", "chief"),
    State("a page that staff wrote", "/pages/about", ""),
    State("staff, settings", "/staff/settings", "Settings", "chief"),
    State("staff, a session that has ended", "/staff/settings", "Sign in in a new tab", "chief",
          action=save_settings_too_late),
    State("password link", "{password_link}", "Set your password"),
    State("addresses", "/account/addresses", "", "regular"),
    State("addresses, a session that has ended", "/account/addresses", "Sign in", "newcomer",
          action=save_address_too_late),
    State("addresses, signed in again", "/account/addresses", "Go on with what you typed",
          "newcomer", action=sign_in_again),
    State("addresses, what was typed", "/account/addresses", "Nothing was sent yet", "newcomer",
          action=find_it_again),
    State("addresses, none", "/account/addresses", "", "newcomer"),
    State("address, edited", "/account/addresses/{address_id}", "", "regular"),
    State("API documentation", "/docs", "The OpenAPI document"),
    State("API documentation, unfolded", "/docs", "", action=unfold_an_operation),
    State("the partner's inbox", "{partner}/", ""),
    State("400", "/?sort=nonsense", "This address has a mistake", status=400),
    State("403", "/admin/", "Not allowed", "newcomer", status=403),
    State("404", "/nowhere", "There is nothing at this address.", status=404),
    State("404, no longer sold", "/products/{gone}", "This product is no longer sold", "regular",
          status=404),
    State("404, no such category", "/?category=gone", "This category no longer exists", status=404),
    State("404, no such link", "/password/none", "", status=404),
    State("405", "/logout", "This is not possible here", status=405),
    State("500", "/points", "Something went wrong", "regular", status=500, broken="point_entries"),
    State("503, shown by a proxy", "{unavailable}", ""),
    # The last, because the database stays away.
    State("503", "/?q=none", "The shop is taking a short break", status=503, broken="database"),
)
# fmt: on
