"""Some items are cancelled: never more is paid back than was paid."""

import re
from typing import Any

import httpx
import pytest
from asyncpg.exceptions import CheckViolationError
from litestar import Litestar

from shop.orders.return_tables import OrderRefund
from shop.orders.steps import OrderSteps
from shop.orders.tables import Order, OrderLine
from shop.settings import Settings
from tests.cast import (
    Cast,
    Receiver,
    SignedIn,
    all_at_once,
    balance_of,
    make_product,
    stock_of,
)
from tests.unit.buying import bought, code_of
from tests.unit.conftest import header_client
from tests.unit.orders.conftest import PRICE
from tests.unit.orders.test_recipient import HOME
from tests.unit.orders.test_returns import ask
from tests.unit.proofs.delivery import deliver_all
from tests.unit.staff.conftest import actions_of, chief, send  # noqa: F401 - a fixture


async def cancel(
    client: httpx.AsyncClient, order_id: int, *items: tuple[int, int], **more: Any
) -> httpx.Response:
    wanted = [{"product_id": id_, "quantity": n} for id_, n in items]
    url = f"/api/v1/orders/{order_id}/cancel-items"
    return await client.post(url, json={"items": wanted, **more})


async def test_some_items_are_cancelled_and_the_rest_stands(
    alice: httpx.AsyncClient, app: Litestar, receiver: Receiver, cast: Cast, pen: int, order: int
) -> None:
    shown = (await cancel(alice, order, (pen, 2))).json()
    assert (shown["status"], shown["refunded"], shown["total"]) == ("paid", 2_000, 3_600)
    assert shown["items"][0]["cancelled"] == 2
    assert "cancelled" not in shown["items"][1]
    assert (await balance_of(cast.alice), await stock_of(pen)) == (98_400, 9)
    entry = (await alice.get("/api/v1/points/entries")).json()["items"][0]
    assert (entry["kind"], entry["amount"], entry["order_id"]) == ("refund", 2_000, order)
    await deliver_all(app)
    told = receiver.messages[-1]
    assert told.type == "order.refunded"
    assert told.data["refund"] == {
        "kind": "cancel",
        "points": 2_000,
        "items": [{"product_id": pen, "quantity": 2}],
    }


async def test_the_rest_is_cancelled_for_the_rest_of_the_points(
    alice: httpx.AsyncClient, app: Litestar, receiver: Receiver, cast: Cast, pen: int, order: int
) -> None:
    await cancel(alice, order, (pen, 1))
    shown = (await alice.post(f"/api/v1/orders/{order}/cancel")).json()
    assert shown["status"] == "cancelled"
    assert (await balance_of(cast.alice), await stock_of(pen)) == (100_000, 10)
    await deliver_all(app)
    types = [message.type for message in receiver.messages]
    assert types == ["order.created", "order.refunded", "order.cancelled"]


async def test_an_order_of_which_all_items_are_cancelled_is_cancelled(
    alice: httpx.AsyncClient, cast: Cast, pen: int, ink: int, order: int
) -> None:
    assert (await cancel(alice, order, (pen, 3))).json()["status"] == "paid"
    assert (await cancel(alice, order, (ink, 2))).json()["status"] == "cancelled"
    assert await balance_of(cast.alice) == 100_000
    assert code_of(await cancel(alice, order, (ink, 1))) == "not-cancellable"


@pytest.mark.parametrize("quantity", [4, 99, 100, 10**12])
async def test_more_than_was_bought_is_not_cancelled(
    alice: httpx.AsyncClient, cast: Cast, pen: int, order: int, quantity: int
) -> None:
    assert code_of(await cancel(alice, order, (pen, quantity))) == "too-many-items"
    assert code_of(await cancel(alice, order, (pen, 2), (pen, 2))) == "too-many-items"
    await cancel(alice, order, (pen, 2))
    assert code_of(await cancel(alice, order, (pen, 2))) == "too-many-items"
    assert await balance_of(cast.alice) == 98_400


@pytest.mark.parametrize("items", [[], [(1, 0)], [(1, -1)], [(999, 1)]])
async def test_items_that_the_order_does_not_have_are_refused(
    alice: httpx.AsyncClient, pen: int, order: int, items: list[tuple[int, int]]
) -> None:
    wanted = [(pen if id_ == 1 else id_, n) for id_, n in items]
    assert (await cancel(alice, order, *wanted)).status_code == 400
    assert (await ask(alice, order, *wanted)).status_code == 400


async def test_another_users_order_is_404(bob: httpx.AsyncClient, pen: int, order: int) -> None:
    assert (await cancel(bob, order, (pen, 1))).status_code == 404
    assert (await ask(bob, order, (pen, 1))).status_code == 404


async def test_a_form_that_is_sent_twice_cancels_once(
    alice: httpx.AsyncClient, browser_of_alice: SignedIn, cast: Cast, pen: int, order: int
) -> None:
    url = f"/orders/{order}/cancel-items"
    assert "펜" in (await browser_of_alice.get(url)).text
    form = {"refunded": "0", "product_id": str(pen), "quantity": "1"}
    assert (await browser_of_alice.post(url, data=form)).status_code == 303
    assert (await browser_of_alice.post(url, data=form)).status_code == 409
    assert await balance_of(cast.alice) == 97_400
    again = await cancel(alice, order, (pen, 1), expected_refunded=0)
    assert code_of(again) == "order-changed"
    receipt = (await browser_of_alice.get(f"/orders/{order}")).text
    assert "1,000" in receipt


