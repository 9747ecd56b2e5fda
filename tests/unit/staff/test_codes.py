"""Staff import codes, and void them; the codes are the product's stock."""

import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from shop.orders.codes.box import CodeBox
from shop.orders.codes.stock import KnownCodes, Movement
from shop.orders.codes.stock_repository import CodeStockRepository
from shop.orders.codes.tables import Code
from shop.products.tables import StockEntry
from shop.staff.page import today
from tests.cast import SignedIn, code_stock, import_codes, make_product, stock_of
from tests.unit.buying import books, bought
from tests.unit.staff.conftest import actions_of, form_in
from tests.unit.staff.test_grant_many import keys_of

SOON = today() + timedelta(days=3)
LATER = today() + timedelta(days=400)


@pytest.fixture
async def voucher(chief: SignedIn) -> int:
    chief.headers["Accept-Language"] = "en"
    return await make_product("교환권", delivery="code", stock=0)


async def post(
    client: SignedIn, product: int, form: str, files: Any = None, **typed: str
) -> httpx.Response:
    """Sends one of the forms of the codes' page, and follows it."""
    path = f"/staff/stock/{product}/codes"
    fields = {**keys_of((await client.get(path)).text), "reason": "supplier", **typed}
    response = await client.post(f"{path}/{form}", data=fields, files=files)
    return await client.get(response.headers["location"]) if response.is_redirect else response


async def free_codes(product: int) -> int:
    return (await CodeStockRepository().counts(product))["free"]


async def test_codes_are_pasted_and_are_the_stock(chief: SignedIn, voucher: int) -> None:
    text = f"AAAA-1, {LATER}\n\n  AAAA-2  \r\nAAAA-3,{LATER:%Y. %m. %d.}\n"
    page = await post(chief, voucher, "import", text=text)
    assert "Codes imported: 3. Now in stock: 3." in page.text
    rows = await Code.select().order_by(Code.id)
    assert [row["valid_until"] for row in rows] == [LATER, None, LATER]
    assert await stock_of(voucher) == 3
    assert await actions_of(f"product:{voucher}") == [("codes.import", "supplier")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("codes.csv", f"코드;유효 기간\r\nAAAA-1;{LATER}\r\nAAAA-2;\r\n".encode("cp949")),
        ("codes.csv", b"valid until,code,more\n2099-12-31,AAAA-1,x\n,AAAA-2,\n"),
        ("codes.csv", b"code,valid until\n\nAAAA-1,\n , \n,\n\r\nAAAA-2,\n\n\n"),
    ],
)
async def test_codes_come_in_a_file(
    chief: SignedIn, voucher: int, name: str, content: bytes
) -> None:
    page = await post(chief, voucher, "import", files={"file": (name, content)})
    assert "Codes imported: 2." in page.text
    assert await stock_of(voucher) == 2


async def test_a_day_for_all_lines_without_one(chief: SignedIn, voucher: int) -> None:
    text = "AAAA-1\nAAAA-2,2099-01-01"
    await post(chief, voucher, "import", text=text, valid_until=str(LATER))
    rows = await Code.select(Code.valid_until).order_by(Code.id)
    assert [row["valid_until"] for row in rows] == [LATER, date(2099, 1, 1)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Please paste codes"),
        ("\n \n", "Please paste codes"),
        ("code,valid until", "titles, but no lines below them"),
        ("AAAA-1\nAAAA-1", "Line 2</b>\n        This code is in this list twice"),
        ("AAAA-1\nOLD", "This code was imported before."),
        (f",{LATER}", "The code is missing."),
        (f"AAAA-1,{SOON}", "Only codes that are valid until"),
        ("AAAA-1,tomorrow", "“tomorrow” is not a date"),
        ("AAAA-1,2027-02-30", "“2027-02-30” is not a date"),
        ("x" * 201, "at most 200 characters"),
        ("AAAA\u200b1", "cannot be shown"),
    ],
)
async def test_a_list_with_a_fault_imports_nothing_and_stays_in_the_form(
    chief: SignedIn, voucher: int, text: str, said: str
) -> None:
    await import_codes(voucher, "OLD")
    before = await books()
    page = await post(chief, voucher, "import", text=text)
    assert (page.status_code, said in page.text) == (400, True), page.text
    assert await books() == before
    if "AAAA" in text:
        assert text.splitlines()[0] in page.text


