"""Staff find orders, hand them over, and cancel them, each once and with a line in the log."""

import re

import httpx
import pytest

from shop.order_number import order_number
from shop.staff.rights_repository import RightsRepository
from shop.users.tables import User
from tests.cast import Cast, SignedIn, balance_of, make_product, stock_of
from tests.unit.buying import bought
from tests.unit.staff.conftest import actions_of, form_in, send

PAGES = ["/staff/", "/staff/orders", "/staff/orders/picking", "/staff/log"]


async def order_of(client: httpx.AsyncClient, product: int, quantity: int) -> int:
    return int((await bought(client, (product, quantity)))["id"])


@pytest.fixture
async def order(alice: httpx.AsyncClient) -> int:
    return await order_of(alice, await make_product("머그", name_en="Mug", price=1_000), 2)


@pytest.mark.parametrize("path", [*PAGES, "/staff/orders/1", "/staff/orders.csv"])
async def test_only_staff_with_a_right_see_a_page(
    guest: httpx.AsyncClient, alice: httpx.AsyncClient, browser_of_alice: SignedIn, path: str
) -> None:
    assert (await guest.get(path)).headers["location"].startswith("/login?next=")
    assert (await alice.get(path)).status_code == 404
    assert (await browser_of_alice.get(path)).status_code == 404


async def test_staff_without_a_right_see_nothing(clerk: SignedIn) -> None:
    user = await User.select(User.id).where(User.username == "clerk").first()
    assert (await clerk.get("/staff/orders")).status_code == 200
    await RightsRepository().set(user["id"], [])
    for path in PAGES:
        assert (await clerk.get(path)).status_code == 404


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ko", "en"])
async def test_pages_in_both_languages(
    chief: SignedIn, order: int, path: str, language: str
) -> None:
    page = await chief.get(f"{path}?lang={language}")
    assert page.status_code == 200, page.text
    assert f'lang="{language}"' in page.text


async def test_an_order_is_seen_whole(chief: SignedIn, order: int) -> None:
    page = (await chief.get(f"/staff/orders/{order}?lang=en")).text
    for text in ("Mug", "alice", "2,000", "Balance: 98,000", "Messages to the external system"):
        assert text in page
    assert (await chief.get("/staff/orders/999")).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("q=alice", True),
        ("q=ALI", True),
        ("q=머그", True),
        ("q=mug", True),
        ("q=%25", False),
        ("q=bob", False),
        ("status=paid", True),
        ("status=cancelled", False),
        ("delivery=sent", True),
        ("delivery=pending", False),
        ("from=2020-01-01&until=2020-01-02", False),
        ("from=2020-01-01", True),
        ("from=nonsense&until=9999-12-31", True),
        ("status=paid&q=머그&delivery=sent", True),
    ],
)
async def test_orders_are_found(chief: SignedIn, order: int, query: str, found: bool) -> None:
    page = (await chief.get(f"/staff/orders?{query}")).text
    assert (f'href="/staff/orders/{order}"' in page) is found


async def test_an_order_is_found_by_its_number(chief: SignedIn, order: int) -> None:
    number = order_number(order)
    for words in (number, number.replace("-", ""), f"%23{number}", str(order), f"%23{order}"):
        assert f'href="/staff/orders/{order}"' in (await chief.get(f"/staff/orders?q={words}")).text
    assert "/staff/orders/1" not in (await chief.get("/staff/orders?q=999999999999999999999")).text


async def test_an_order_is_found_by_its_customers_name_or_number(
    chief: SignedIn, order: int, cast: Cast
) -> None:
    names = {User.last_name: "김", User.first_name: "하나", User.employee_no: "E-77"}
    await User.update(names).where(User.id == cast.alice)
    for words in ("김하나", "김하", "E-77", "E-7"):
        assert f'href="/staff/orders/{order}"' in (await chief.get(f"/staff/orders?q={words}")).text


