"""The steps of an order after it was paid, with their constraints and messages."""

from typing import Any

import httpx
import pytest
from asyncpg.exceptions import CheckViolationError
from litestar import Litestar

from shop.errors import InvalidInput
from shop.orders.carriers import Parcel
from shop.orders.change_errors import StepImpossible
from shop.orders.errors import OrderNotFound
from shop.orders.steps import OrderSteps
from shop.orders.tables import Order
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import Cast, Receiver, all_at_once, make_product
from tests.unit.buying import bought, code_of
from tests.unit.conftest import header_client
from tests.unit.orders.test_recipient import HOME
from tests.unit.proofs.delivery import deliver_all

CJ = Parcel("cj", "6012-3456-7890")


@pytest.fixture
async def tent(cast: Cast) -> int:
    return await make_product("텐트", delivery="parcel")


@pytest.fixture
async def pencil(cast: Cast) -> int:
    return await make_product()


@pytest.fixture
async def order(alice: httpx.AsyncClient, tent: int) -> int:
    return int((await bought(alice, (tent, 1), recipient=HOME))["id"])


@pytest.fixture
async def mixed(alice: httpx.AsyncClient, tent: int, pencil: int) -> int:
    return int((await bought(alice, (tent, 1), (pencil, 1), recipient=HOME))["id"])


async def shown(client: httpx.AsyncClient, order_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/v1/orders/{order_id}")).json()
    return found


async def test_a_parcel_is_packed_shipped_and_delivered(
    alice: httpx.AsyncClient, app: Litestar, receiver: Receiver, steps: OrderSteps, order: int
) -> None:
    for step, status in (
        (steps.prepare(order), "preparing"),
        (steps.ship(order, CJ), "shipped"),
        (steps.deliver(order), "fulfilled"),
    ):
        assert await step
        assert (await shown(alice, order))["status"] == status
    [shipment] = (await shown(alice, order))["shipments"]
    assert shipment["carrier"] == "cj"
    assert shipment["tracking_no"] == "601234567890"
    assert shipment["tracking_url"].endswith("wblNo=601234567890")
    await deliver_all(app)
    types = [message.type for message in receiver.messages]
    assert types == ["order.created", "order.shipped", "order.fulfilled"]
    told = receiver.messages[1].data
    assert (told["status"], told["shipments"]) == ("shipped", [shipment])
    assert "recipient" not in told


async def test_each_step_again_changes_nothing(
    app: Litestar, receiver: Receiver, steps: OrderSteps, order: int
) -> None:
    assert [await steps.prepare(order) for _ in range(2)] == [True, False]
    assert [await steps.ship(order, CJ) for _ in range(2)] == [True, False]
    assert [await steps.deliver(order) for _ in range(2)] == [True, False]
    assert await steps.ship(order, CJ) is False
    assert await steps.fulfil(order) is False
    await deliver_all(app)
    assert len(receiver.messages) == 3


async def test_an_order_has_several_parcels(
    alice: httpx.AsyncClient, app: Litestar, receiver: Receiver, steps: OrderSteps, order: int
) -> None:
    await steps.prepare(order)
    for number in ("11111", "22222"):
        await steps.ship(order, Parcel("우체국택배", number))
    shipments = (await shown(alice, order))["shipments"]
    assert [(s["carrier"], s["tracking_no"]) for s in shipments] == [
        ("epost", "11111"),
        ("epost", "22222"),
    ]
    await deliver_all(app)
    assert [message.type for message in receiver.messages].count("order.shipped") == 2


@pytest.mark.parametrize(
    ("done", "step"),
    [
        ([], "ship"),
        ([], "deliver"),
        ([], "fulfil"),
        ([], "collect"),
        (["prepare"], "deliver"),
        (["prepare"], "fulfil"),
        (["prepare", "ship"], "prepare"),
        (["prepare", "ship"], "unprepare"),
        (["prepare", "ship", "deliver"], "prepare"),
        (["cancel"], "prepare"),
        (["cancel"], "ship"),
        (["cancel"], "fulfil"),
        (["cancel"], "take_back"),
    ],
)
async def test_a_step_out_of_turn_is_impossible(
    alice: httpx.AsyncClient, steps: OrderSteps, order: int, done: list[str], step: str
) -> None:
    for name in done:
        if name == "cancel":
            await alice.post(f"/api/v1/orders/{order}/cancel")
        else:
            await take(steps, name, order)
    before = await Order.select()
    with pytest.raises(StepImpossible):
        await take(steps, step, order, "99999")
    assert await Order.select() == before


async def take(steps: OrderSteps, name: str, order_id: int, number: str = "12345") -> object:
    if name == "ship":
        return await steps.ship(order_id, Parcel("cj", number))
    return await getattr(steps, name)(order_id)


async def test_an_order_is_cancelled_only_while_it_is_paid(
    alice: httpx.AsyncClient, steps: OrderSteps, order: int
) -> None:
    url = f"/api/v1/orders/{order}/cancel"
    for name in ("prepare", "ship", "deliver"):
        await take(steps, name, order)
        assert code_of(await alice.post(url)) == "not-cancellable"


async def test_packing_that_was_begun_by_mistake_ends_and_the_order_can_be_cancelled(
    alice: httpx.AsyncClient, steps: OrderSteps, order: int
) -> None:
    await steps.prepare(order)
    assert await steps.unprepare(order)
    assert (await alice.post(f"/api/v1/orders/{order}/cancel")).status_code == 200


async def test_the_recipient_is_fixed_once_packing_begins(
    alice: httpx.AsyncClient, steps: OrderSteps, order: int
) -> None:
    url = f"/orders/{order}/recipient"
    assert (await alice.post(url, data=HOME)).status_code == 303
    await steps.prepare(order)
    assert (await alice.post(url, data=HOME)).status_code == 409


async def test_desk_goods_are_fulfilled_from_paid_and_never_packed(
    alice: httpx.AsyncClient, steps: OrderSteps, pencil: int
) -> None:
    order = (await bought(alice, (pencil, 1)))["id"]
    with pytest.raises(StepImpossible):
        await steps.prepare(order)
    assert await steps.collect(order)
    assert (await shown(alice, order))["status"] == "fulfilled"
    assert await steps.take_back(order) == "paid"
    assert await steps.fulfil(order)


@pytest.mark.parametrize("first", ["desk", "parcel"])
async def test_an_order_of_both_is_fulfilled_when_both_have_arrived(
    alice: httpx.AsyncClient, steps: OrderSteps, mixed: int, first: str
) -> None:
    if first == "desk":
        assert await steps.collect(mixed)
        assert (await shown(alice, mixed))["status"] == "paid"
        answer = await alice.post(f"/api/v1/orders/{mixed}/cancel")
        assert code_of(answer) == "not-cancellable"
    await take(steps, "prepare", mixed)
    await take(steps, "ship", mixed)
    await steps.deliver(mixed)
    if first == "parcel":
        assert (await shown(alice, mixed))["status"] == "shipped"
        assert await steps.collect(mixed)
    assert (await shown(alice, mixed))["status"] == "fulfilled"
    assert await steps.take_back(mixed) == "shipped"


async def test_an_order_that_was_taken_back_sends_a_second_message(
    app: Litestar, receiver: Receiver, steps: OrderSteps, order: int
) -> None:
    await take(steps, "prepare", order)
    await take(steps, "ship", order)
    for _ in range(2):
        await steps.fulfil(order)
        await steps.take_back(order)
    await deliver_all(app)
    types = [message.type for message in receiver.messages]
    assert types == ["order.created", "order.shipped", "order.fulfilled", "order.fulfilled"]


async def test_a_wrong_number_is_corrected(
    alice: httpx.AsyncClient, steps: OrderSteps, order: int
) -> None:
    await steps.prepare(order)
    await steps.ship(order, CJ)
    [shipment] = (await steps._one(order)).shipments
    before = await steps.correct(order, shipment.id, Parcel("lotte", "55555"))
    assert before == Parcel("cj", "601234567890")
    with pytest.raises(InvalidInput):
        await steps.correct(order, shipment.id, Parcel("lotte", "5 5 5 5 5"))
    [shipment_json] = (await shown(alice, order))["shipments"]
    assert (shipment_json["carrier"], shipment_json["tracking_no"]) == ("lotte", "55555")


@pytest.mark.parametrize("number", ["", "1234", "1" * 41, "123456가", "12345\x00", "<b>12345"])
async def test_an_invalid_tracking_number_is_refused(
    steps: OrderSteps, order: int, number: str
) -> None:
    await steps.prepare(order)
    with pytest.raises(InvalidInput):
        await steps.ship(order, Parcel("cj", number))


@pytest.mark.parametrize("carrier", ["", " ", "x" * 21, "a\nb"])
async def test_an_invalid_carrier_is_refused(steps: OrderSteps, order: int, carrier: str) -> None:
    await steps.prepare(order)
    with pytest.raises(InvalidInput):
        await steps.ship(order, Parcel(carrier, "12345"))


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**70])
async def test_an_unknown_order_is_not_found(steps: OrderSteps, cast: Cast, number: int) -> None:
    for name in ("prepare", "unprepare", "ship", "deliver", "collect", "fulfil", "take_back"):
        with pytest.raises(OrderNotFound):
            await take(steps, name, number)


