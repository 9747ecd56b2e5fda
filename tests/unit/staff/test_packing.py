"""Staff pack, ship and correct parcels: one by one, or by a file; each order by one of them."""

import re

import httpx
import pytest

from shop.order_number import order_number
from tests.cast import Cast, SignedIn, make_product
from tests.unit.buying import bought
from tests.unit.orders.test_recipient import HOME
from tests.unit.staff.conftest import actions_of, form_in, send

PACKING = "/staff/orders/packing"


@pytest.fixture
async def tent(cast: Cast) -> int:
    return await make_product("텐트", name_en="Tent", delivery="parcel", stock=50)


@pytest.fixture
async def order(alice: httpx.AsyncClient, tent: int) -> int:
    return int((await bought(alice, (tent, 1), recipient=HOME))["id"])


async def status_of(client: httpx.AsyncClient, order_id: int) -> str:
    return str((await client.get(f"/api/v1/orders/{order_id}")).json()["status"])


async def prepare(client: SignedIn, *order_ids: int) -> httpx.Response:
    page = f"/staff/orders/picking?{'&'.join(f'order_id={id_}' for id_ in order_ids)}&lang=en"
    answer: httpx.Response = await send(client, page, "/staff/orders/prepare")
    return answer


async def ship(client: SignedIn, order_id: int, number: str) -> httpx.Response:
    action = f"/staff/orders/{order_id}/ship"
    answer: httpx.Response = await send(client, PACKING, action, carrier="cj", tracking_no=number)
    return answer


async def test_an_order_is_packed_from_the_picking_list_and_shipped(
    chief: SignedIn, alice: httpx.AsyncClient, order: int
) -> None:
    page = await prepare(chief, order)
    assert f"주문 {order_number(order)}번의 포장을 시작했습니다." in page.text
    assert HOME["line1"] in page.text
    assert await status_of(alice, order) == "preparing"
    await ship(chief, order, "1234 5678 9012")
    assert await status_of(alice, order) == "shipped"
    await send(chief, f"/staff/orders/{order}", "/staff/orders/fulfil")
    assert await status_of(alice, order) == "fulfilled"
    names = [name for name, _ in await actions_of(f"order:{order}")]
    assert names == ["order.prepare", "order.recipient-seen", "order.ship", "order.fulfil"]


async def test_a_second_packer_sees_that_a_colleague_packs_it(
    chief: SignedIn, clerk: SignedIn, order: int
) -> None:
    picking = f"/staff/orders/picking?order_id={order}"
    form = form_in((await clerk.get(picking)).text, "/staff/orders/prepare")
    await prepare(chief, order)
    answer = await clerk.post("/staff/orders/prepare", data=form)
    page = await clerk.get(f"{answer.headers['location']}&lang=en")
    assert f"Order {order_number(order)} is already being packed by a colleague." in page.text
    assert "Packed by admin" in page.text


async def test_an_order_with_a_parcel_is_not_fulfilled_before_it_was_shipped(
    chief: SignedIn, alice: httpx.AsyncClient, order: int
) -> None:
    confirm = f"/staff/orders/fulfil?order_id={order}&lang=en"
    page = await send(chief, confirm, "/staff/orders/fulfil", order_id=[order])
    assert "아직 발송하지 않은 택배" in page.text
    assert await status_of(alice, order) == "paid"


async def test_packing_is_undone_with_a_reason(
    chief: SignedIn, alice: httpx.AsyncClient, order: int
) -> None:
    await prepare(chief, order)
    path = f"/staff/orders/{order}"
    await send(chief, path, f"{path}/unprepare", reason="품절")
    assert await status_of(alice, order) == "paid"
    assert ("order.unprepare", "품절") in await actions_of(f"order:{order}")


async def test_a_wrong_tracking_number_stays_in_the_form(chief: SignedIn, order: int) -> None:
    await prepare(chief, order)
    answer = await ship(chief, order, "가나다")
    assert (answer.status_code, 'value="가나다"' in answer.text) == (400, True)


async def test_a_tracking_number_for_a_cancelled_order_is_refused(
    chief: SignedIn, alice: httpx.AsyncClient, order: int
) -> None:
    await prepare(chief, order)
    form = form_in((await chief.get(PACKING)).text, f"/staff/orders/{order}/ship")
    path = f"/staff/orders/{order}"
    await send(chief, path, f"{path}/unprepare", reason="x")
    await alice.post(f"/api/v1/orders/{order}/cancel")
    data = {**form, "carrier": "cj", "tracking_no": "12345"}
    assert (await chief.post(f"{path}/ship", data=data)).status_code == 400
    assert await status_of(alice, order) == "cancelled"


async def test_a_tracking_number_is_corrected(
    chief: SignedIn, alice: httpx.AsyncClient, order: int
) -> None:
    await prepare(chief, order)
    await ship(chief, order, "11111")
    path = f"/staff/orders/{order}"
    await send(chief, path, f"{path}/correct", carrier="lotte", tracking_no="22222")
    [shipment] = (await alice.get(f"/api/v1/orders/{order}")).json()["shipments"]
    assert (shipment["carrier"], shipment["tracking_no"]) == ("lotte", "22222")


