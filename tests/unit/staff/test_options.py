"""Staff add a row of options in one form, once."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.products.tables import Product
from shop.staff.rights_repository import RightsRepository
from tests.cast import Cast, SignedIn, make_options, make_product, make_user, sign_in, stock_of
from tests.unit.staff.conftest import actions_of, form_in

ROWS: dict[str, Any] = {
    "label": ["M", "L", ""],
    "label_en": ["", "Large", ""],
    "price": ["", "12,000", ""],
    "stock": ["3", "", ""],
}


async def sent(chief: SignedIn, product: int, times: int = 1, **values: Any) -> httpx.Response:
    path = f"/staff/products/{product}/options"
    key = form_in((await chief.get(path)).text, path)["form_key"]
    form = {"own_label": "S", "own_label_en": "", **ROWS, "form_key": key, **values}
    for _ in range(times):
        answer = await chief.post(path, data=form)
    return answer


async def options_of(product: int) -> list[dict[str, Any]]:
    columns = (Product.id, Product.label, Product.label_en, Product.price)
    rows: list[dict[str, Any]] = (
        await Product.select(*columns).where(Product.lead == product).order_by(Product.id)
    )
    return rows


async def test_a_row_of_options_is_added_once(chief: SignedIn) -> None:
    product = await make_product(price=10_000, stock=1)
    assert (await sent(chief, product, times=2)).status_code == 303
    options = await options_of(product)
    assert [(row["label"], row["label_en"], row["price"]) for row in options] == [
        ("S", "", 10_000),
        ("M", "", 10_000),
        ("L", "Large", 12_000),
    ]
    assert [await stock_of(row["id"]) for row in options] == [1, 3, 0]
    assert await actions_of(f"product:{product}") == [("product.options", "")]
    page = (await chief.get(f"/staff/products/{product}/options?lang=en")).text
    assert "Large" in page
    assert "This product is the option" not in page


async def test_more_options_can_be_added_later(chief: SignedIn) -> None:
    product = await make_product()
    await make_options(product, "XS", "S")
    assert (await sent(chief, product, own_label="ignored")).status_code == 303
    assert [row["label"] for row in await options_of(product)] == ["XS", "S", "M", "L"]


@pytest.mark.parametrize(
    "values",
    [
        {"label": ["", "", ""], "label_en": ["", "", ""]},
        {"own_label": ""},
        {"own_label": "M"},
        {"label": ["M", "M", ""]},
        {"label": ["x" * 41, "L", ""]},
        {"label_en": ["x" * 41, "", ""]},
        {"label": ["M", "", ""], "label_en": ["", "only English", ""]},
        {"price": ["0", "", ""]},
        {"price": ["-1", "", ""]},
        {"price": ["1000000001", "", ""]},
        {"price": ["x", "", ""]},
        {"price": ["9" * 100, "", ""]},
        {"stock": ["1.5", "", ""]},
        {"stock": ["-1", "", ""]},
        {"stock": ["1000001", "", ""]},
    ],
)
async def test_invalid_options_change_nothing_and_stay_in_the_form(
    chief: SignedIn, values: dict[str, Any]
) -> None:
    product = await make_product()
    answer = await sent(chief, product, **values)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert 'value="Large"' in answer.text or "label_en" in values
    assert await options_of(product) == []
    assert await Product.count() == 1


async def test_a_label_that_is_there_already_is_refused(chief: SignedIn) -> None:
    product = await make_product()
    await make_options(product, "S", "M")
    assert (await sent(chief, product)).status_code == 400
    assert [row["label"] for row in await options_of(product)] == ["S", "M"]


async def test_an_option_gets_no_options(chief: SignedIn) -> None:
    [option] = await make_options(await make_product(), "S", "M")
    for product in (option, 999_999, 2**63):
        path = f"/staff/products/{product}/options"
        assert (await chief.get(path)).status_code == 404
        assert (await chief.post(path, data={"form_key": "k" * 20})).status_code == 404


async def test_a_form_without_fields_is_refused(chief: SignedIn) -> None:
    product = await make_product()
    answer = await chief.post(f"/staff/products/{product}/options", data={"form_key": "k" * 20})
    assert answer.status_code == 400


async def test_it_needs_the_right(app: Litestar, cast: Cast) -> None:
    product = await make_product()
    user_id = await make_user("porter", 0, admin=True)
    await RightsRepository().set(user_id, ["stock"])
    async with sign_in(app, "porter") as porter:
        path = f"/staff/products/{product}/options"
        assert (await porter.get(path)).status_code == 404
        assert (await porter.post(path, data={"form_key": "k" * 20})).status_code == 404


async def renamed(
    chief: SignedIn, product: int, **labels: dict[int, tuple[str, str]]
) -> httpx.Response:
    path = f"/staff/products/{product}/options"
    key = form_in((await chief.get(path)).text, path)["form_key"]
    rows = labels["labels"]
    form = {
        "option_id": [str(id_) for id_ in rows],
        "label": [label for label, _ in rows.values()],
        "label_en": [label_en for _, label_en in rows.values()],
        "form_key": key,
    }
    return await chief.post(f"{path}/labels", data=form)


async def test_options_are_renamed_and_may_swap_their_names(chief: SignedIn) -> None:
    product = await make_product()
    small, large = product, *(await make_options(product, "S", "M", "L"))[1:]
    labels = {small: ("L", "Large"), large: ("S", "Small")}
    assert (await renamed(chief, product, labels=labels)).status_code == 303
    assert [row["label"] for row in await options_of(product)] == ["L", "M", "S"]
    assert await actions_of(f"product:{large}") == [("row.edit", "")]


UNSEEN = [(text, "cannot be seen") for text in ("a\u202eb", "\u3164", "a\ufffeb")]


@pytest.mark.parametrize(
    ("label", "said"),
    [("M", "same name"), ("", "needs a name"), ("x" * 41, "needs a name"), *UNSEEN],
)
async def test_a_name_that_does_not_fit_is_refused(chief: SignedIn, label: str, said: str) -> None:
    chief.headers["Accept-Language"] = "en"
    product = await make_product()
    await make_options(product, "S", "M")
    answer = await renamed(chief, product, labels={product: (label, "")})
    assert (answer.status_code, said in answer.text) == (400, True)
    assert [row["label"] for row in await options_of(product)] == ["S", "M"]


async def test_an_option_of_another_product_is_not_renamed(chief: SignedIn) -> None:
    product, other = await make_product(), await make_product("다른 셔츠")
    await make_options(product, "S", "M")
    await make_options(other, "S", "M")
    answer = await renamed(chief, product, labels={other: ("XL", "")})
    assert answer.status_code == 400
    assert [row["label"] for row in await options_of(other)] == ["S", "M"]


async def test_a_search_finds_a_product_by_its_options(
    chief: SignedIn, guest: httpx.AsyncClient
) -> None:
    product = await make_product("티셔츠")

    async def found(text: str) -> list[int]:
        items = (await guest.get(f"/api/v1/products?q={text}")).json()["items"]
        return [item["id"] for item in items]

    assert await found("남색") == []
    await make_options(product, "흰색 M", "남색 M")
    assert await found("남색") == await found("티셔츠 남색") == [product]
    await renamed(chief, product, labels={product: ("초록 M", "Green M")})
    assert await found("green") == [product]
    assert await found("흰색") == []
