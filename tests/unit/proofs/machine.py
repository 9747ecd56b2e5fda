"""The JSON API, driven by Hypothesis and compared with the model after each step."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Literal, TypeVar

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)
from litestar import Litestar

from app import create_app
from shop.audit.service import Audit
from shop.database import transaction, transactional
from shop.errors import InvalidInput, ShopError
from shop.orders.change_errors import NotCancellable, StepImpossible
from shop.settings import Settings
from shop.staff_log.repository import StaffLogRepository
from shop.start.services import Shop
from tests.cast import Receiver, make_options, make_product, make_user
from tests.unit.buying import buy, code_of
from tests.unit.conftest import empty_tables, header_client
from tests.unit.proofs.delivery import deliver_all
from tests.unit.proofs.model import (
    CODES,
    GONE,
    LIMITS,
    OPTION,
    PRICES,
    Asked,
    Model,
    Order,
    Wish,
    is_invalid,
    summed,
    total_of,
)

T = TypeVar("T")

SHOPPERS = (1, 2)
STAFF = 3

shoppers = st.sampled_from(SHOPPERS)
products = st.sampled_from([*PRICES, *PRICES, GONE])
quantities = st.sampled_from([1, 1, 1, 2, 3, 0, 99, 100])
wishes = st.lists(
    st.tuples(st.sampled_from(list(PRICES)), st.integers(1, 2)), min_size=1, max_size=2
)
"""What can be bought, if there is enough of it."""
odd_wishes = st.lists(st.tuples(products, quantities), max_size=3)
"""Nothing, too much, and what is not sold."""
keys = st.sampled_from(["one", "two"])
numbers = st.integers(0, 2)
"""Chooses one of the orders there are, or of the keys."""


class Bridge:
    """The test's event loop as Hypothesis, which is synchronous, uses it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        shop_settings: Settings,
        receiver: Receiver,
        database_url: str,
    ) -> None:
        self._loop = loop
        self.settings, self.receiver, self.database_url = shop_settings, receiver, database_url
        self.seen: Counter[str] = Counter()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)


@transactional
async def with_log(subject: str, work: Coroutine[Any, Any, int]) -> int:
    """What staff do, in one transaction with its row of the log."""
    result = await work
    await StaffLogRepository().record(STAFF, "test", subject)
    return result


