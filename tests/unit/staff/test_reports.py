"""Reports of sales for staff."""

import httpx
import pytest

from tests.cast import SignedIn, make_product
from tests.unit.buying import bought

FAR = ("until=0001-01-01", "until=9999-12-31", "from=9999-12-31", "from=0001-01-01")


@pytest.mark.parametrize("by", ["day", "week", "month", "nonsense"])
async def test_sales_are_summed_up(chief: SignedIn, alice: httpx.AsyncClient, by: str) -> None:
    mug = await make_product("머그", name_en="Mug", price=1_000)
    await bought(alice, (mug, 3))
    gone = await bought(alice, (mug, 2))
    await alice.post(f"/api/v1/orders/{gone['id']}/cancel")
    page = (await chief.get(f"/staff/reports?by={by}&lang=en")).text
    assert "Mug" in page
    csv = await chief.get(f"/staff/reports.csv?by={by}&lang=en")
    titles, row = csv.content.decode("utf-8-sig").splitlines()
    assert titles == "Date,Orders,Items,Points,Cancelled"
    assert row.split(",")[1:] == ["1", "3", "3000", "1"]
    assert (await chief.get("/staff/reports.xlsx")).content[:2] == b"PK"


@pytest.mark.parametrize(
    "query", ["from=x&until=y", "from=2030-01-01&until=2020-01-01", "", "by=", *FAR]
)
@pytest.mark.parametrize("language", ["ko", "en"])
async def test_without_sales(chief: SignedIn, query: str, language: str) -> None:
    assert (await chief.get(f"/staff/reports?{query}&lang={language}")).status_code == 200


async def test_it_needs_a_right(browser_of_alice: SignedIn) -> None:
    assert (await browser_of_alice.get("/staff/reports")).status_code == 404
