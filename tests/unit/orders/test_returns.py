"""Items are asked to be returned; staff take them in or refuse."""

import re
from typing import Any

import httpx
import pytest
from asyncpg.exceptions import UniqueViolationError
from litestar import Litestar

from shop.audit.service import Audit
from shop.orders.refund_repository import Returned
from shop.orders.return_tables import ReturnRequest
from shop.orders.steps import OrderSteps
from shop.orders.tables import Order
from shop.settings import Settings
from shop.start.services import Shop
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
from tests.unit.proofs.delivery import deliver_all
from tests.unit.staff.conftest import actions_of, chief, send  # noqa: F401 - a fixture


async def ask(
    client: httpx.AsyncClient, order_id: int, *items: tuple[int, int], **more: Any
) -> httpx.Response:
    wanted = [{"product_id": id_, "quantity": n} for id_, n in items]
    url = f"/api/v1/orders/{order_id}/return-request"
    return await client.post(url, json={"items": wanted, **more})


async def test_requests_page_by_key(
    chief: SignedIn,  # noqa: F811 - a fixture
    order: int,
) -> None:
    await ReturnRequest.raw(
        """
        WITH copies AS (
            INSERT INTO orders ("user", total, status, closed_at)
            SELECT "user", total, 'fulfilled', now() FROM orders, generate_series(1, 60)
            WHERE id = {} RETURNING id
        ), asked AS (INSERT INTO return_requests ("order") SELECT id FROM copies RETURNING id)
        INSERT INTO return_request_lines (request, product, quantity)
        SELECT asked.id, l.product, 1 FROM asked, order_lines l WHERE l."order" = {}
        """,
        order,
        order,
    )
    first = (await chief.get("/staff/returns")).text
    [more] = re.findall(r'href="([^"]+)" rel="next"', first)
    second = (await chief.get(more.replace("&amp;", "&"))).text
    links = [re.findall(r'href="/staff/orders/(\d+)"', page) for page in (first, second)]
    assert [len(found) for found in links] == [50, 10]
    assert len({*links[0], *links[1]}) == 60


async def test_a_return_is_asked_for_and_taken_in(
    alice: httpx.AsyncClient,
    browser_of_alice: SignedIn,
    chief: SignedIn,  # noqa: F811 - a fixture
    app: Litestar,
    receiver: Receiver,
    cast: Cast,
    steps: OrderSteps,
    pen: int,
    order: int,
) -> None:
    await steps.collect(order)
    asked = await ask(alice, order, (pen, 2), reason="색이 달라요")
    assert (asked.status_code, asked.json()["status"]) == (201, "asked")
    assert (await ask(alice, order, (pen, 2))).json()["id"] == asked.json()["id"]
    assert code_of(await ask(alice, order, (pen, 1))) == "return-open"
    assert await balance_of(cast.alice) == 96_400
    assert "색이 달라요" in (await chief.get("/staff/returns")).text
    path = f"/staff/orders/{order}"
    action = f"{path}/returns/{asked.json()['id']}/take-in"
    await send(chief, path, action, quantity="2", restock=[])
    assert (await balance_of(cast.alice), await stock_of(pen)) == (98_400, 7)
    shown = (await alice.get(f"/api/v1/orders/{order}")).json()
    assert (shown["status"], shown["refunded"]) == ("fulfilled", 2_000)
    assert shown["items"][0]["returned"] == 2
    assert ("return.take-in", "") in await actions_of(f"order:{order}")
    assert (await browser_of_alice.get(f"/orders/{order}")).status_code == 200
    assert code_of(await ask(alice, order, (pen, 2))) == "too-many-items"
    await deliver_all(app)
    assert receiver.messages[-1].data["refund"]["kind"] == "return"


async def test_fewer_items_than_requested_can_be_returned_to_stock(
    alice: httpx.AsyncClient, settings: Settings, cast: Cast, pen: int, order: int
) -> None:
    shop = Shop(settings)
    await shop.steps.collect(order)
    request_id = (await ask(alice, order, (pen, 3))).json()["id"]
    for wrong in ([], [Returned(pen, 4, 0)], [Returned(pen, 1, 2)], [Returned(999, 1, 1)]):
        with pytest.raises(Exception):  # noqa: B017, PT011 - each is a ShopError
            await shop.returns.take_in(order, request_id, wrong)
    assert await shop.returns.take_in(order, request_id, [Returned(pen, 2, 1)])
    assert not await shop.returns.take_in(order, request_id, [Returned(pen, 1, 1)])
    assert (await balance_of(cast.alice), await stock_of(pen)) == (98_400, 8)


async def test_a_refused_return_says_why(
    alice: httpx.AsyncClient,
    browser_of_alice: SignedIn,
    chief: SignedIn,  # noqa: F811 - a fixture
    cast: Cast,
    steps: OrderSteps,
    pen: int,
    order: int,
) -> None:
    await steps.collect(order)
    request_id = (await ask(alice, order, (pen, 1))).json()["id"]
    path = f"/staff/orders/{order}"
    await send(chief, path, f"{path}/returns/{request_id}/refuse", reason="사용한 상품")
    assert "사용한 상품" in (await browser_of_alice.get(f"/orders/{order}")).text
    assert await balance_of(cast.alice) == 96_400
    assert (await ask(alice, order, (pen, 1))).status_code == 201