async def test_a_wrong_correction_stays_in_its_form(chief: SignedIn, order: int) -> None:
    await prepare(chief, order)
    await ship(chief, order, "11111")
    path = f"/staff/orders/{order}"
    answer = await send(chief, path, f"{path}/correct", carrier="lotte", tracking_no="가나다")
    assert (answer.status_code, 'value="가나다"' in answer.text) == (400, True)
    assert '<details class="sure" open>' in answer.text
    assert 'class="field__error"' in answer.text


async def test_seeing_a_recipient_is_logged_once_an_hour(chief: SignedIn, order: int) -> None:
    for _ in range(3):
        assert HOME["line1"] in (await chief.get(f"/staff/orders/{order}")).text
    assert await actions_of(f"order:{order}") == [("order.recipient-seen", "")]


async def upload(client: SignedIn, text: str) -> httpx.Response:
    opened = (await client.get(PACKING)).text
    key = opened.split('name="form_key" value="')[-1].split('"')[0]
    data = {"form_key": key, "_csrf_token": client.csrf_token}
    answer = await client.post(PACKING, data=data, files={"file": ("p.csv", text.encode())})
    if answer.status_code == 303:
        return await client.get(answer.headers["location"])
    return answer


async def test_parcels_are_shipped_by_a_file_and_the_file_again_ships_nothing(
    chief: SignedIn, alice: httpx.AsyncClient, tent: int, order: int
) -> None:
    other = (await bought(alice, (tent, 1), recipient=HOME))["id"]
    await prepare(chief, order, other)
    out = (await chief.get(f"{PACKING}.csv?lang=en")).content.decode("utf-8-sig")
    assert out.splitlines()[0].startswith("Order number,Recipient,Phone")
    assert HOME["name"] in out
    assert order_number(order) in out
    lines = f"{order},CJ대한통운,111111,{HOME['name']}\n{order_number(other)},우체국택배,222222,\n"
    file = f"주문번호,택배사,운송장번호,받는분\n{lines}"
    assert (await upload(chief, file)).status_code == 200
    assert {await status_of(alice, id_) for id_ in (order, other)} == {"shipped"}
    third = (await bought(alice, (tent, 1), recipient=HOME))["id"]
    await prepare(chief, third)
    await upload(chief, file)
    assert len((await alice.get(f"/api/v1/orders/{order}")).json()["shipments"]) == 1


@pytest.mark.parametrize(
    "line",
    [
        "{order},CJ대한통운,111111,다른사람",
        "{order},CJ대한통운,1,",
        "{order},,111111,",
        "999999,CJ대한통운,111111,",
        "x,CJ대한통운,111111,",
        "99999999999999999999,CJ대한통운,111111,",
        "{unpacked},CJ대한통운,111111,",
    ],
)
async def test_a_file_with_a_wrong_line_ships_nothing(
    chief: SignedIn, alice: httpx.AsyncClient, tent: int, order: int, line: str
) -> None:
    good = (await bought(alice, (tent, 1), recipient=HOME))["id"]
    unpacked = (await bought(alice, (tent, 1), recipient=HOME))["id"]
    await prepare(chief, order, good)
    wrong = line.format(order=order, unpacked=unpacked)
    answer = await upload(
        chief, f"주문번호,택배사,운송장번호,받는분\n{good},cj,222222,{HOME['name']}\n{wrong}\n"
    )
    assert answer.status_code == 400
    assert await status_of(alice, good) == "preparing"


async def test_only_staff_with_the_right_pack(
    browser_of_alice: SignedIn, guest: httpx.AsyncClient, order: int
) -> None:
    for path in (PACKING, f"{PACKING}.csv"):
        assert (await browser_of_alice.get(path)).status_code == 404
        assert (await guest.get(path)).status_code == 303
    answer = await browser_of_alice.post("/staff/orders/prepare", data={"order_id": order})
    assert answer.status_code == 404


async def test_cancelled_items_are_neither_fetched_nor_packed(
    chief: SignedIn, alice: httpx.AsyncClient, tent: int
) -> None:
    mug = await make_product("머그", name_en="Mug", delivery="parcel")
    order = (await bought(alice, (tent, 3), (mug, 1), recipient=HOME))["id"]
    cancelled = [{"product_id": tent, "quantity": 2}, {"product_id": mug, "quantity": 1}]
    path = f"/api/v1/orders/{order}/cancel-items"
    assert (await alice.post(path, json={"items": cancelled})).status_code == 200
    page = (await chief.get(f"/staff/orders/picking?order_id={order}&lang=en")).text
    assert ("Tent" in page, "Mug" in page) == (True, False)
    assert re.findall(r'<td class="staff__number">(\d+)</td>', page) == ["1", "1"]
    listed = (await chief.get(f"/staff/orders/fulfil?order_id={order}&lang=en")).text
    assert ("Tent ×1" in listed, "and 1 more" in listed) == (True, False)
    await prepare(chief, order)
    packed = (await chief.get(f"{PACKING}?lang=en")).text
    assert ("Tent ×1" in packed, "Mug" in packed) == (True, False)
    assert "Tent x1" in (await chief.get(f"{PACKING}.csv?lang=en")).text
