"""The desk: an order's goods are handed over for its code, once."""

import httpx
import pytest

from shop.order_number import order_number
from shop.orders.desk import DeskCodes
from shop.orders.steps import OrderSteps
from shop.settings import Settings
from shop.start.services import Shop
from shop.web.signing import Signer
from tests.cast import Cast, SignedIn, all_at_once, make_product
from tests.unit.buying import bought
from tests.unit.orders.test_recipient import HOME
from tests.unit.staff.conftest import actions_of, form_in, send

DESK = "/staff/desk"
CODES = DeskCodes(Signer(["a secret of these tests", "an older secret"]))
CODE = CODES.of(12)


@pytest.fixture
async def pencil(cast: Cast) -> int:
    return await make_product()


@pytest.fixture
async def tent(cast: Cast) -> int:
    return await make_product("텐트", name_en="Tent", delivery="parcel")


async def scan(client: SignedIn, code: str) -> httpx.Response:
    answer: httpx.Response = await client.get(DESK, params={"code": code, "lang": "en"})
    return answer


async def hand_over(client: SignedIn, code: str) -> httpx.Response:
    answer: httpx.Response = await send(client, f"{DESK}?code={code}&lang=en", DESK)
    return answer


def test_a_code_has_the_number_of_the_order_and_eight_digits() -> None:
    number, *digits = CODE.split("-")
    assert f"{number}-{digits[0]}" == order_number(12)
    assert [len(part) for part in digits] == [4, 4, 4]
    assert len({CODES.of(n)[-9:] for n in range(1, 1_000)}) > 990


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        f"  {CODE} ",
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("-", "\N{EN DASH}"),
        "".join(chr(ord(c) + 0xFEE0) for c in CODE),
        f"https://shop.example/staff/desk?code={CODE}",
        f"https://shop.example/staff/desk?lang=ko&code={CODE}&x=1",
    ],
)
def test_a_code_is_known_however_it_was_typed(typed: str) -> None:
    assert CODES.order_id(typed) == 12


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12",
        order_number(12),
        CODE.partition("-")[2],
        order_number(13) + CODE[9:],
        f"{CODE}0",
        f"0000-0000-{CODE[-9:]}",
        f"{2**63}-{CODE[-9:]}",
        "9" * 400,
        "가나다",
        "\N{ARABIC-INDIC DIGIT ONE}" * 10,
        "1²345678901",
        "\x00" * 12,
        f"https://shop.example/orders/{CODE}",
    ],
)
def test_another_text_is_no_code(typed: str) -> None:
    assert CODES.order_id(typed) is None


def test_while_the_secret_is_changed_older_codes_are_valid() -> None:
    old = DeskCodes(Signer(["an older secret"]))
    assert CODES.order_id(old.of(12)) == 12
    assert old.order_id(CODES.of(12)) is None


async def test_the_receipt_shows_the_code_and_a_qr_code_until_it_is_picked_up(
    alice: httpx.AsyncClient, browser_of_alice: SignedIn, chief: SignedIn, pencil: int
) -> None:
    order = await bought(alice, (pencil, 2))
    receipt = f"/orders/{order['id']}"
    code = order["desk_code"]
    page = (await browser_of_alice.get(receipt)).text
    assert code in page
    assert "<svg" in page
    assert "style=" not in page
    await hand_over(chief, code)
    assert code not in (await browser_of_alice.get(receipt)).text


async def test_an_order_of_parcels_has_no_code(alice: httpx.AsyncClient, tent: int) -> None:
    assert "desk_code" not in await bought(alice, (tent, 1), recipient=HOME)


async def test_goods_are_handed_over_once_and_it_is_in_the_log(
    alice: httpx.AsyncClient, chief: SignedIn, clerk: SignedIn, pencil: int
) -> None:
    order = await bought(alice, (pencil, 2))
    subject, code = f"order:{order['id']}", order["desk_code"]
    page = await scan(clerk, code)
    assert page.status_code == 200
    for text in ("alice", "Pencil", "×2", "Hand over"):
        assert text in page.text
    done = await hand_over(clerk, code)
    assert done.url.path == DESK
    assert await actions_of(subject) == [("order.collect", "")]
    assert (await alice.get(f"/api/v1/orders/{order['id']}")).json()["status"] == "fulfilled"
    again = await scan(chief, code)
    assert "already picked up" in again.text
    assert "Hand over</button>" not in again.text


