"""Staff see every movement of points, and a month's sheet that adds up."""

import httpx
import pytest

from shop.staff.page import today
from shop.staff.points import _next
from shop.staff.points_repository import StaffPointRepository
from tests.cast import SignedIn, make_product
from tests.unit.buying import bought


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_entries_and_files(chief: SignedIn, alice: httpx.AsyncClient, language: str) -> None:
    await bought(alice, (await make_product(price=700), 1))
    for query in ("", "q=alice&", "kind=spend&", "month=2026-01&", "month=nonsense&from=x&"):
        page = await chief.get(f"/staff/points?{query}lang={language}")
        assert page.status_code == 200, page.text
        assert "-700" in page.text or "−700" in page.text
    for query in ("q=bob", "kind=refund", "until=2020-01-01"):
        page = await chief.get(f"/staff/points?{query}")
        assert "/staff/people/" not in page.text.split("<h2>")[-1]
    csv = (await chief.get("/staff/points.csv?kind=spend")).content.decode("utf-8-sig")
    assert ",-700," in csv.splitlines()[1]
    assert (await chief.get("/staff/points?cursor=x")).status_code == 400


async def test_a_month_adds_up(chief: SignedIn, alice: httpx.AsyncClient) -> None:
    order = await bought(alice, (await make_product(price=700), 1))
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    first = today().replace(day=1)
    outstanding, sheet = await StaffPointRepository().sums(first, _next(first), today())
    assert (sheet.spent, sheet.refunded) == (-700, 700)
    assert sheet.closing == outstanding.open + outstanding.closed
    outstanding, sheet = await StaffPointRepository().sums(_next(first), _next(first), today())
    assert sheet.opening == sheet.closing == outstanding.open + outstanding.closed


async def test_it_needs_the_right(clerk: SignedIn) -> None:
    assert (await clerk.get("/staff/points")).status_code == 404