@pytest.mark.parametrize("quantity", ["", "x", "1.5"])
async def test_a_form_with_an_odd_number_is_refused(
    browser_of_alice: SignedIn, pen: int, order: int, quantity: str
) -> None:
    form = {"refunded": "0", "product_id": str(pen), "quantity": quantity}
    for action in ("cancel-items", "return-request"):
        answer = await browser_of_alice.post(f"/orders/{order}/{action}", data=form)
        assert answer.status_code == 400


async def test_a_refused_form_keeps_the_chosen_quantities(
    browser_of_alice: SignedIn, steps: OrderSteps, pen: int, order: int
) -> None:
    form = {"refunded": "0", "product_id": str(pen), "quantity": "9"}
    chosen = re.compile(rf'id="quantity-{pen}"[^>]* value="9"')
    refused = await browser_of_alice.post(f"/orders/{order}/cancel-items", data=form)
    assert (refused.status_code, bool(chosen.search(refused.text))) == (409, True)
    await steps.collect(order)
    refused = await browser_of_alice.post(f"/orders/{order}/return-request", data=form)
    assert (refused.status_code, bool(chosen.search(refused.text))) == (409, True)


async def test_a_form_without_items_is_refused_in_words(
    browser_of_alice: SignedIn, pen: int, order: int
) -> None:
    form = {"refunded": "0", "product_id": str(pen), "quantity": "0"}
    page = (await browser_of_alice.post(f"/orders/{order}/cancel-items?lang=ko", data=form)).text
    assert ("<b>상품</b>" in page, "<b>items</b>" in page) == (True, False)


async def test_nothing_is_cancelled_once_packing_begins(
    alice: httpx.AsyncClient, steps: OrderSteps
) -> None:
    tent = await make_product("텐트", price=500, delivery="parcel")
    order = (await bought(alice, (tent, 2), recipient=HOME))["id"]
    await steps.prepare(order)
    assert code_of(await cancel(alice, order, (tent, 1))) == "not-cancellable"


async def test_an_order_whose_parcels_were_cancelled_is_picked_up(
    alice: httpx.AsyncClient, steps: OrderSteps, pen: int
) -> None:
    tent = await make_product("텐트", price=500, delivery="parcel")
    order = (await bought(alice, (tent, 1), (pen, 1), recipient=HOME))["id"]
    await cancel(alice, order, (tent, 1))
    assert await steps.collect(order)
    assert (await alice.get(f"/api/v1/orders/{order}")).json()["status"] == "fulfilled"


async def test_staff_cancel_some_items_with_a_reason(
    chief: SignedIn,  # noqa: F811 - a fixture
    cast: Cast,
    pen: int,
    ink: int,
    order: int,
) -> None:
    path = f"/staff/orders/{order}"
    await send(chief, path, f"{path}/cancel-items", quantity=["1", "0"], reason="파손")
    assert (await balance_of(cast.alice), await stock_of(pen)) == (97_400, 8)
    assert await actions_of(f"order:{order}") == [("order.cancel-items", "파손")]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE orders SET refunded = total + 1",
        "UPDATE orders SET refunded = -1",
        "UPDATE orders SET status = 'cancelled', closed_at = now()",
        "UPDATE order_lines SET cancelled = quantity + 1",
        "UPDATE order_lines SET cancelled = 1, returned = quantity",
        "UPDATE order_lines SET returned = -1",
    ],
)
async def test_the_database_refuses_to_refund_more_than_was_paid(order: int, damage: str) -> None:
    with pytest.raises(CheckViolationError):
        await OrderLine.raw(damage)


@pytest.mark.committed
async def test_interleaved_cancels_of_items_refund_the_total_once(
    app: Litestar, cast: Cast, settings: Settings
) -> None:
    pen = await make_product(price=PRICE, stock=50)
    async with header_client(app, cast.alice) as alice:
        order = (await bought(alice, (pen, 5)))["id"]
        whole = alice.post(f"/api/v1/orders/{order}/cancel")
        answers = await all_at_once(
            *(cancel(alice, order, (pen, 1)) for _ in range(8)),
            whole,
            cancel(alice, order, (pen, 3)),
        )
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert (await balance_of(cast.alice), await stock_of(pen)) == (100_000, 50)
    [row] = await Order.select(Order.status, Order.refunded)
    assert row == {"status": "cancelled", "refunded": 5_000}
    assert sum(r["amount"] for r in await OrderRefund.select(OrderRefund.amount)) == 5_000


async def test_the_receipt_names_what_a_later_cancellation_refunds_and_then_the_whole(
    alice: httpx.AsyncClient, browser_of_alice: SignedIn
) -> None:
    order = await bought(alice, (await make_product(price=1_000), 3))
    receipt = f"/orders/{order['id']}?lang=en"
    items = {"items": [{"product_id": order["items"][0]["product_id"], "quantity": 1}]}
    answer = await alice.post(f"/api/v1/orders/{order['id']}/cancel-items", json=items)
    assert answer.status_code == 200, answer.text
    assert "2,000 points will be refunded right away." in (await browser_of_alice.get(receipt)).text
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    assert "3,000 points were refunded." in (await browser_of_alice.get(receipt)).text