@pytest.mark.parametrize("query", ["?status=paid", "?q=alice", "?q=연필"])
async def test_lists_page_by_key(
    chief: SignedIn, alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr("shop.staff.orders.ROWS", 2)
    product = await make_product("연필", price=10)
    orders = [await order_of(alice, product, 1) for _ in range(5)]
    seen: list[int] = []
    path: str | None = f"/staff/orders{query}"
    while path:
        page = (await chief.get(path)).text
        seen += [id_ for id_ in orders if f'href="/staff/orders/{id_}"' in page]
        path = _next(page)
    assert sorted(seen) == orders
    assert (await chief.get("/staff/orders?cursor=x")).status_code == 400


def _next(page: str) -> str | None:
    before, found, _ = page.partition('" rel="next"')
    return before.rpartition('href="')[2].replace("&amp;", "&") if found else None


async def test_many_are_fulfilled_at_once_and_each_result_is_listed(
    chief: SignedIn, alice: httpx.AsyncClient, order: int
) -> None:
    second = await order_of(alice, await make_product("연필", price=10), 1)
    await alice.post(f"/api/v1/orders/{second}/cancel")
    confirm = f"/staff/orders/fulfil?order_id={order}&order_id={second}&lang=en"
    page = await send(chief, confirm, "/staff/orders/fulfil", order_id=[order, second, 999])
    assert f"주문 {order_number(order)}번 처리 완료" in page.text
    assert "alice" in page.text
    assert await actions_of(f"order:{order}") == [("order.fulfil", "")]
    assert await actions_of(f"order:{second}") == []
    assert (await alice.get(f"/api/v1/orders/{order}")).json()["status"] == "fulfilled"
    assert (await alice.get(f"/api/v1/orders/{second}")).json()["status"] == "cancelled"


async def test_a_form_sent_twice_acts_once_with_the_same_response(
    chief: SignedIn, order: int
) -> None:
    page = (await chief.get(f"/staff/orders/{order}")).text
    form = form_in(page, "/staff/orders/fulfil")
    first, second = [await chief.post("/staff/orders/fulfil", data=form) for _ in range(2)]
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert await actions_of(f"order:{order}") == [("order.fulfil", "")]
    other = {**form, "order_id": "999"}
    assert (await chief.post("/staff/orders/fulfil", data=other)).status_code == 400


@pytest.mark.parametrize("ids", [[], ["x"], ["1.5"], ["-1"], [str(n) for n in range(1, 102)]])
async def test_an_unknown_choice_is_refused(chief: SignedIn, order: int, ids: list[str]) -> None:
    page = (await chief.get(f"/staff/orders/{order}")).text
    form = {**form_in(page, "/staff/orders/fulfil"), "order_id": ids}
    assert (await chief.post("/staff/orders/fulfil", data=form)).status_code == 400


async def test_a_form_without_its_key_is_refused(chief: SignedIn, order: int) -> None:
    form = {"order_id": order}
    assert (await chief.post("/staff/orders/fulfil", data=form)).status_code == 400


async def test_the_page_and_the_file_say_how_many_items_were_cancelled_and_returned(
    chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product("펜", name_en="Pen", price=1_000)
    order = await order_of(alice, product, 4)
    path, items = f"/staff/orders/{order}", {"items": [{"product_id": product, "quantity": 1}]}
    await alice.post(f"/api/v1/orders/{order}/cancel-items", json=items)
    page = (await chief.get(f"{path}?lang=en")).text
    assert "3,000 points go back to alice" in page
    assert "Pen ×3" in (await chief.get("/staff/orders?lang=en")).text
    await send(chief, path, "/staff/orders/fulfil")
    await alice.post(f"/api/v1/orders/{order}/return-request", json=items)
    action = re.findall(rf'action="({path}/returns/\d+/take-in)"', (await chief.get(path)).text)[0]
    await send(chief, path, action)
    page = (await chief.get(f"{path}?lang=en")).text
    assert re.search(r"4\s+<small>1 cancelled</small>\s+<small>1 returned</small>", page)
    assert re.search(r"Refunded</th>\s+<td[^>]*>2,000</td>", page)
    titles, row = (await chief.get("/staff/orders.csv?lang=en")).text.splitlines()
    assert titles.endswith("Delivery,Items cancelled,Items returned")
    assert row.endswith(",1,1")


async def test_a_cancellation_names_what_it_gives_back(
    chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product(price=1_000)
    order = await order_of(alice, product, 3)
    path, items = f"/staff/orders/{order}", {"items": [{"product_id": product, "quantity": 1}]}
    await alice.post(f"/api/v1/orders/{order}/cancel-items", json=items)
    page = await send(chief, path, f"{path}/cancel", reason="x")
    assert "2,000P를 돌려주었습니다" in page.text


async def test_a_cancellation_tells_the_shopper_why(
    chief: SignedIn, cast: Cast, browser_of_alice: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product(price=1_000, stock=10)
    order = await order_of(alice, product, 2)
    path = f"/staff/orders/{order}"
    page = await send(chief, path, f"{path}/cancel", reason="재고 파손")
    assert "alice" in page.text
    assert await actions_of(f"order:{order}") == [("order.cancel", "재고 파손")]
    assert (await balance_of(cast.alice), await stock_of(product)) == (100_000, 10)
    assert "재고 파손" in (await browser_of_alice.get(f"/orders/{order}")).text


async def test_a_cancellation_needs_a_reason(chief: SignedIn, order: int) -> None:
    path = f"/staff/orders/{order}"
    assert (await send(chief, path, f"{path}/cancel", reason="")).status_code == 400
    assert (await send(chief, path, f"{path}/cancel", reason="x" * 201)).status_code == 400
    assert await actions_of(f"order:{order}") == []


async def test_a_fulfilment_is_taken_back_within_a_day(
    chief: SignedIn, order: int, alice: httpx.AsyncClient
) -> None:
    path = f"/staff/orders/{order}"
    await send(chief, path, "/staff/orders/fulfil")
    page = await send(chief, path, f"{path}/take-back", reason="wrong order")
    assert page.status_code == 200
    assert (await alice.get(f"/api/v1/orders/{order}")).json()["status"] == "paid"
    assert [name for name, _ in await actions_of(f"order:{order}")] == [
        "order.fulfil",
        "order.take-back",
    ]


async def test_an_old_fulfilment_stays(chief: SignedIn, order: int) -> None:
    path = f"/staff/orders/{order}"
    await send(chief, path, "/staff/orders/fulfil")
    opened = (await chief.get(path)).text
    form = form_in(opened, f"{path}/take-back")
    await User.raw("ALTER TABLE staff_actions DISABLE TRIGGER USER")  # it refuses changes
    await User.raw("UPDATE staff_actions SET at = now() - interval '25 hours'")
    response = await chief.post(f"{path}/take-back", data={**form, "reason": "late"})
    assert response.status_code == 400


async def test_notes_and_messages(chief: SignedIn, order: int, cast: Cast) -> None:
    path = f"/staff/orders/{order}"
    page = await send(chief, path, f"{path}/note", reason="<b>전화함</b>")
    assert "&lt;b&gt;전화함&lt;/b&gt;" in page.text
    assert (await chief.post(f"{path}/send-again", data={"message_id": 1})).status_code == 400


async def test_a_right_that_was_taken_away_meanwhile_is_not_used(
    clerk: SignedIn, order: int
) -> None:
    path = f"/staff/orders/{order}"
    form = form_in((await clerk.get(path)).text, "/staff/orders/fulfil")
    user = await User.select(User.id).where(User.username == "clerk").first()
    await RightsRepository().set(user["id"], ["stock"])
    assert (await clerk.post("/staff/orders/fulfil", data=form)).status_code == 404
    assert await actions_of(f"order:{order}") == []


async def test_files(chief: SignedIn, order: int) -> None:
    csv = await chief.get("/staff/orders.csv?lang=en&status=paid")
    assert csv.headers["content-type"].startswith("text/csv")
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Order,Date,Customer")
    assert lines[1].startswith(f"{order_number(order)},")
    assert len(lines) == 2
    assert (await chief.get("/staff/orders.xlsx")).content[:2] == b"PK"
    assert (await chief.get("/staff/log.csv")).status_code == 200


async def test_the_log_shows_what_changed(chief: SignedIn, order: int) -> None:
    await send(chief, f"/staff/orders/{order}", "/staff/orders/fulfil")
    page = (await chief.get(f"/staff/log?subject=order:{order_number(order)}&actor=admin")).text
    assert "paid → fulfilled" in " ".join(page.split())
    assert "order.fulfil" not in (await chief.get("/staff/log?actor=nobody")).text


async def test_staff_find_their_pages(chief: SignedIn, browser_of_alice: SignedIn) -> None:
    assert 'href="/staff/"' in (await chief.get("/")).text
    assert 'href="/staff/"' not in (await browser_of_alice.get("/")).text


async def test_all_on_a_page_are_ticked_at_once(chief: SignedIn, alice: httpx.AsyncClient) -> None:
    product = await make_product()
    first, second = [await bought(alice, (product, 1)) for _ in range(2)]
    assert " checked" not in (await chief.get("/staff/orders?status=paid")).text
    page = (await chief.get("/staff/orders?status=paid&tick=all")).text
    assert page.count(" checked") == 2
    ids = f"order_id={first['id']}&order_id={second['id']}"
    assert (await chief.get(f"/staff/orders/fulfil?{ids}")).status_code == 200
