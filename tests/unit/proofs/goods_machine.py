"""What `ShopMachine` does not know of codes and returns."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shop.errors import InvalidInput
from shop.orders.codes.sold_repository import SoldCodeRepository
from shop.orders.codes.stock import Movement
from shop.orders.codes.stock_repository import CodeStockRepository
from shop.orders.refund_repository import Returned
from tests.cast import code_stock
from tests.unit.proofs.machine import STAFF, ShopMachine, expect_refusal, numbers, with_log
from tests.unit.proofs.model import CODES, Order


class GoodsMachine(ShopMachine):
    @precondition(lambda self: any(CODES in o.lines for o in self.model.orders.values()))
    @rule(number=numbers)
    def reveal(self, number: int) -> None:
        coded = [order for order in self.model.orders.values() if CODES in order.lines][::-1]
        order = coded[number % len(coded)]
        path = f"/api/v1/orders/{order.id}/lines/{CODES}/reveal"
        answer = self.ask(order.user, "POST", path)
        if order.status == "cancelled":
            expect_refusal(answer, 409, "order-cancelled")
        elif not order.left(CODES):
            expect_refusal(answer, 404, "not-found")
        else:
            assert answer.status_code == 200, answer.text
            codes = answer.json()["codes"]
            assert len(codes) == len(set(codes)) == order.left(CODES)
            order.is_revealed = True

    @precondition(lambda self: self.model.orders)
    @rule(
        number=numbers,
        line=numbers,
        quantity=st.sampled_from([1, 1, 2, 3]),
        is_restocked=st.booleans(),
    )
    def return_some(self, number: int, line: int, quantity: int, is_restocked: bool) -> None:
        order = self.one_of_the_orders(number)
        product = list(order.lines)[line % len(order.lines)]
        wanted = {"items": [{"product_id": product, "quantity": quantity}]}
        path = f"/api/v1/orders/{order.id}/return-request"
        answer = self.ask(order.user, "POST", path, json=wanted)
        returnable = order.returnable()
        if returnable and quantity > order.left(product):
            expect_refusal(answer, 409, "too-many-items")
        elif quantity > returnable.get(product, 0):
            expect_refusal(answer, 409, "not-returnable")
        else:
            assert answer.status_code == 201, answer.text
            came = Returned(product, quantity, quantity if is_restocked else 0)
            self.take_in(order, answer.json()["id"], came)

    def take_in(self, order: Order, request: int, came: Returned) -> None:
        """Twice, as a form that is sent twice."""
        is_restocked = bool(came.restocked)
        self.model.take_in(order, came.product_id, came.quantity, is_restocked=is_restocked)
        assert self.run(self.staff.returns.take_in(order.id, request, [came]))
        assert not self.run(self.staff.returns.take_in(order.id, request, [came]))

    @rule(count=st.integers(1, 2))
    def import_codes(self, count: int) -> None:
        stock = code_stock()
        codes = [stock.sealed(str(uuid.uuid4()), None) for _ in range(count)]
        movement = Movement(STAFF, "test", f"staff:{uuid.uuid4()}")
        added: int = self.run(with_log(f"product:{CODES}", stock.add(CODES, codes, movement)))
        self.model.stock[CODES] += count
        assert added == self.model.stock[CODES]

    @precondition(lambda self: self.model.stock[CODES])
    @rule()
    def void_code(self) -> None:
        codes = self.run(CodeStockRepository().of_product(CODES, None, 100))
        free = [code.id for code in codes if code.state == "free"]
        assert len(free) == self.model.stock[CODES]
        movement = Movement(STAFF, "test", f"staff:{uuid.uuid4()}")
        work = with_log(f"product:{CODES}", code_stock().void(CODES, free[:1], movement))
        assert self.run(work) == 1
        self.model.stock[CODES] -= 1

    @precondition(lambda self: any(CODES in o.lines for o in self.model.orders.values()))
    @rule(number=numbers)
    def replace_code(self, number: int) -> None:
        """Only while its buyer has not seen it, so that all codes of a line are seen or none is."""
        orders = [o for o in self.model.orders.values() if CODES in o.lines and not o.is_revealed]
        orders = [order for order in orders if order.left(CODES)][::-1]
        if not orders:
            return None
        order = orders[number % len(orders)]
        codes = self.run(SoldCodeRepository().of_order(order.id))
        code = next(code.id for code in codes if code.state == "sold")
        movement = Movement(STAFF, "test", f"staff:{uuid.uuid4()}")
        replace = self.staff.sold_codes.replace(order.id, code, movement)
        work = with_log(f"product:{CODES}", replace)
        if not self.model.stock[CODES]:
            return self.expect_refused_to_staff(InvalidInput, work)
        assert self.run(work) == CODES
        self.model.stock[CODES] -= 1
        return None