async def test_two_members_of_staff_hand_it_over_once(
    alice: httpx.AsyncClient, chief: SignedIn, clerk: SignedIn, pencil: int
) -> None:
    order = await bought(alice, (pencil, 1))
    address = f"{DESK}?code={order['desk_code']}"
    forms = [form_in((await staff.get(address)).text, DESK) for staff in (chief, clerk)]
    await chief.post(DESK, data=forms[0])
    answer = await clerk.post(DESK, data=forms[1])
    page = await clerk.get(f"{answer.headers['location']}&lang=en")
    assert "was already picked up. Do not hand it over again." in page.text
    assert await actions_of(f"order:{order['id']}") == [("order.collect", "")]


@pytest.mark.committed
async def test_of_many_at_once_one_hands_it_over(
    alice: httpx.AsyncClient, settings: Settings, pencil: int
) -> None:
    order = await bought(alice, (pencil, 1))
    steps: OrderSteps = Shop(settings).steps
    done = await all_at_once(*(steps.collect(order["id"]) for _ in range(8)))
    assert sorted(done) == [False] * 7 + [True]


async def test_a_wrong_code_is_refused_and_stays_in_the_field(
    alice: httpx.AsyncClient, chief: SignedIn, pencil: int
) -> None:
    code = (await bought(alice, (pencil, 1)))["desk_code"]
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    page = await scan(chief, wrong)
    assert page.status_code == 404
    assert "No order has this code." in page.text
    assert f'value="{wrong}"' in page.text
    form = {**form_in((await chief.get(f"{DESK}?code={code}")).text, DESK), "code": wrong}
    assert (await chief.post(DESK, data=form)).status_code == 404


async def test_the_code_of_a_cancelled_order_hands_over_nothing(
    alice: httpx.AsyncClient, chief: SignedIn, pencil: int
) -> None:
    order = await bought(alice, (pencil, 1))
    address = f"{DESK}?code={order['desk_code']}"
    form = form_in((await chief.get(address)).text, DESK)
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    answer = await chief.post(DESK, data=form)
    told = "was cancelled. Do not hand anything over."
    assert told in (await chief.get(f"{answer.headers['location']}&lang=en")).text
    assert told in (await scan(chief, order["desk_code"])).text
    assert await actions_of(f"order:{order['id']}") == []


async def test_an_order_of_parcels_has_nothing_at_the_desk(
    alice: httpx.AsyncClient, chief: SignedIn, settings: Settings, tent: int
) -> None:
    order = await bought(alice, (tent, 1), recipient=HOME)
    page = await scan(chief, Shop(settings).desk_codes.of(order["id"]))
    assert "has nothing to pick up at the desk" in page.text


async def test_a_mixed_order_stays_open_for_its_parcel(
    alice: httpx.AsyncClient, chief: SignedIn, tent: int, pencil: int
) -> None:
    order = await bought(alice, (tent, 1), (pencil, 1), recipient=HOME)
    page = (await scan(chief, order["desk_code"])).text
    assert "The rest of this order is sent by parcel." in page
    assert "Tent" not in page
    await hand_over(chief, order["desk_code"])
    shown = (await alice.get(f"/api/v1/orders/{order['id']}")).json()
    assert (shown["status"], shown["desk_code"]) == ("paid", order["desk_code"])


async def test_a_hand_over_by_mistake_is_undone(
    alice: httpx.AsyncClient, chief: SignedIn, pencil: int
) -> None:
    order = await bought(alice, (pencil, 1))
    await hand_over(chief, order["desk_code"])
    path = f"/staff/orders/{order['id']}"
    await send(chief, path, f"{path}/take-back", reason="mistake")
    assert "Hand over</button>" in (await scan(chief, order["desk_code"])).text


async def test_the_desk_is_for_staff_who_handle_orders(
    browser_of_alice: SignedIn, guest: httpx.AsyncClient
) -> None:
    assert (await browser_of_alice.get(f"{DESK}?code={CODE}")).status_code == 404
    answer = await guest.get(f"{DESK}?code={CODE}", headers={"accept": "text/html"})
    assert answer.status_code in {303, 401}