async def test_a_million_lines_are_refused(chief: SignedIn, voucher: int) -> None:
    content = "\n".join(f"{n:06}" for n in range(1_000_000)).encode()
    page = await post(chief, voucher, "import", files={"file": ("codes.csv", b"code\n" + content)})
    assert (page.status_code, "more than 100,000 lines" in page.text) == (400, True)


async def test_a_code_of_another_product_is_not_imported_again(
    chief: SignedIn, voucher: int
) -> None:
    other = await make_product("다른 교환권", delivery="code", stock=0)
    await import_codes(other, "AAAA-1")
    page = await post(chief, voucher, "import", text="AAAA-1")
    assert "imported before" in page.text
    assert await stock_of(voucher) == 0


async def test_a_form_sent_twice_imports_once(chief: SignedIn, voucher: int) -> None:
    path = f"/staff/stock/{voucher}/codes"
    fields = {**keys_of((await chief.get(path)).text), "text": "AAAA-1", "reason": "x"}
    answers = [await chief.post(f"{path}/import", data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert await stock_of(voucher) == 1


async def test_codes_are_nowhere_in_clear(chief: SignedIn, voucher: int) -> None:
    page = await post(chief, voucher, "import", text="SECRET-CODE-1\nSECRET-CODE-2")
    assert "SECRET-CODE" not in page.text
    assert "SECRET-CODE" not in str(await books())


async def test_free_codes_are_voided(chief: SignedIn, voucher: int) -> None:
    await import_codes(voucher, "AAAA-1", "AAAA-2", "AAAA-3")
    page = await post(chief, voucher, "void", text="AAAA-2\nAAAA-9\nAAAA-2")
    assert "Codes voided: 1." in page.text
    assert "Not codes of this product: 1." in page.text
    assert (await stock_of(voucher), await free_codes(voucher)) == (2, 2)
    page = await post(chief, voucher, "void", text="AAAA-2")
    assert "sold or were voided before: 1." in page.text
    assert await stock_of(voucher) == 2
    last = await StockEntry.select().order_by(StockEntry.id, ascending=False).first()
    assert (last["amount"], last["kind"], last["reason"]) == (-1, "adjust", "supplier")


async def test_a_voided_code_cannot_be_imported_again(chief: SignedIn, voucher: int) -> None:
    await import_codes(voucher, "AAAA-1")
    await post(chief, voucher, "void", text="AAAA-1")
    page = await post(chief, voucher, "import", text="AAAA-1")
    assert "imported before" in page.text


async def test_stock_of_codes_moves_in_no_other_way(chief: SignedIn, voucher: int) -> None:
    await import_codes(voucher, "AAAA-1", "AAAA-2")
    path = f"/staff/stock/{voucher}"
    page = (await chief.get(path)).text
    assert f'href="{path}/codes"' in page
    assert f'action="{path}/receive' not in page
    assert f'action="{path}/count' not in page
    assert f'action="{path}/undo' not in page
    before = await books()
    keys = {"form_key": "k" * 20, "_csrf_token": chief.csrf_token}
    [entry] = await StockEntry.select(StockEntry.id)
    forms: dict[str, dict[str, Any]] = {
        "receive": {"amount": 1, "reason": "x"},
        "count": {"counted": 1, "stock": 2, "reason": "x"},
        "undo": {"entry": entry["id"]},
    }
    for form, fields in forms.items():
        refused = await chief.post(f"{path}/{form}", data={**keys, **fields})
        assert refused.status_code == 400
        assert "importing and voiding codes only" in refused.text
    assert await books() == before


async def test_codes_that_expire_leave_the_stock(voucher: int) -> None:
    await import_codes(voucher, "AAAA-1", valid_until=SOON)
    await import_codes(voucher, "AAAA-2", valid_until=LATER)
    await import_codes(voucher, "AAAA-3")
    await code_stock().void_expiring()
    await code_stock().void_expiring()
    assert (await stock_of(voucher), await free_codes(voucher)) == (2, 2)
    await code_stock(min_days=500).void_expiring()
    assert (await stock_of(voucher), await free_codes(voucher)) == (1, 1)


async def test_a_new_secret_seals_the_codes_again(voucher: int) -> None:
    old, new = "o" * 32, "n" * 32
    stock = code_stock(old)
    codes = [stock.sealed(f"AAAA-{n}", None) for n in range(3)]
    await stock.add(voucher, codes, Movement(None, "test", "r"))
    both = code_stock(new, old)
    again = [both.sealed("AAAA-1", None)]
    with pytest.raises(KnownCodes):
        await both.add(voucher, again, Movement(None, "test", "s"))
    assert None not in await both.ids_of(voucher, ["AAAA-0", "AAAA-2"])
    await both.reseal()
    only = code_stock(new)
    assert None not in await only.ids_of(voucher, ["AAAA-0", "AAAA-2"])
    rows = await Code.select(Code.key, Code.sealed).order_by(Code.id)
    opened = [CodeBox([new]).open(row["key"], row["sealed"]) for row in rows]
    assert opened == ["AAAA-0", "AAAA-1", "AAAA-2"]


async def test_it_needs_the_right_and_a_product_with_codes(
    chief: SignedIn, clerk: SignedIn, voucher: int
) -> None:
    assert (await clerk.get(f"/staff/stock/{voucher}/codes")).status_code == 404
    pencil = await make_product()
    assert (await chief.get(f"/staff/stock/{pencil}/codes")).status_code == 404
    assert (await chief.get("/staff/stock/999/codes")).status_code == 404
    keys = {"form_key": "k" * 20, "_csrf_token": chief.csrf_token, "text": "A", "reason": "x"}
    refused = await chief.post(f"/staff/stock/{pencil}/codes/import", data=keys)
    assert "has no codes" in refused.text
    assert await stock_of(pencil) == 10


async def test_many_codes_are_listed_page_by_page(chief: SignedIn, voucher: int) -> None:
    await import_codes(voucher, *[f"AAAA-{n}" for n in range(60)])
    page = (await chief.get(f"/staff/stock/{voucher}/codes")).text
    assert page.count("<td>Free</td>") == 50
    [address] = re.findall(r'href="([^"]+)" rel="next"', page)
    assert (await chief.get(address.replace("&amp;", "&"))).text.count("<td>Free</td>") == 10


async def test_a_code_of_an_order_is_replaced_once(
    chief: SignedIn, alice: httpx.AsyncClient, voucher: int
) -> None:
    await import_codes(voucher, "AAAA-1", "AAAA-2")
    order = await bought(alice, (voucher, 1))
    path = f"/staff/orders/{order['id']}"
    page = (await chief.get(path)).text
    assert "Sold, not shown" in page
    assert "AAAA" not in page
    fields = {**form_in(page, f"{path}/codes/replace"), "reason": "does not work"}
    answers = [await chief.post(f"{path}/codes/replace", data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    page = (await chief.get(answers[0].headers["location"])).text
    assert "The shopper can see another one now." in page
    reveal = await alice.post(f"/api/v1/orders/{order['id']}/lines/{voucher}/reveal")
    assert reveal.json() == {"codes": ["AAAA-2"]}
    assert await stock_of(voucher) == 0
    for subject in (f"order:{order['id']}", f"product:{voucher}"):
        assert ("codes.replace", "does not work") in await actions_of(subject)
    page = (await chief.get(f"{path}")).text
    again = {**form_in(page, f"{path}/codes/replace"), "reason": "again"}
    refused = await chief.post(f"{path}/codes/replace", data=again)
    assert (refused.status_code, "No other code" in refused.text) == (400, True)