class ShopMachine(RuleBasedStateMachine):
    bridge: ClassVar[Bridge]

    @initialize()
    def open_shop(self) -> None:
        self.model = Model()
        self.bridge.receiver.forget()
        self.run(self._furnish())
        self.app = self.run(self._start())

    async def _furnish(self) -> None:
        await empty_tables()
        async with transaction():
            made = [
                await make_user("shopper1", self.model.balance(1)),
                await make_user("shopper2", self.model.balance(2)),
                await make_user("staff", admin=True),
            ]
            assert made == [*SHOPPERS, STAFF]
            for id_, price in PRICES.items():
                assert await self._make(id_, price, self.model.stock[id_]) == id_

    async def _make(self, product: int, price: int, stock: int) -> int:
        if product == OPTION:
            [made] = await make_options(1, "S", "M", stock=stock)
            return made
        delivery, limit = "code" if product == CODES else "desk", LIMITS.get(product)
        return await make_product(
            price=price, stock=stock, name_en="", delivery=delivery, person_limit=limit
        )

    async def _start(self) -> Litestar:
        app = create_app(self.bridge.settings)
        self.staff = Shop(self.bridge.settings)
        return app

    async def _stop(self) -> None:
        await self.app.state.external.close()
        await self.staff.external.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.bridge.run(work)

    def ask(self, user: int, method: str, path: str, **more: Any) -> httpx.Response:
        return self.run(self._ask(user, lambda client: client.request(method, path, **more)))

    async def _ask(
        self, user: int, request: Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]
    ) -> httpx.Response:
        async with header_client(self.app, user) as client:
            answer = await request(client)
        self.bridge.seen[seen_in(answer)] += 1
        return answer

    # --- likes and the cart

    @rule(user=shoppers, product=products, method=st.sampled_from(["POST", "POST", "DELETE"]))
    def like_or_unlike(self, user: int, product: int, method: str) -> None:
        answer = self.ask(user, method, f"/api/v1/products/{product}/likes")
        if product == GONE:
            return expect_refusal(answer, 404, "product-not-found")
        liked = method == "POST"
        likes = self.model.likes
        if liked and (user, product) not in likes:
            likes.append((user, product))
        elif not liked and (user, product) in likes:
            likes.remove((user, product))
        count = sum(of == product for _, of in likes)
        expect(answer, 200, {"product_id": product, "liked": liked, "like_count": count})
        return None

    @rule(user=shoppers, product=products, quantity=quantities | st.none())
    def change_cart(self, user: int, product: int, quantity: int | None) -> None:
        path, cart = f"/api/v1/cart/items/{product}", self.model.carts[user]
        if quantity is None:
            cart.pop(product, None)
            return self.expect_cart(user, self.ask(user, "DELETE", path))
        answer = self.ask(user, "PUT", path, json={"quantity": quantity})
        if not 1 <= quantity <= 99:
            return expect_refusal(answer, 400, "invalid-input")
        if product == GONE:
            return expect_refusal(answer, 404, "product-not-found")
        cart[product] = quantity
        return self.expect_cart(user, answer)

    def expect_cart(self, user: int, answer: httpx.Response) -> None:
        lines = self.model.carts[user]
        assert answer.status_code == 200, answer.text
        cart = answer.json()
        assert {item["product_id"]: item["quantity"] for item in cart["items"]} == lines
        assert [item["product_id"] for item in cart["items"]] == list(lines)
        available = {id_: n for id_, n in lines.items() if self.model.can_buy(user, id_, n)}
        assert (cart["total"], cart["count"]) == (total_of(available), sum(lines.values()))
        for item in cart["items"]:
            product = item["product_id"]
            assert item["stock"] == self.model.stock[product]
            assert item["available"] == (product in available)

    # --- orders

    @rule(user=shoppers, wish=wishes, key=keys | st.none())
    def order(self, user: int, wish: Wish, key: str | None) -> None:
        self.place(user, wish, None, key)

    @rule(user=shoppers, wish=wishes, key=keys, is_odd=st.sampled_from([False, False, True]))
    def order_twice(self, user: int, wish: Wish, key: str, is_odd: bool) -> None:
        """The same key again at once, for the same request or for another."""
        self.place(user, wish, None, key)
        self.place(user, [(GONE, 1)] if is_odd else wish, None, key)

    @rule(
        user=shoppers,
        wish=odd_wishes,
        more=st.sampled_from([None, 0, 1, 1]),
        key=keys | st.none(),
    )
    def odd_order(self, user: int, wish: Wish, more: int | None, key: str | None) -> None:
        expected_total = None if more is None else total_of(summed(wish)) + more
        self.place(user, wish, expected_total, key)

    def place(self, user: int, wish: Wish, expected_total: int | None, key: str | None) -> None:
        answer = self.buy(user, wish, expected_total, key)
        asked = self.model.keys.get((user, key or ""))
        if asked and not is_invalid(wish):
            if asked.is_for(wish, expected_total):
                self.expect_order(answer, 201, asked.order, replayed=True)
            else:
                expect_refusal(answer, 422, "idempotency-key-reused")
        elif not self.expect_refused(answer, user, wish, expected_total):
            order = self.expect_new_order(answer, user, wish)
            if key:
                self.model.keys[user, key] = Asked(wish, expected_total, order)

    @precondition(lambda self: self.model.keys)
    @rule(number=numbers)
    def retry(self, number: int) -> None:
        """The same request with the same key, however much has happened since."""
        asked = list(self.model.keys.items())
        (user, key), first = asked[number % len(asked)]
        answer = self.buy(user, first.wish[::-1], first.expected_total, key)
        self.expect_order(answer, 201, first.order, replayed=True)

    def buy(
        self, user: int, wish: Wish, expected_total: int | None, key: str | None
    ) -> httpx.Response:
        more = {} if expected_total is None else {"expected_total": expected_total}
        return self.run(self._ask(user, lambda client: buy(client, *wish, key=key, **more)))

    def expect_refused(
        self, answer: httpx.Response, user: int, wish: Wish, expected_total: int | None
    ) -> bool:
        code = self.model.refusal(user, wish, expected_total)
        if code is None:
            return False
        statuses = {"invalid-input": 400, "product-not-found": 404}
        expect_refusal(answer, statuses.get(code, 409), code)
        problem = answer.json()
        if code == "insufficient-points":
            required = total_of(summed(wish))
            told = (problem["required"], problem["balance"])
            assert told == (required, self.model.balance(user))
        if code == "limit-reached":
            assert problem["items"] == [
                {
                    "product_id": id_,
                    "limit": limit,
                    "bought": bought,
                    "left": max(limit - bought, 0),
                }
                for id_, limit in LIMITS.items()
                if (bought := self.model.bought(user, id_)) + summed(wish).get(id_, 0) > limit
            ]
        if code == "out-of-stock":
            short = [
                {"product_id": id_, "requested": wanted, "available": self.model.stock[id_]}
                for id_, wanted in sorted(summed(wish).items())
                if self.model.stock[id_] < wanted
            ]
            assert problem["items"] == short
        return True

    def expect_new_order(self, answer: httpx.Response, user: int, wish: Wish) -> Order:
        assert answer.status_code == 201, answer.text
        number = answer.json()["id"]
        assert number not in self.model.orders
        order = self.model.place(number, user, summed(wish))
        self.expect_order(answer, 201, order)
        return order

    def expect_order(
        self, answer: httpx.Response, status: int, order: Order, *, replayed: bool = False
    ) -> None:
        assert answer.status_code == status, answer.text
        expect_fields(answer.json(), order)
        assert answer.headers.get("idempotency-replayed") == ("true" if replayed else None)
        location = f"/api/v1/orders/{order.id}" if status == 201 else None
        assert answer.headers.get("location") == location

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers, is_strange=st.sampled_from([False, False, False, True]))
    def cancel(self, number: int, is_strange: bool) -> None:
        order = self.one_of_the_orders(number)
        self.ask_to_cancel(order, 3 - order.user if is_strange else order.user)

    def ask_to_cancel(self, order: Order, user: int) -> None:
        answer = self.ask(user, "POST", f"/api/v1/orders/{order.id}/cancel")
        if order.user != user:
            expect_refusal(answer, 404, "order-not-found")
        elif order.status != "cancelled" and order.is_closed_to_its_buyer:
            expect_refusal(answer, 409, "not-cancellable")
        else:
            self.model.cancel(order)
            self.expect_order(answer, 200, order)

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers, line=numbers, quantity=st.sampled_from([1, 1, 2, 3]))
    def cancel_some(self, number: int, line: int, quantity: int) -> None:
        order = self.one_of_the_orders(number)
        product = list(order.lines)[line % len(order.lines)]
        wanted = {"items": [{"product_id": product, "quantity": quantity}]}
        url = f"/api/v1/orders/{order.id}/cancel-items"
        answer = self.ask(order.user, "POST", url, json=wanted)
        if order.status == "cancelled" or order.is_closed_to_its_buyer:
            expect_refusal(answer, 409, "not-cancellable")
        elif quantity > order.left(product):
            expect_refusal(answer, 409, "too-many-items")
        else:
            self.model.cancel_some(order, product, quantity)
            self.expect_order(answer, 200, order)

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers, is_cancelled=st.sampled_from([False, False, True]))
    def end_by_staff(self, number: int, is_cancelled: bool) -> None:
        order, orders, steps = self.one_of_the_orders(number), self.staff.orders, self.staff.steps
        if is_cancelled and order.status == "fulfilled":
            return self.expect_refused_to_staff(NotCancellable, orders.cancel(None, order.id))
        if not is_cancelled and order.status == "cancelled":
            return self.expect_refused_to_staff(StepImpossible, steps.fulfil(order.id))
        if is_cancelled:
            self.model.cancel(order)
            ended = self.run(orders.cancel(None, order.id))
            assert ended.status == order.status
        else:
            is_new = order.status != "fulfilled"
            order.told += ["order.fulfilled"] * is_new
            order.status = "fulfilled"
            assert self.run(steps.fulfil(order.id)) == is_new
        return self.ask_to_cancel(order, order.user)

    def one_of_the_orders(self, number: int) -> Order:
        """The latest is number 0."""
        orders = list(self.model.orders.values())[::-1]
        return orders[number % len(orders)]

    # --- what staff do

    @rule(user=shoppers, amount=st.integers(-3_000, 3_000).filter(bool))
    def move_points(self, user: int, amount: int) -> None:
        kind: Literal["grant", "adjust"] = "grant" if amount > 0 else "adjust"
        form = f"staff:{uuid.uuid4()}"
        move = self.staff.points.move(user, amount, kind, "test", STAFF, form)
        work = with_log(f"user:{user}", move)
        if self.model.balance(user) + amount < 0:
            return self.expect_refused_to_staff(InvalidInput, work)
        self.model.entries[user].append((kind, amount))
        assert self.run(work) == self.model.balance(user)
        return None

    @rule(product=st.sampled_from(list(PRICES)), amount=st.integers(-4, 4).filter(bool))
    def move_stock(self, product: int, amount: int) -> None:
        kind: Literal["receive", "adjust"] = "receive" if amount > 0 else "adjust"
        move = self.staff.products.move_stock(
            product, amount, kind, "test", STAFF, f"staff:{uuid.uuid4()}"
        )
        work = with_log(f"product:{product}", move)
        if self.model.stock[product] + amount < 0 or product == CODES:
            return self.expect_refused_to_staff(InvalidInput, work)
        self.model.stock[product] += amount
        assert self.run(work) == self.model.stock[product]
        return None

    def expect_refused_to_staff(
        self, refusal: type[ShopError], work: Coroutine[Any, Any, Any]
    ) -> None:
        with pytest.raises(refusal):
            self.run(work)

    # --- what happens to the shop

    @rule(what=st.sampled_from(["restart", "relay", "fail", "fail"]), times=st.integers(1, 3))
    def something_happens(self, what: str, times: int) -> None:
        if what == "restart":
            self.restart()
        elif what == "relay":
            self.relay()
        else:
            self.bridge.receiver.behave("fail", times=times)
            self.model.failures = times

    def restart(self) -> None:
        """A new process knows only what is in the database."""
        self.run(self._stop())
        self.app = self.run(self._start())

    def relay(self) -> None:
        self.run(deliver_all(self.app))
        self.bridge.receiver.behave("accept")
        self.model.failures = 0
        for order in self.model.orders.values():
            order.delivered = True

    # --- public pages

    @rule(user=shoppers)
    def look(self, user: int) -> None:
        self.expect_cart(user, self.ask(user, "GET", "/api/v1/cart"))
        balance = self.model.balance(user)
        expect(self.ask(user, "GET", "/api/v1/points"), 200, {"balance": balance})
        self.expect_entries(user)
        self.expect_orders(user)
        liked = [product for of, product in self.model.likes if of == user][::-1]
        shown = self.ask(user, "GET", "/api/v1/likes").json()["items"]
        assert [product["id"] for product in shown] == liked
        for product, stock in self.model.stock.items():
            shown = self.ask(user, "GET", f"/api/v1/products/{product}").json()
            assert shown["stock"] == stock
            assert shown["liked"] == (product in liked)
            assert shown["like_count"] == sum(of == product for _, of in self.model.likes)

    def expect_entries(self, user: int) -> None:
        shown = self.ask(user, "GET", "/api/v1/points/entries?limit=100").json()["items"]
        found = [(entry["kind"], entry["amount"]) for entry in reversed(shown)]
        assert found == self.model.entries[user]
        assert not shown or shown[0]["balance_after"] == self.model.balance(user)

    def expect_orders(self, user: int) -> None:
        mine = [order for order in self.model.orders.values() if order.user == user]
        shown = self.ask(user, "GET", "/api/v1/orders?limit=100").json()["items"]
        assert len(shown) == len(mine)
        for fields, order in zip(shown, reversed(mine), strict=True):
            expect_fields(fields, order)

    def teardown(self) -> None:
        if not hasattr(self, "app"):
            return
        try:
            self.relay()
            for user in SHOPPERS:
                self.look(user)
            self.expect_accepted_messages()
            for found in self.run(Audit(self.bridge.database_url).run()):
                assert found.problems == []
        finally:
            self.run(self._stop())

    def expect_accepted_messages(self) -> None:
        """The external system has accepted each order once, and its end after it."""
        told: dict[int, list[str]] = {order: [] for order in self.model.orders}
        for message in self.bridge.receiver.messages:
            told[message.data["id"]].append(message.type)
        for order in self.model.orders.values():
            assert told[order.id] == order.told


