"""Codes that are sold: taken with the order, shown to their buyer, given back, replaced."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.audit.service import Audit
from shop.errors import InvalidInput
from shop.external.tables import OutboxMessage
from shop.orders.change_errors import NotReturnable
from shop.orders.codes.errors import OrderCancelled
from shop.orders.codes.sold_repository import SoldCodeRepository
from shop.orders.codes.stock import Movement
from shop.orders.codes.stock_repository import CodeStockRepository
from shop.orders.codes.tables import Code
from shop.orders.decide import assign_codes
from shop.orders.order import Line, PlacedOrder
from shop.orders.refund_repository import Returned
from shop.products.service import Item
from shop.settings import Settings
from shop.staff.page import today
from shop.start.services import Shop
from tests.cast import (
    Cast,
    SignedIn,
    all_at_once,
    balance_of,
    code_stock,
    import_codes,
    make_product,
    make_user,
    stock_of,
)
from tests.unit.buying import books, bought, buy, code_of
from tests.unit.conftest import header_client

SOON, LATER = today() + timedelta(days=30), today() + timedelta(days=300)


@pytest.fixture
async def voucher(cast: Cast) -> int:
    """Three codes: CODE-1 expires last, CODE-2 soon, CODE-3 never."""
    product = await make_product("교환권", delivery="code", stock=0)
    await import_codes(product, "CODE-1", valid_until=LATER)
    await import_codes(product, "CODE-2", valid_until=SOON)
    await import_codes(product, "CODE-3")
    return product


@pytest.fixture
def shop(settings: Settings, app: Litestar) -> Shop:
    return Shop(settings)


def line(order: dict[str, Any], product: int) -> str:
    return f"/api/v1/orders/{order['id']}/lines/{product}/reveal"


async def shown(client: httpx.AsyncClient, order: dict[str, Any], product: int) -> list[str]:
    answer = await client.post(line(order, product))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    codes: list[str] = answer.json()["codes"]
    return codes


async def cancel(client: httpx.AsyncClient, order: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/api/v1/orders/{order['id']}/cancel")


async def counts(product: int) -> tuple[int, ...]:
    """Free, sold, shown and void codes, and the stock."""
    return (*(await CodeStockRepository().counts(product)).values(), await stock_of(product))


async def test_an_order_takes_the_codes_that_expire_first(
    alice: httpx.AsyncClient, voucher: int
) -> None:
    pencil = await make_product()
    order = await bought(alice, (voucher, 2), (pencil, 1))
    assert [item.get("codes") for item in order["items"]] == [2, None]
    assert await shown(alice, order, voucher) == ["CODE-1", "CODE-2"]
    assert await counts(voucher) == (1, 0, 2, 0, 1)
    assert await shown(alice, await bought(alice, (voucher, 1)), voucher) == ["CODE-3"]


async def test_all_or_none(alice: httpx.AsyncClient, voucher: int) -> None:
    before = await books()
    refused = await buy(alice, (voucher, 4))
    assert code_of(refused) == "out-of-stock"
    assert refused.json()["items"] == [{"product_id": voucher, "requested": 4, "available": 3}]
    assert await books() == before


async def test_a_code_with_too_few_days_left_is_not_sold(
    alice: httpx.AsyncClient, voucher: int
) -> None:
    await Code.update(valid_until=today() + timedelta(days=6)).where(Code.valid_until == SOON)
    refused = await buy(alice, (voucher, 3))
    assert refused.json()["items"] == [{"product_id": voucher, "requested": 3, "available": 2}]
    await Code.update(valid_until=today() + timedelta(days=7)).where(
        Code.valid_until == today() + timedelta(days=6)
    )
    await bought(alice, (voucher, 3))


async def test_cancelling_gives_unseen_codes_back(alice: httpx.AsyncClient, voucher: int) -> None:
    order = await bought(alice, (voucher, 2))
    for _ in range(2):
        assert (await cancel(alice, order)).status_code == 200
    assert await counts(voucher) == (3, 0, 0, 0, 3)
    assert code_of(await alice.post(line(order, voucher))) == "order-cancelled"
    assert await shown(alice, await bought(alice, (voucher, 3)), voucher) == [
        "CODE-1",
        "CODE-2",
        "CODE-3",
    ]


async def test_once_shown_the_buyer_cannot_cancel(
    alice: httpx.AsyncClient, cast: Cast, voucher: int
) -> None:
    order = await bought(alice, (voucher, 2))
    assert await shown(alice, order, voucher) == await shown(alice, order, voucher)
    before = await books()
    refused = await cancel(alice, order)
    assert (refused.status_code, code_of(refused)) == (409, "not-cancellable")
    assert await books() == before


async def test_codes_that_were_shown_are_void_after_staff_cancel_the_order(
    alice: httpx.AsyncClient, cast: Cast, voucher: int, shop: Shop
) -> None:
    other = await make_product("다른 교환권", delivery="code", stock=2)
    order = await bought(alice, (voucher, 2), (other, 1))
    await shown(alice, order, voucher)
    await shop.orders.cancel(None, order["id"])
    assert await counts(voucher) == (1, 0, 0, 2, 1)
    assert await counts(other) == (2, 0, 0, 0, 2)
    assert await balance_of(cast.alice) == 100_000


# Some of them are given back


async def cancel_some(
    client: httpx.AsyncClient, order: dict[str, Any], *items: tuple[int, int]
) -> httpx.Response:
    wanted = [{"product_id": id_, "quantity": n} for id_, n in items]
    url = f"/api/v1/orders/{order['id']}/cancel-items"
    return await client.post(url, json={"items": wanted})


async def test_some_unseen_codes_are_cancelled_and_free_again(
    alice: httpx.AsyncClient, voucher: int, database_url: str
) -> None:
    """Those that expire last are free again."""
    order = await bought(alice, (voucher, 3), (await make_product(), 1))
    cancelled = await cancel_some(alice, order, (voucher, 2))
    assert (cancelled.status_code, cancelled.json()["items"][0]["codes"]) == (200, 1)
    assert await counts(voucher) == (2, 1, 0, 0, 2)
    assert await shown(alice, order, voucher) == ["CODE-2"]
    assert code_of(await cancel_some(alice, order, (voucher, 1))) == "not-cancellable"
    assert await shown(alice, await bought(alice, (voucher, 2)), voucher) == ["CODE-1", "CODE-3"]


async def test_a_line_of_codes_is_cancelled_and_the_rest_stands(
    alice: httpx.AsyncClient, voucher: int
) -> None:
    other = await make_product("다른 교환권", delivery="code", stock=2)
    order = await bought(alice, (voucher, 1), (other, 2))
    assert (await cancel_some(alice, order, (voucher, 1))).json()["status"] == "paid"
    assert await counts(voucher) == (3, 0, 0, 0, 3)
    assert (await alice.post(line(order, voucher))).status_code == 404
    assert (await cancel_some(alice, order, (other, 2))).json()["status"] == "cancelled"
    assert await counts(other) == (2, 0, 0, 0, 2)


async def test_staff_cancel_seen_codes_after_unseen_ones(
    alice: httpx.AsyncClient, cast: Cast, voucher: int, shop: Shop
) -> None:
    order = await bought(alice, (voucher, 2))
    await shown(alice, order, voucher)
    [first, _] = await SoldCodeRepository().of_order(order["id"])
    await shop.sold_codes.replace(order["id"], first.id, Movement(None, "broken", "staff:1"))
    await shop.orders.cancel(None, order["id"], [Item(voucher, 1)])
    assert await counts(voucher) == (1, 0, 1, 1, 1)
    await shop.orders.cancel(None, order["id"], [Item(voucher, 1)])
    assert await counts(voucher) == (1, 0, 0, 2, 1)
    assert await balance_of(cast.alice) == 100_000


async def returned(
    client: httpx.AsyncClient, order: dict[str, Any], *items: tuple[int, int]
) -> httpx.Response:
    wanted = [{"product_id": id_, "quantity": n} for id_, n in items]
    url = f"/api/v1/orders/{order['id']}/return-request"
    return await client.post(url, json={"items": wanted})


@pytest.mark.parametrize(("restocked", "then"), [(2, (3, 0, 0, 0, 3)), (0, (1, 0, 0, 2, 1))])
async def test_unseen_codes_are_returned(
    alice: httpx.AsyncClient,
    cast: Cast,
    voucher: int,
    shop: Shop,
    restocked: int,
    then: tuple[int, ...],
) -> None:
    order = await bought(alice, (voucher, 2))
    await shop.steps.fulfil(order["id"])
    asked = (await returned(alice, order, (voucher, 2))).json()
    came = [Returned(voucher, 2, restocked)]
    assert await shop.returns.take_in(order["id"], asked["id"], came)
    assert await counts(voucher) == then
    assert await balance_of(cast.alice) == 100_000


async def test_seen_codes_are_not_returned(
    alice: httpx.AsyncClient, browser_of_alice: SignedIn, voucher: int, shop: Shop
) -> None:
    pencil = await make_product()
    order = await bought(alice, (voucher, 2), (pencil, 1))
    await shop.steps.fulfil(order["id"])
    form = f"/orders/{order['id']}/return-request"
    assert f'value="{voucher}"' in (await browser_of_alice.get(form)).text
    asked = (await returned(alice, order, (voucher, 1), (pencil, 1))).json()
    await shown(alice, order, voucher)
    before = await books()
    with pytest.raises(NotReturnable):
        await shop.returns.take_in(order["id"], asked["id"], [Returned(voucher, 1, 1)])
    assert await books() == before
    assert await shop.returns.refuse(order["id"], asked["id"], "shown")
    assert code_of(await returned(alice, order, (voucher, 1))) == "not-returnable"
    assert f'value="{voucher}"' not in (await browser_of_alice.get(form)).text


@pytest.mark.parametrize(
    "path", ["999/lines/{voucher}", "{order}/lines/{pencil}", "{order}/lines/999"]
)
async def test_revealing_a_line_without_codes_is_404(
    alice: httpx.AsyncClient, voucher: int, path: str
) -> None:
    pencil = await make_product()
    order = await bought(alice, (voucher, 1), (pencil, 1))
    at = path.format(order=order["id"], voucher=voucher, pencil=pencil)
    assert (await alice.post(f"/api/v1/orders/{at}/reveal")).status_code == 404


async def test_other_users_do_not_see_the_codes(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, guest: httpx.AsyncClient, voucher: int
) -> None:
    order = await bought(alice, (voucher, 1))
    assert code_of(await bob.post(line(order, voucher))) == "order-not-found"
    assert (await guest.post(line(order, voucher))).status_code == 401
    assert await counts(voucher) == (2, 1, 0, 0, 2)


async def test_no_message_log_or_table_has_a_code(
    alice: httpx.AsyncClient, voucher: int, caplog: pytest.LogCaptureFixture
) -> None:
    order = await bought(alice, (voucher, 3))
    codes = await shown(alice, order, voucher)
    await cancel(alice, order)
    logged = " ".join(record.getMessage() for record in caplog.records)
    everything = str(await books()) + logged + str(await OutboxMessage.select())
    assert not [code for code in codes if code in everything]
    assert "codes-shown" in logged


async def test_another_secret_shows_no_code_and_breaks_nothing(
    alice: httpx.AsyncClient, voucher: int
) -> None:
    order = await bought(alice, (voucher, 1))
    await Code.update(key="0" * 16).where(Code.order == order["id"])
    refused = await alice.post(line(order, voucher))
    assert (refused.status_code, code_of(refused)) == (503, "codes-unreadable")
    assert await counts(voucher) == (2, 1, 0, 0, 2)


async def test_codes_of_another_secret_are_logged(
    voucher: int, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await shop.codes.reseal()
    assert "codes-unreadable" not in caplog.text
    for key, unreadable in (("0" * 16, 3), ("g" * 16, 3)):
        await Code.update(key=key).where(Code.product == voucher)
        await shop.codes.reseal()
        assert f"event='codes-unreadable' codes={unreadable}" in caplog.text
        caplog.clear()


async def test_a_code_is_replaced(alice: httpx.AsyncClient, voucher: int, shop: Shop) -> None:
    order = await bought(alice, (voucher, 1))
    await shown(alice, order, voucher)
    [code] = await SoldCodeRepository().of_order(order["id"])
    movement = Movement(None, "broken", "staff:1")
    assert await shop.sold_codes.replace(order["id"], code.id, movement) == voucher
    assert await counts(voucher) == (1, 1, 0, 1, 1)
    assert code_of(await cancel(alice, order)) == "not-cancellable"
    assert await shown(alice, order, voucher) == ["CODE-1"]
    with pytest.raises(InvalidInput):
        await shop.sold_codes.replace(order["id"], code.id, Movement(None, "x", "staff:2"))
    assert await counts(voucher) == (1, 0, 1, 1, 1)


async def test_no_code_is_replaced_when_none_is_left(
    alice: httpx.AsyncClient, voucher: int, shop: Shop
) -> None:
    order = await bought(alice, (voucher, 3))
    code = (await SoldCodeRepository().of_order(order["id"]))[0]
    with pytest.raises(InvalidInput):
        await shop.sold_codes.replace(order["id"], code.id, Movement(None, "x", "staff:1"))
    await cancel(alice, order)
    with pytest.raises(OrderCancelled):
        await shop.sold_codes.replace(order["id"], code.id, Movement(None, "x", "staff:2"))


# On the receipt


async def test_the_receipt_shows_codes_by_a_button_only(
    browser_of_alice: SignedIn, voucher: int
) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"
    order = await bought(browser_of_alice, (voucher, 2))
    receipt = f"/orders/{order['id']}"
    before = (await browser_of_alice.get(receipt)).text
    assert "Show 2 codes" in before
    assert "Cancel this order" in before
    reveal = f"{receipt}/lines/{voucher}/reveal"
    assert reveal in before
    page = await browser_of_alice.post(reveal)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    for code in ("CODE-1", "CODE-2"):
        assert f"<code>{code}</code>" in page.text
    assert "Cancel this order" not in page.text
    after = (await browser_of_alice.get(receipt)).text
    assert "CODE-1" not in after
    assert "Show 2 codes" in after
    assert "Cancel this order" not in after
    assert (await browser_of_alice.get(reveal)).headers["location"] == receipt


# In the batch


def test_codes_go_to_the_orders_in_their_order() -> None:
    def order(id_: int, quantity: int, delivery: Any = "code") -> PlacedOrder:
        lines = [Line(1, "교환권", "", quantity, 10, delivery)]
        return PlacedOrder(id_, 1, "paid", 10, None, lines)  # type: ignore[arg-type]

    orders = [order(7, 2), order(8, 1, "desk"), order(9, 1)]
    assert assign_codes(orders, {1: [30, 10, 20, 40]}) == {30: 7, 10: 7, 20: 9}


# Races


@pytest.mark.committed
async def test_a_rush_for_the_codes_sells_each_once(app: Litestar, cast: Cast) -> None:
    product = await make_product("교환권", price=1, delivery="code", stock=10)
    users = [await make_user(f"u{n}x", 100) for n in range(12)]
    clients = [header_client(app, user) for user in users]
    answers = await all_at_once(
        *[buy(client, (product, 1)) for client in clients for _ in range(2)]
    )
    sold = [answer for answer in answers if answer.status_code == 201]
    assert len(sold) == 10
    assert {code_of(answer) for answer in answers if answer.status_code != 201} == {"out-of-stock"}
    rows = await Code.select(Code.order).where(Code.order.is_not_null())
    assert sorted(row["order"] for row in rows) == sorted(a.json()["id"] for a in sold)
    assert await stock_of(product) == 0


@pytest.mark.committed
async def test_a_code_is_shown_or_the_order_cancelled(
    alice: httpx.AsyncClient, voucher: int, database_url: str
) -> None:
    ends = set()
    for _ in range(8):
        order = await bought(alice, (voucher, 1))
        revealed, cancelled = await all_at_once(
            alice.post(line(order, voucher)), cancel(alice, order)
        )
        ends.add((revealed.status_code, cancelled.status_code))
        if cancelled.status_code == 409:
            await import_codes(voucher, f"more-{order['id']}")
    assert ends <= {(200, 409), (409, 200)}
    await check_audit(database_url)


@pytest.mark.committed
async def test_codes_are_shown_or_cancelled_one_by_one(
    alice: httpx.AsyncClient, cast: Cast, voucher: int, shop: Shop, database_url: str
) -> None:
    """By the buyer and by staff at once: nothing is refunded twice, no seen code is free."""
    for n in range(6):
        order = await bought(alice, (voucher, 3))
        await all_at_once(
            cancel_some(alice, order, (voucher, 1)),
            shop.orders.cancel(None, order["id"], [Item(voucher, 1)]),
            alice.post(line(order, voucher)),
            cancel_some(alice, order, (voucher, 2)),
            cancel(alice, order),
        )
        await check_audit(database_url)
        await import_codes(voucher, *[f"more-{n}-{m}" for m in range(3)])


@pytest.mark.committed
async def test_orders_imports_voids_and_replacements_at_once(
    alice: httpx.AsyncClient, voucher: int, shop: Shop, database_url: str
) -> None:
    stock = code_stock()

    async def replace(number: int) -> None:
        order = await bought(alice, (voucher, 1))
        [code] = await SoldCodeRepository().of_order(order["id"])
        movement = Movement(None, "x", f"staff:r{number}")
        await shop.sold_codes.replace(order["id"], code.id, movement)

    async def void(number: int) -> None:
        free = (await CodeStockRepository().of_product(voucher, None, 3))[-1].id
        await stock.void(voucher, [free], Movement(None, "x", f"staff:v{number}"))

    async def come_and_go() -> None:
        await cancel(alice, await bought(alice, (voucher, 1)))

    work: list[Any] = []
    for n in range(6):
        work += [import_codes(voucher, f"N-{n}", f"M-{n}"), replace(n), void(n), come_and_go()]
    results = await all_at_once(*work)
    kinds = {type(one) for one in results if isinstance(one, BaseException)}
    assert kinds <= {AssertionError, InvalidInput}, kinds  # sold out meanwhile
    await check_audit(database_url)


@pytest.mark.committed
async def test_two_imports_of_one_code_at_once(cast: Cast, database_url: str) -> None:
    products = [await make_product(f"교환권 {n}", delivery="code", stock=0) for n in range(4)]
    results = await all_at_once(*[import_codes(product, "ONE") for product in products])
    assert sum(one is None for one in results) == 1
    assert sum([await stock_of(product) for product in products]) == 1
    await check_audit(database_url)


async def check_audit(database_url: str) -> None:
    found = await Audit(database_url).run()
    assert [finding for finding in found if finding.wrong] == []
