"""Staff receive a delivery of many products in one form: a list or a file, shown first."""

from typing import Any

import httpx
import pytest

from shop.staff import stock_delivery
from tests.cast import SignedIn, make_product, stock_of
from tests.unit.buying import books
from tests.unit.staff.conftest import actions_of
from tests.unit.staff.test_grant_many import keys_of

PAGE = "/staff/stock/delivery"


async def check(client: SignedIn, text: str = "", files: Any = None) -> httpx.Response:
    client.headers["Accept-Language"] = "en"
    fields = keys_of((await client.get(PAGE)).text)
    return await client.post(PAGE, data={**fields, "text": text}, files=files)


async def receive(client: SignedIn, shown: httpx.Response, **typed: str) -> httpx.Response:
    lines = shown.text.split('name="lines" value="')[1].split('"')[0]
    form = {**keys_of(shown.text), "lines": lines, "reason": "차", **typed}
    return await client.post(f"{PAGE}/receive", data=form)


async def test_a_delivery_is_shown_and_received_once(chief: SignedIn) -> None:
    mug, cup = await make_product("머그", stock=10), await make_product("컵", stock=0)
    shown = await check(chief, f"{mug}\t1,000\n컵\t7")
    assert "1,010" in shown.text
    assert await stock_of(mug) == 10
    answers = [await receive(chief, shown) for _ in range(2)]
    page = await chief.get(answers[1].headers["location"])
    assert "1,007 items of 2 products received." in page.text
    assert [await stock_of(id_) for id_ in (mug, cup)] == [1_010, 7]
    assert await actions_of(f"product:{cup}") == [("stock.receive", "차")]


async def test_a_delivery_that_was_received_before_is_named(chief: SignedIn) -> None:
    """Such as a list of yesterday. It may be meant so, where the same comes each day."""
    said = "The same items were received already."
    mug, cup = await make_product("머그", stock=0), await make_product("컵", stock=0)
    shown = await check(chief, f"{mug}\t5\n{cup}\t7")
    assert said not in shown.text
    await receive(chief, shown)
    again = (await check(chief, f"{cup}\t7\n{mug}\t5")).text
    assert said in again
    assert "admin" in again.split(said)[1].split("</p>")[0]
    assert said not in (await check(chief, f"{cup}\t7\n{mug}\t6")).text


async def test_a_file(chief: SignedIn) -> None:
    mug = await make_product("머그", stock=0)
    content = f"수량;상품 번호\r\n5;{mug}".encode("cp949")
    await receive(chief, await check(chief, files={"file": ("d.csv", content)}))
    assert await stock_of(mug) == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "enter a list"),
        ("{id}", "from 1 to"),
        ("{id},0", "from 1 to"),
        ("{id},-1", "from 1 to"),
        ("{id},1000001", "from 1 to"),
        ("{id},many", "from 1 to"),
        ("999,1", "no product “999”"),
        ("nothing,1", "no product “nothing”"),
        ("같은 이름,1", "more than one"),
        ("{id},1\n{id},2", "already in line 1"),
        ("{id},1\n머그,2", "already in line 1"),
    ],
)
async def test_nothing_is_received_where_a_line_is_wrong(
    chief: SignedIn, text: str, said: str
) -> None:
    mug = await make_product("머그")
    for _ in range(2):
        await make_product("같은 이름")
    before = await books()
    page = await check(chief, text.format(id=mug))
    assert (page.status_code, said in page.text) == (400, True)
    assert await books() == before


async def test_too_many_lines(chief: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    mug, cup = await make_product("머그"), await make_product("컵")
    monkeypatch.setattr(stock_delivery, "MAX_LINES", 1)
    assert "at most 1 lines" in (await check(chief, f"{mug},1\n{cup},1")).text


@pytest.mark.parametrize(
    "lines", ["", "x", "1", "1:", "1:0", "1:1000001", "1:1 1:1", "1:-1", "1:1.5", "999:1"]
)
async def test_a_form_made_by_hand_is_refused(chief: SignedIn, lines: str) -> None:
    mug = await make_product("머그", stock=0)
    shown = await check(chief, f"{mug},1")
    answer = await receive(chief, shown, lines=lines.replace("1:", f"{mug}:"))
    assert answer.status_code in {400, 404}
    assert await stock_of(mug) == 0


async def test_it_needs_the_right(clerk: SignedIn) -> None:
    assert (await clerk.get(PAGE)).status_code == 404
    form = {"lines": "1:1", "reason": "x", "form_key": "k" * 20}
    assert (await clerk.post(f"{PAGE}/receive", data=form)).status_code == 404