@pytest.mark.parametrize(
    "damage",
    [
        "status = 'packed'",
        "status = 'preparing'",
        "status = 'shipped'",
        "status = 'shipped', shipped_at = now()",
        "status = 'fulfilled'",
        "status = 'cancelled'",
        "preparing_at = now()",
        "closed_at = now()",
        "status = 'cancelled', closed_at = now(), preparing_at = now()",
        "status = 'cancelled', closed_at = now(), collected_at = now()",
        "status = 'fulfilled', closed_at = now(), preparing_at = now()",
    ],
)
async def test_the_database_knows_no_status_without_its_steps(order: int, damage: str) -> None:
    with pytest.raises(CheckViolationError):
        await Order.raw(f"UPDATE orders SET {damage}")


@pytest.mark.committed
async def test_two_packers_never_take_one_order(
    app: Litestar, cast: Cast, settings: Settings
) -> None:
    tent = await make_product("텐트", delivery="parcel")
    async with header_client(app, cast.alice) as alice:
        order = (await bought(alice, (tent, 1), recipient=HOME))["id"]
    packers = [Shop(settings).steps for _ in range(8)]
    taken = await all_at_once(*(packer.prepare(order) for packer in packers))
    assert sorted(taken) == [False] * 7 + [True]


@pytest.mark.committed
async def test_a_cancel_or_packing_wins_never_both(
    app: Litestar, cast: Cast, settings: Settings
) -> None:
    steps, tent = Shop(settings).steps, await make_product("텐트", stock=50, delivery="parcel")
    for _ in range(5):
        async with header_client(app, cast.alice) as alice:
            order = (await bought(alice, (tent, 1), recipient=HOME))["id"]
            cancelled, packed = await all_at_once(
                alice.post(f"/api/v1/orders/{order}/cancel"), steps.prepare(order)
            )
            status = (await shown(alice, order))["status"]
        if status == "cancelled":
            assert (cancelled.status_code, type(packed)) == (200, StepImpossible)
        else:
            assert (status, code_of(cancelled), packed) == ("preparing", "not-cancellable", True)
