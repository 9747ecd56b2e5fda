"""Staff export all products, change the file, see what would change, and import it."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from openpyxl import Workbook, load_workbook

from shop.likes.tables import LikeCounter
from shop.pictures.repository import PictureRepository
from shop.pictures.service import PictureService
from shop.pictures.store import FolderStore
from shop.products.tables import Product
from shop.staff.products import service
from shop.staff.rights_repository import RightsRepository
from shop.staff_log.repository import StaffLogRepository
from tests.cast import (
    Cast,
    SignedIn,
    edit_product,
    make_category,
    make_options,
    make_product,
    make_user,
    sign_in,
    stock_of,
)
from tests.unit.buying import books
from tests.unit.staff.products import PAGE, imported, product, run, upload


@pytest.fixture
async def keeper(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """A member of staff who may do nothing but the catalogue."""
    user_id = await make_user("keeper", 0, admin=True)
    await RightsRepository().set(user_id, ["catalogue"])
    async with sign_in(app, "keeper") as client:
        client.headers["Accept-Language"] = "en"
        yield client


async def exported(client: SignedIn) -> list[dict[str, str]]:
    content = (await client.get("/staff/products/export.csv")).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def as_csv(rows: list[dict[str, str]], delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: list[dict[str, Any]]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(content)
    return content.getvalue()


async def log_of(subject: str) -> list[tuple[str, Any, Any]]:
    found = await StaffLogRepository().of_subjects(subject)
    return [(entry.action, entry.before, entry.after) for entry in found]


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_an_export_sent_back_changes_nothing(keeper: SignedIn, language: str) -> None:
    await make_product('머그 "큰 것", 2개', description="=1+1\r\n둘째 줄")
    await make_product("-5", active=False, delivery="parcel")
    keeper.headers["Accept-Language"] = language
    for ending in ("csv", "xlsx"):
        file = (await keeper.get(f"/staff/products/export.{ending}")).content
        page = await upload(keeper, file=file, name=f"p.{ending}")
        said = {"ko": "변경되는 내용이 없습니다", "en": "Nothing would change: 2 products"}
        assert said[language] in page.text


async def test_changes_are_shown_and_then_imported_once(keeper: SignedIn) -> None:
    mug = await make_product("머그", price=1_000)
    other = await make_product("컵", price=3_000)
    rows = await exported(keeper)
    rows[0] |= {"price": "1,500", "name": "큰 머그", "on sale": "no"}
    preview = await upload(keeper, file=as_csv(rows))
    assert "큰 머그" in preview.text
    assert "1,500" in preview.text
    assert (await product(mug))["price"] == 1_000
    page = await run(keeper, preview)
    assert "Products added: 0. Products changed: 1." in page.text
    row = await product(mug)
    assert (row["price"], row["name"], row["active"]) == (1_500, "큰 머그", False)
    assert (await product(other))["price"] == 3_000
    before = '{"name": "머그", "price": 1000, "active": true}'
    after = '{"name": "큰 머그", "price": 1500, "active": false}'
    assert await log_of(f"product:{mug}") == [("row.edit", before, after)]
    assert await log_of(f"product:{other}") == []
    counter = await LikeCounter.select().where(LikeCounter.product == mug).first()
    assert counter["listed"] is False


async def test_a_form_that_is_sent_twice_imports_once(keeper: SignedIn) -> None:
    await make_category()
    preview = await upload(keeper, "name,category,price\n머그,desk,5000")
    pages = [await run(keeper, preview) for _ in range(2)]
    assert all("Products added: 1." in page.text for page in pages)
    assert await Product.count() == 1


async def test_a_file_without_numbers_adds_products(keeper: SignedIn) -> None:
    await make_category()
    text = "가격,카테고리,이름,받는 방법\n5000,책상,머그,택배\n7000,Desk,컵,"
    assert "Products added: 2." in await imported(keeper, text)
    rows = await Product.select().order_by(Product.id)
    assert [(row["name"], row["price"], row["delivery"]) for row in rows] == [
        ("머그", 5_000, "parcel"),
        ("컵", 7_000, "desk"),
    ]
    assert await stock_of(rows[0]["id"]) == 0
    assert [action for action, _, _ in await log_of(f"product:{rows[0]['id']}")] == ["row.add"]
    assert "머그" in (await keeper.get("/?q=머그")).text


async def test_yesterdays_file_adds_nothing_again(keeper: SignedIn) -> None:
    await make_category()
    text = "name,category,price\n머그,desk,5000"
    await imported(keeper, text)
    assert "Nothing would change" in (await upload(keeper, text)).text
    changed = await upload(keeper, text.replace("5000", "6000"))
    assert (changed.status_code, "already exists" in changed.text) == (400, True)
    assert await Product.count() == 1


async def test_prices_of_many_in_a_pasted_list(keeper: SignedIn) -> None:
    ids = [await make_product(f"머그 {n}", price=1_000) for n in range(3)]
    await imported(keeper, "\n".join(f"{id_}\t{2_000 + id_}" for id_ in ids))
    assert [(await product(id_))["price"] for id_ in ids] == [2_000 + id_ for id_ in ids]


async def test_columns_may_have_another_order_and_be_fewer(keeper: SignedIn) -> None:
    mug = await make_product("머그", description="그대로")
    await imported(keeper, f"이름;쓰지 않는 열;번호\n컵;?;{mug}")
    row = await product(mug)
    assert (row["name"], row["description"]) == ("컵", "그대로")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
async def test_csv_as_people_have_it(keeper: SignedIn, delimiter: str, encoding: str) -> None:
    mug = await make_product("머그")
    rows = [{"번호": str(mug), "이름": "컵, 큰 것"}]
    await imported(keeper, file=as_csv(rows, delimiter, encoding))
    assert (await product(mug))["name"] == "컵, 큰 것"


async def test_an_excel_file_with_numbers_as_text(keeper: SignedIn) -> None:
    ids = [await make_product(f"머그 {n}") for n in range(2)]
    rows = [{"번호": ids[0], "가격": "1,500"}, {"번호": str(ids[1]), "가격": 2_500.0}]
    await imported(keeper, file=as_xlsx(rows), name="p.xlsx")
    assert [(await product(id_))["price"] for id_ in ids] == [1_500, 2_500]


async def test_an_excel_export_can_be_read(keeper: SignedIn) -> None:
    mug = await make_product("=1+1", price=1_500)
    content = (await keeper.get("/staff/products/export.xlsx")).content
    titles, row = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    assert (titles[0], row[0], row[1], row[2]) == ("number", mug, 1_500, "=1+1")


async def test_changes_by_others_since_the_export_are_not_overwritten(keeper: SignedIn) -> None:
    mug = await make_product("머그", price=1_000)
    rows = await exported(keeper)
    rows[0]["name"] = "컵"
    await edit_product(mug, price=2_000)
    await imported(keeper, file=as_csv(rows))
    row = await product(mug)
    assert (row["name"], row["price"]) == ("컵", 2_000)


async def test_a_conflict_with_a_change_by_others_is_refused(keeper: SignedIn) -> None:
    mug = await make_product("머그", price=1_000)
    rows = await exported(keeper)
    rows[0]["price"] = "1500"
    await edit_product(mug, price=2_000)
    page = await upload(keeper, file=as_csv(rows))
    assert (page.status_code, "Someone else has changed" in page.text) == (400, True)
    assert (await product(mug))["price"] == 2_000


async def test_a_conflict_that_arises_during_the_preview_is_refused(keeper: SignedIn) -> None:
    mug, cup = await make_product("머그"), await make_product("컵")
    preview = await upload(keeper, f"{mug},1500\n{cup},1500")
    await edit_product(cup, price=2_000)
    page = await run(keeper, preview)
    assert (page.status_code, "was changed meanwhile" in page.text) == (400, True)
    assert [(await product(id_))["price"] for id_ in (mug, cup)] == [1_000, 2_000]


async def test_a_product_that_others_add_while_the_preview_is_open_is_not_added_twice(
    keeper: SignedIn,
) -> None:
    await make_category()
    preview = await upload(keeper, "name,category,price\n머그,desk,5000")
    await make_product("머그")
    assert (await run(keeper, preview)).status_code == 400
    assert await Product.count() == 1


WRONG = [
    ("{id},0", "from 1 to"),
    ("{id},-5", "from 1 to"),
    ("{id},1.5", "from 1 to"),
    ("{id},many", "from 1 to"),
    ("{id},", "from 1 to"),
    ("{id}," + "1" + "0" * 18, "from 1 to"),
    ("{id}," + "9" * 40, "from 1 to"),
    ("999,5", "no product with the number 999"),
    ("x,5", "is not a product number"),
    ("0,5", "is not a product number"),
    ("9" * 19 + ",5", "is not a product number"),
    ("{id},5\n{id},6", "already in line 1"),
    ("number,name\n{id},", "enter a name"),
    ("number,name\n{id}," + "x" * 121, "too long"),
    ("number,category\n{id},nowhere", "no category"),
    ("number,on sale\n{id},perhaps", "yes or no"),
    ("number,delivery\n{id},drone", "choose parcel, desk or code"),
    ("number,picture\n{id},mug.png", "no picture"),
    ("number,picture\n{id},../../etc/passwd", "no picture"),
    ("number,picture\n{id}," + "0" * 32 + "-10x10.jpg", "no picture"),
    ("number,price,exported state\n{id},5,v1.xyz", "exported state"),
    ("name,price\n머그,5", "needs a name, a category and a price"),
    ("name,category,price\n컵,desk,5\n컵,desk,5", "already in line 2"),
    ("name,category,price\n연필,desk,5", "already exists"),
    ("number,number\n{id},5", "there twice"),
    ("{id},5,머그", "more than 2 cells"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
async def test_nothing_changes_if_a_line_is_wrong(keeper: SignedIn, text: str, said: str) -> None:
    first, second = await make_product("연필"), await make_product("지우개")
    before = await books()
    page = await upload(keeper, text.format(id=first) + (f"\n{second},7" if "," in text else ""))
    assert (page.status_code, said in page.text) == (400, True)
    after = await books()
    assert {name for name in before if before[name] != after[name]} <= {"sessions"}


async def test_each_fault_is_named_by_its_line(keeper: SignedIn) -> None:
    mug = await make_product("머그")
    page = await upload(keeper, f"number,price\n{mug},5\n999,5\nx,5")
    assert "2 lines have a fault" in page.text
    assert "Line 3" in page.text
    assert "Line 4" in page.text


async def test_a_file_that_changes_too_much_is_refused(
    keeper: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await make_product(f"머그 {n}") for n in range(3)]
    monkeypatch.setattr(service, "MAX_CHANGES", 2)
    page = await upload(keeper, "\n".join(f"{id_},5" for id_ in ids))
    assert (page.status_code, "more than 2 products" in page.text) == (400, True)


async def test_a_file_with_too_many_new_products_is_refused(
    keeper: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_category()
    monkeypatch.setattr(service, "MAX_NEW", 1)
    page = await upload(keeper, "name,category,price\n머그,desk,5\n컵,desk,5")
    assert (page.status_code, "more than 1 new products" in page.text) == (400, True)


@pytest.mark.parametrize("file", [b"\0\1\2", b"PK\3\4nonsense", b"%PDF-1.7\0", b"\xd0\xcf\x11\xe0"])
async def test_a_file_without_a_table_is_refused(keeper: SignedIn, file: bytes) -> None:
    page = await upload(keeper, file=file)
    assert page.status_code == 400
    assert 'role="alert"' in page.text


async def test_a_discarded_file_changes_nothing(keeper: SignedIn) -> None:
    mug = await make_product("머그")
    preview = await upload(keeper, f"{mug},5000")
    path = preview.url.path
    opened_elsewhere = await keeper.get(path)
    assert f'href="{path}"' in (await keeper.get(PAGE)).text
    fields = {"form_key": preview.text.split('name="form_key" value="')[1].split('"')[0]}
    await keeper.post(f"{path}/discard", data=fields)
    assert (await keeper.get(path)).status_code == 404
    assert (await run(keeper, opened_elsewhere)).status_code == 404
    assert (await product(mug))["price"] == 1_000


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/1", "/staff/products/export.csv"])
async def test_it_needs_the_right(
    clerk: SignedIn, browser_of_alice: SignedIn, keeper: SignedIn, path: str
) -> None:
    mug = await make_product("머그")
    await upload(keeper, f"{mug},5000")
    for client in (clerk, browser_of_alice):
        assert (await client.get(path)).status_code == 404
    data = {"form_key": "k" * 20, "text": f"{mug},1"}
    assert (await clerk.post(PAGE, data=data)).status_code == 404


async def test_a_right_that_was_taken_away_is_not_used(keeper: SignedIn) -> None:
    mug = await make_product("머그")
    preview = await upload(keeper, f"{mug},5000")
    user_id = (await Product.raw("SELECT id FROM users WHERE username = 'keeper'"))[0]["id"]
    await RightsRepository().set(user_id, ["orders"])
    assert (await run(keeper, preview)).status_code == 404
    assert (await product(mug))["price"] == 1_000


async def test_drafts_are_forgotten_after_a_week(keeper: SignedIn, tmp_path: Path) -> None:
    mug = await make_product("머그")
    preview = await upload(keeper, f"{mug},5000")
    await Product.raw("UPDATE product_imports SET created_at = now() - interval '8 days'")
    pictures = PictureService(PictureRepository(), FolderStore(tmp_path), tmp_path)
    await service.ProductFiles(pictures).sweep()
    assert (await keeper.get(preview.url.path)).status_code == 404


async def test_a_file_renames_options(chief: SignedIn) -> None:
    lead = await make_product("티셔츠")
    [large] = await make_options(lead, "M", "L")
    pencil = await make_product()
    chief.headers["Accept-Language"] = "en"
    await imported(chief, f"number,option,English option\n{large},XL,Extra large")
    row = await product(large)
    assert (row["label"], row["label_en"]) == ("XL", "Extra large")
    for line, said in (
        (f"{pencil},S", "not an option"),
        (f"{large},", "needs a name"),
        (f"{large},{'x' * 41}", "too long"),
    ):
        answer = await upload(chief, f"number,option\n{line}")
        assert (answer.status_code, said in answer.text) == (400, True), line
    twice = await upload(chief, f"number,option\n{lead},XL")
    assert (await run(chief, twice)).status_code == 400
    assert (await product(lead))["label"] == "M"
