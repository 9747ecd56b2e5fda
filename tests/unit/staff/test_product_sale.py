"""Staff set limits and times of sale."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shop.products.tables import Product
from tests.cast import SignedIn, make_product
from tests.unit.buying import bought, buy, code_of
from tests.unit.staff.conftest import actions_of, send

NAMES = ("person_limit", "limit_days", "on_sale_from", "on_sale_until")


async def saved(product: int) -> list[Any]:
    row = await Product.select(*NAMES).where(Product.id == product).first()
    assert row is not None
    return [row[name] for name in NAMES]


async def change(client: SignedIn, product: int, **typed: str) -> httpx.Response:
    client.headers["Accept-Language"] = "en"
    path = f"/staff/products/{product}/sale"
    answer: httpx.Response = await send(client, path, path, **typed)
    return answer


async def test_limits_and_times_are_saved_in_the_shops_time_zone(chief: SignedIn) -> None:
    product = await make_product()
    page = await change(
        chief,
        product,
        person_limit="3",
        limit_days="30",
        on_sale_from="2026-12-01T10:00",
        on_sale_until="2026-12-02T10:00:30",
    )
    assert "Saved." in page.text
    assert 'value="2026-12-01T10:00:00"' in page.text
    start, end = datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 2, 1, 0, 30, tzinfo=UTC)
    assert await saved(product) == [3, 30, start, end]
    assert await actions_of(f"product:{product}") == [("row.edit", "")]
    empty = dict.fromkeys(NAMES, "")
    await change(chief, product, **empty)
    assert await saved(product) == [None] * 4


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"person_limit": "0"}, "from 1 to 9,999"),
        ({"person_limit": "many"}, "from 1 to 9,999"),
        ({"person_limit": "10000"}, "from 1 to 9,999"),
        ({"limit_days": "7"}, "how many items one person may buy"),
        ({"person_limit": "1", "limit_days": "0"}, "from 1 to 3,650"),
        ({"person_limit": "many", "on_sale_from": "tomorrow"}, "from 1 to 9,999"),
        ({"person_limit": "many", "on_sale_from": "tomorrow"}, "enter a date and a time"),
        ({"on_sale_from": "2026-12-01T10:00+00:00"}, "enter a date and a time"),
        ({"on_sale_from": "0001-01-01T00:00"}, "a date from 2000 to 2100"),
        ({"on_sale_until": "9999-12-31T23:59"}, "a date from 2000 to 2100"),
        (
            {"on_sale_from": "2026-12-02T10:00", "on_sale_until": "2026-12-02T10:00"},
            "must end after it begins",
        ),
    ],
)
async def test_invalid_input_is_refused_and_stays_in_the_form(
    chief: SignedIn, typed: dict[str, str], said: str
) -> None:
    product = await make_product()
    page = await change(chief, product, **typed)
    assert (page.status_code, said in page.text) == (400, True), page.text
    for text in typed.values():
        assert f'value="{text}"' in page.text
    assert await saved(product) == [None] * 4


async def test_a_stored_time_outside_the_years_stays_until_it_is_changed(
    chief: SignedIn,
) -> None:
    """Such as one of before the shop's time zone was changed, or written by SQL."""
    product = await make_product()
    end = datetime(2150, 1, 1, 0, 0, 0, 5, tzinfo=UTC)
    await Product.update({Product.on_sale_until: end}).where(Product.id == product)
    assert "Saved." in (await change(chief, product, person_limit="3")).text
    sent_by_browsers = "2150-01-01T09:00"
    page = await change(chief, product, person_limit="4", on_sale_until=sent_by_browsers)
    assert "Saved." in page.text
    assert await saved(product) == [4, None, None, end]
    late = await change(chief, product, on_sale_from="2100-01-01T00:00")
    assert "Saved." in late.text
    await Product.update(
        {Product.on_sale_from: None, Product.on_sale_until: end.replace(1990)}, force=True
    )
    early = await change(chief, product, on_sale_from="2026-01-01T00:00")
    assert "must end after it begins" in early.text
    await Product.update({Product.on_sale_until: end}, force=True)
    page = await change(chief, product, person_limit="5", on_sale_until="2150-01-01T10:00")
    assert "a date from 2000 to 2100" in page.text
    assert await saved(product) == [4, None, None, end]


async def test_a_limit_applies_at_once(chief: SignedIn, alice: httpx.AsyncClient) -> None:
    product = await make_product()
    await bought(alice, (product, 2))
    await change(chief, product, person_limit="1")
    assert code_of(await buy(alice, (product, 1))) == "limit-reached"


async def test_it_needs_the_right(chief: SignedIn, clerk: SignedIn) -> None:
    product = await make_product()
    assert (await clerk.get(f"/staff/products/{product}/sale")).status_code == 404
    assert (await chief.get("/staff/products/999/sale")).status_code == 404