async def test_only_recently_delivered_items_can_be_returned(
    alice: httpx.AsyncClient, steps: OrderSteps, pen: int, order: int
) -> None:
    assert code_of(await ask(alice, order, (pen, 1))) == "not-returnable"
    await steps.collect(order)
    await Order.raw("UPDATE orders SET closed_at = now() - interval '7 days'")
    assert code_of(await ask(alice, order, (pen, 1))) == "not-returnable"
    assert (await alice.get(f"/orders/{order}/return-request")).status_code == 409


async def refuse_all(settings: Settings, order_id: int) -> None:
    returns = Shop(settings).returns
    for request in await returns.of_order(order_id):
        await returns.refuse(order_id, request.id, "no")


async def test_a_key_makes_one_request_also_after_staff_have_answered(
    alice: httpx.AsyncClient, steps: OrderSteps, settings: Settings, pen: int, order: int
) -> None:
    await steps.collect(order)
    alice.headers["Idempotency-Key"] = "one-pen"
    first = await ask(alice, order, (pen, 1), reason="big")
    assert (first.status_code, "idempotency-replayed" in first.headers) == (201, False)
    await refuse_all(settings, order)
    again = await ask(alice, order, (pen, 1), reason="big")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json() == {**first.json(), "status": "refused"}
    for changed in (
        await ask(alice, order, (pen, 2), reason="big"),
        await ask(alice, order, (pen, 1), reason="small"),
    ):
        assert (changed.status_code, code_of(changed)) == (422, "idempotency-key-reused")
    assert await ReturnRequest.count() == 1


async def test_a_refused_key_can_be_tried_again_and_another_key_is_another_request(
    alice: httpx.AsyncClient, steps: OrderSteps, settings: Settings, pen: int, order: int
) -> None:
    alice.headers["Idempotency-Key"] = "early"
    assert code_of(await ask(alice, order, (pen, 1))) == "not-returnable"
    await steps.collect(order)
    assert (await ask(alice, order, (pen, 1))).status_code == 201
    alice.headers["Idempotency-Key"] = "late"
    assert code_of(await ask(alice, order, (pen, 1))) == "return-open"
    await refuse_all(settings, order)
    assert (await ask(alice, order, (pen, 1))).json()["status"] == "asked"


async def test_the_form_of_a_return_sent_again_after_the_answer_opens_no_second(
    browser_of_alice: SignedIn, steps: OrderSteps, settings: Settings, pen: int, order: int
) -> None:
    await steps.collect(order)
    url = f"/orders/{order}/return-request"
    [key] = re.findall(r'name="key" value="([^"]+)"', (await browser_of_alice.get(url)).text)
    form = {"product_id": str(pen), "quantity": "1", "key": key}
    for _ in range(2):
        assert (await browser_of_alice.post(url, data=form)).status_code == 303
        await refuse_all(settings, order)
    assert await ReturnRequest.count() == 1
    edited = await browser_of_alice.post(url, data={**form, "quantity": "2"})
    assert (edited.status_code, key in edited.text) == (422, False)


async def test_a_cancelled_order_is_not_returned(
    alice: httpx.AsyncClient, pen: int, order: int
) -> None:
    await alice.post(f"/api/v1/orders/{order}/cancel")
    assert code_of(await ask(alice, order, (pen, 1))) == "not-returnable"


async def test_a_form_asks_for_a_return(
    browser_of_alice: SignedIn, steps: OrderSteps, pen: int, order: int
) -> None:
    await steps.collect(order)
    url = f"/orders/{order}/return-request"
    page = (await browser_of_alice.get(f"{url}?lang=en")).text
    assert ("1,000 points each, at most 3" in page, "300 points each, at most 2" in page) == (
        True,
        True,
    )
    assert "개당 1,000P, 최대 3개" in (await browser_of_alice.get(f"{url}?lang=ko")).text
    form = {"product_id": str(pen), "quantity": "1", "reason": "커요"}
    assert (await browser_of_alice.post(url, data=form)).status_code == 303
    wrong = await browser_of_alice.post(url, data={**form, "quantity": "9", "reason": "<커요>"})
    assert (wrong.status_code, "&lt;커요&gt;" in wrong.text) == (409, True)


async def test_one_request_of_an_order_is_open(
    alice: httpx.AsyncClient, steps: OrderSteps, pen: int, order: int
) -> None:
    await steps.collect(order)
    await ask(alice, order, (pen, 1))
    with pytest.raises(UniqueViolationError):
        await ReturnRequest.raw('INSERT INTO return_requests ("order") VALUES ({})', order)


@pytest.mark.committed
async def test_a_return_taken_in_many_times_at_once_refunds_once(
    app: Litestar, cast: Cast, settings: Settings, database_url: str
) -> None:
    pen, shop = await make_product(price=PRICE, stock=50), Shop(settings)
    async with header_client(app, cast.alice) as alice:
        order = (await bought(alice, (pen, 2)))["id"]
        await shop.steps.collect(order)
        request_id = (await ask(alice, order, (pen, 2))).json()["id"]
    taken = await all_at_once(
        *(shop.returns.take_in(order, request_id, [Returned(pen, 2, 2)]) for _ in range(8))
    )
    assert sorted(taken) == [False] * 7 + [True]
    assert (await balance_of(cast.alice), await stock_of(pen)) == (100_000, 50)
    for finding in await Audit(database_url).run():
        assert finding.problems == []
