"""What is no number in ASCII digits, or too long for one, is refused and never cut to one."""

from typing import Any

import httpx
import pytest

from shop.numbers import row_id, whole_number
from shop.orders.tables import Order
from tests.cast import SignedIn, make_product
from tests.unit.bad_input.refusals import DIGITS, refused, refused_field
from tests.unit.staff.conftest import chief  # noqa: F401 - a fixture

CUT = "0" * 18 + "123456"  # its first 20 characters are 12
ODD = ["1_0", "+5", " 5", "5 ", "٣", "１", CUT, DIGITS]
each_odd = pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd[:24]))


@each_odd
def test_only_ascii_digits_are_a_number(odd: str) -> None:
    assert whole_number(odd) is None


def test_ids_are_those_that_a_row_can_have() -> None:
    assert [row_id(text) for text in ("7", "0", "-7", str(2**63), "")] == [
        7,
        None,
        None,
        None,
        None,
    ]


@each_odd
async def test_the_checkout_refuses_it(alice: httpx.AsyncClient, odd: str) -> None:
    product = str(await make_product(price=1_000, stock=20))
    good = {"product_id": product, "quantity": "1", "unit_price": "1000", "idempotency_key": "key"}
    for field in ("product_id", "quantity", "unit_price", "in_cart", "address"):
        await refused_field(alice, "POST", "/checkout", data={**good, field: odd})
    params = {"product_id": product, "quantity": odd}
    await refused_field(alice, "GET", "/checkout", params=params)
    assert await Order.count() == 0


@pytest.mark.parametrize(
    ("language", "message"),
    [("en", "Please enter a whole number."), ("ko", "정수를 입력해 주세요.")],
)
async def test_the_refusal_names_the_fault(
    alice: httpx.AsyncClient, language: str, message: str
) -> None:
    params = {"product_id": await make_product(), "quantity": "1_0", "lang": language}
    assert message in (await alice.get("/checkout", params=params)).text


@each_odd
@pytest.mark.parametrize("action", ["cancel-items", "return-request"])
async def test_a_change_of_an_order_refuses_it(
    alice: httpx.AsyncClient, odd: str, action: str
) -> None:
    product = await make_product(price=1_000, stock=20)
    items = [{"product_id": product, "quantity": 15}]
    order = (await alice.post("/api/v1/orders", json={"items": items})).json()["id"]
    good = {"product_id": str(product), "quantity": "1", "refunded": "0", "key": "key"}
    for field in ("product_id", "quantity"):
        path = f"/orders/{order}/{action}"
        await refused_field(alice, "POST", path, data={**good, field: odd})


STAFF_FORMS: dict[str, dict[str, Any]] = {
    "/staff/orders/fulfil": {"order_id": "{odd}"},
    "/staff/messages/send-again": {"message_id": "{odd}"},
    "/staff/stock/delivery/receive": {"lines": "{product}:{odd}", "reason": "x"},
    "/staff/products/{product}/options/labels": {
        "option_id": "{odd}",
        "label": "a",
        "label_en": "b",
    },
    "/staff/orders/{order}/cancel-items": {
        "product_id": "{product}",
        "quantity": "{odd}",
        "reason": "x",
    },
}


@pytest.mark.parametrize("odd", ["1_0", "+5", "٣", CUT, DIGITS], ids=lambda odd: ascii(odd[:24]))
@pytest.mark.parametrize("path", STAFF_FORMS)
async def test_forms_of_staff_refuse_it(
    chief: SignedIn,  # noqa: F811 - a fixture
    alice: httpx.AsyncClient,
    path: str,
    odd: str,
) -> None:
    product = await make_product(price=1_000, stock=20)
    items = [{"product_id": product, "quantity": 15}]
    order = (await alice.post("/api/v1/orders", json={"items": items})).json()["id"]
    known = {"odd": odd, "product": product, "order": order}
    form = {name: text.format_map(known) for name, text in STAFF_FORMS[path].items()}
    await refused(
        chief,
        "POST",
        path.format_map(known),
        data={**form, "form_key": "key-of-the-form-0123456789"},
    )


async def test_a_list_of_staff_finds_nothing_by_too_many_digits(
    chief: SignedIn,  # noqa: F811 - a fixture
) -> None:
    answer = await chief.get("/staff/stock", params={"q": DIGITS[:4_400]})
    assert answer.status_code < 500


async def test_a_link_for_a_password_has_a_number(guest: httpx.AsyncClient) -> None:
    for number in ("0" * 19 + "1" * 30, "٣", DIGITS):
        await refused(guest, "GET", f"/password/{number}-x")