def seen_in(answer: httpx.Response) -> str:
    if answer.status_code >= 400:
        return code_of(answer)
    replayed = " again" if "idempotency-replayed" in answer.headers else ""
    what = answer.request.url.path.rstrip("0123456789").split("/")[-1] or "item"
    pending = " pending" if '"delivery":"pending"' in answer.text else ""
    return f"{answer.request.method} {what} {answer.status_code}{replayed}{pending}"


def expect(answer: httpx.Response, status: int, fields: dict[str, Any]) -> None:
    assert (answer.status_code, answer.json()) == (status, fields)


def expect_refusal(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, code_of(answer)) == (status, code)


def expect_fields(shown: dict[str, Any], order: Order) -> None:
    assert shown["id"] == order.id
    assert (shown["status"], shown["total"]) == (order.status, order.total)
    assert shown["delivery"] == ("sent" if order.delivered else "pending")
    assert {line["product_id"]: line["quantity"] for line in shown["items"]} == order.lines
    is_part = order.status != "cancelled"
    assert shown.get("refunded", 0) == (order.refunded if is_part else 0)
    for line in shown["items"]:
        assert line["unit_price"] == PRICES[line["product_id"]]
        cancelled = order.cancelled.get(line["product_id"], 0) if is_part else 0
        assert line.get("cancelled", 0) == cancelled
        assert line.get("returned", 0) == order.returned.get(line["product_id"], 0)
        is_code = line["product_id"] == CODES
        assert line.get("codes") == (order.left(CODES) if is_code else None)
