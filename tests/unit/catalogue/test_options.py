"""Options: products that share a page. Lists have the lead once; each is bought by id."""

from typing import Any

import asyncpg
import httpx
import pytest

from shop.catalogue.editor import NewOption
from shop.errors import InvalidInput
from shop.products.option_repository import Label
from shop.products.tables import Product, Stock
from tests.cast import Cast, edit_product, editor, make_options, make_product
from tests.unit.buying import code_of

PRODUCTS = "/api/v1/products"
SORTS = ["newest", "price_asc", "price_desc", "likes"]


async def listed(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(PRODUCTS, params=query)).json()["items"]
    return items


async def shirt(stock: int = 5, **columns: Any) -> list[int]:
    """A lead of size S, and its options M and L."""
    lead = await make_product("셔츠", name_en="Shirt", stock=stock, **columns)
    return [lead, *await make_options(lead, "S", "M", "L", stock=stock)]


@pytest.mark.parametrize("sort", SORTS)
async def test_a_list_has_the_lead_once(guest: httpx.AsyncClient, sort: str) -> None:
    pencil, [lead, *_] = await make_product(), await shirt()
    for query in ({}, {"category": "desk"}, {"q": "셔츠"}):
        found = [item["id"] for item in await listed(guest, sort=sort, **query)]
        assert sorted(found) == sorted([lead, *([] if "q" in query else [pencil])])


async def test_each_product_of_the_page_names_all_options(guest: httpx.AsyncClient) -> None:
    ids = await shirt(price=2_000, stock=3)
    await edit_product(ids[2], price=2_500)
    options = [
        {"id": id_, "label": label, "price": price, "stock": 3}
        for id_, label, price in zip(ids, "SML", (2_000, 2_000, 2_500), strict=True)
    ]
    assert (await listed(guest))[0]["options"] == options
    for id_ in ids:
        assert (await guest.get(f"{PRODUCTS}/{id_}")).json()["options"] == options


async def test_an_option_is_named_in_cart_order_and_json(alice: httpx.AsyncClient) -> None:
    lead, option, _ = await shirt()
    names = {"ko": {lead: "셔츠", option: "셔츠 (M)"}, "en": {lead: "Shirt", option: "Shirt (M)"}}
    for language, expected in names.items():
        alice.headers["Accept-Language"] = language
        for id_, name in expected.items():
            assert (await alice.get(f"{PRODUCTS}/{id_}")).json()["name"] == name
    alice.headers["Accept-Language"] = "ko"
    cart = await alice.put(f"/api/v1/cart/items/{option}", json={"quantity": 1})
    assert [item["name"] for item in cart.json()["items"]] == ["셔츠 (M)"]
    items = [{"product_id": id_, "quantity": 1} for id_ in (lead, option)]
    order = (await alice.post("/api/v1/orders", json={"items": items})).json()
    assert [item["name"] for item in order["items"]] == ["셔츠 (S)", "셔츠 (M)"]
    assert "셔츠 (M)" in (await alice.get(f"/orders/{order['id']}")).text


async def test_the_longest_name_with_the_longest_label_can_be_ordered(
    alice: httpx.AsyncClient,
) -> None:
    lead = await make_product("가" * 120, name_en="a" * 120)
    [option] = await make_options(lead, "x", "나" * 40)
    body = {"items": [{"product_id": option, "quantity": 1}]}
    answer = await alice.post("/api/v1/orders", json=body)
    assert answer.status_code == 201, answer.text


async def test_a_card_is_sold_out_only_when_all_options_are(
    guest: httpx.AsyncClient, alice: httpx.AsyncClient
) -> None:
    lead, *options = await shirt(stock=1)
    for id_ in (lead, *options):
        page = (await guest.get("/")).text
        assert "품절" not in page
        assert "옵션 3개" in page
        body = {"items": [{"product_id": id_, "quantity": 1}]}
        assert (await alice.post("/api/v1/orders", json=body)).status_code == 201
    assert "품절" in (await guest.get("/")).text


async def test_the_page_chooses_by_radio_buttons_and_a_link_each(guest: httpx.AsyncClient) -> None:
    lead, option, sold_out = await shirt()
    await Stock.update({Stock.quantity: 0}).where(Stock.product == sold_out)
    page = (await guest.get(f"/products/{option}")).text
    radios = [part.split(">")[0] for part in page.split('<input type="radio"')[1:]]
    values = {id_: next(r for r in radios if f'value="{id_}"' in r) for id_ in (lead, option)}
    assert [id_ for id_, radio in values.items() if " checked" in radio] == [option]
    assert f'href="/products/{lead}"' in page
    [gone] = [radio for radio in radios if f'value="{sold_out}"' in radio]
    assert " disabled" in gone


async def test_a_withdrawn_lead_takes_its_options_along(alice: httpx.AsyncClient) -> None:
    lead, option, _ = await shirt()
    await alice.put(f"/api/v1/cart/items/{option}", json={"quantity": 1})
    await edit_product(lead, active=False)
    [item] = (await alice.get("/api/v1/cart")).json()["items"]
    assert (item["sold"], item["name"]) == (False, "셔츠 (M)")
    answer = await alice.post(
        "/api/v1/orders", json={"items": [{"product_id": option, "quantity": 1}]}
    )
    assert (answer.status_code, code_of(answer)) == (404, "product-not-found")
    with pytest.raises(InvalidInput):
        await edit_product(option, active=True)
    await edit_product(lead, active=True)
    await edit_product(option, active=True)
    assert (await alice.get(f"{PRODUCTS}/{option}")).status_code == 200


async def test_a_withdrawn_option_leaves_the_others(guest: httpx.AsyncClient) -> None:
    lead, option, other = await shirt()
    await edit_product(option, active=False)
    [item] = await listed(guest)
    assert [one["id"] for one in item["options"]] == [lead, other]


async def test_an_option_of_an_option_is_refused(cast: Cast) -> None:
    _, option, _ = await shirt()
    with pytest.raises(InvalidInput):
        await make_options(option, "M", "blue")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE products SET lead = {option}, label = 'x' WHERE id = {other}",
        "UPDATE products SET lead = {other}, label = 'x' WHERE id = {lead}",
        "UPDATE products SET lead = NULL, label = '' WHERE id = {lead}",
        "UPDATE products SET lead = {lead} WHERE id = {other}",
    ],
)
async def test_the_database_refuses_it_too(cast: Cast, sql: str) -> None:
    lead, option, _ = await shirt()
    other = await make_product()
    with pytest.raises((asyncpg.IntegrityConstraintViolationError, InvalidInput)):
        await Product.raw(sql.format(lead=lead, option=option, other=other))


@pytest.mark.parametrize("labels", [("", "M"), ("S", "S"), ("S", " "), ("S", "x" * 41)])
async def test_labels_that_do_not_tell_options_apart_are_refused(
    cast: Cast, labels: tuple[str, str]
) -> None:
    lead = await make_product()
    own, other = (Label(text.strip()) for text in labels)
    with pytest.raises(InvalidInput):
        await editor().add_options(lead, own, [NewOption(other, 100)])
