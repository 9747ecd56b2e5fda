"""The address book, in JSON and on its pages."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.addresses.recipient import Recipient
from shop.addresses.repository import AddressRepository
from shop.addresses.service import MAX_ADDRESSES, AddressService
from shop.addresses.tables import Address
from shop.identity import SignedInUser
from tests.cast import Cast, SignedIn, all_at_once
from tests.unit.buying import code_of
from tests.unit.conftest import header_client
from tests.unit.web.helpers import wrong_fields_in

API, BOOK = "/api/v1/addresses", "/account/addresses"
HOME: dict[str, Any] = {
    "name": "김하나",
    "phone": "010-1234-5678",
    "postcode": "04524",
    "line1": "서울 중구 세종대로 110",
}
REST = {"line2": "", "note": "", "country": "KR"}


async def added(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post(API, json={**HOME, **more})
    assert answer.status_code == 201, answer.text
    address: dict[str, Any] = answer.json()
    return address


async def book(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(API)).json()["items"]
    return items


async def test_an_address_is_saved_listed_replaced_and_deleted(alice: httpx.AsyncClient) -> None:
    first = await added(alice)
    assert first == {"id": first["id"], **HOME, **REST, "is_default": True}
    second = await added(alice, line2="301호", note="문 앞", country="KR")
    assert [one["id"] for one in await book(alice)] == [first["id"], second["id"]]
    answer = await alice.put(f"{API}/{second['id']}", json={**HOME, "is_default": True})
    assert answer.status_code == 200
    assert answer.json()["is_default"] is True
    assert [one["is_default"] for one in await book(alice)] == [True, False]
    answer = await alice.delete(f"{API}/{second['id']}")
    assert [one["id"] for one in answer.json()["items"]] == [first["id"]]
    assert [one["is_default"] for one in await book(alice)] == [False]


async def test_an_address_of_another_user_is_not_found(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    address = await added(alice)
    url = f"{API}/{address['id']}"
    for answer in (
        await bob.put(url, json=HOME),
        await bob.delete(url),
        await bob.delete(f"{API}/{2**63}"),
        await bob.get(f"{BOOK}/{address['id']}"),
    ):
        assert answer.status_code == 404
    assert await book(bob) == []
    assert await book(alice) == [address]


async def test_a_guest_is_refused(guest: httpx.AsyncClient) -> None:
    assert (await guest.get(API)).status_code == 401
    assert (await guest.post(API, json=HOME)).status_code == 401
    assert (await guest.get(BOOK)).headers["location"].startswith("/login")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("name", " "),
            ("name", "\u3164"),
            ("line1", "\u115f \uffa0"),
        ),
        *(("name", "가" * 61), ("name", "김\x00하나"), ("name", "김\u202e하나")),
        *(("phone", ""), ("phone", "1" * 400), ("phone", "전화"), ("phone", "010-12")),
        *(("postcode", ""), ("postcode", "abcde"), ("postcode", "123456"), ("postcode", "1234")),
        *(("line1", ""), ("line1", "\n"), ("line1", "x" * 121), ("line2", "x" * 100_0)),
        *(("note", "a\nb"), ("note", "x" * 201), ("country", "XX"), ("country", "kr ")),
    ],
)
async def test_a_wrong_field_is_named(alice: httpx.AsyncClient, field: str, value: str) -> None:
    answer = await alice.post(API, json={**HOME, field: value})
    assert code_of(answer) == "invalid-input"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await book(alice) == []


async def test_every_wrong_field_is_named_in_the_language_of_the_request(
    alice: httpx.AsyncClient,
) -> None:
    wrong = {"name": "", "phone": "x", "postcode": "x", "line1": ""}
    errors = {}
    for language in ("ko", "en"):
        answer = await alice.post(f"{API}?lang={language}", json=wrong)
        errors[language] = answer.json()["errors"]
    assert {error["field"] for error in errors["en"]} == {*wrong}
    assert all(
        ko["message"] != en["message"] for ko, en in zip(errors["ko"], errors["en"], strict=True)
    )


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ({"phone": " ０１０-1234-5678 ", "postcode": "０４５２４"}, HOME),
        ({"line1": "شارع الملك فهد", "country": "SA", "postcode": ""}, {"country": "SA"}),
        ({"country": "GB", "postcode": "SW1A 1AA", "phone": "+44 20 7946 0018"}, {}),
        ({"line1": "서울 중구"}, {"line1": "서울 중구"}),
    ],
)
async def test_common_spellings_are_accepted(
    alice: httpx.AsyncClient, given: dict[str, str], saved: dict[str, str]
) -> None:
    assert (await added(alice, **given)).items() >= saved.items()


@pytest.mark.committed
async def test_the_book_is_bounded_and_has_one_default_in_any_race(cast: Cast) -> None:
    service, alice = AddressService(AddressRepository()), SignedInUser(cast.alice, "alice")
    home = Recipient(**HOME)
    work = [service.add(alice, home, default=True) for _ in range(MAX_ADDRESSES + 4)]
    results = await all_at_once(*work)
    refused = [str(result) for result in results if isinstance(result, Exception)]
    assert len(refused) == 4
    assert all("You can save up to" in text for text in refused)
    assert await Address.count() == MAX_ADDRESSES
    assert await Address.count().where(Address.is_default.eq(True)) == 1


async def test_the_page_saves_edits_and_deletes(browser_of_alice: SignedIn) -> None:
    client = browser_of_alice
    assert 'href="/account/addresses"' in (await client.get("/account")).text
    answer = await client.post(BOOK, data=HOME)
    assert (answer.status_code, answer.headers["location"]) == (303, BOOK)
    [address] = await book(client)
    url = f"{BOOK}/{address['id']}"
    page = (await client.get(BOOK)).text
    assert HOME["line1"] in page
    assert url in page
    form = (await client.get(url)).text
    assert f'value="{HOME["line1"]}"' in form
    answer = await client.post(url, data={**HOME, "name": "이둘", "is_default": "on"})
    assert answer.status_code == 303
    assert [(one["name"], one["is_default"]) for one in await book(client)] == [("이둘", True)]
    answer = await client.post(f"{url}/delete")
    assert answer.status_code == 303
    assert await book(client) == []


async def test_a_refused_form_keeps_its_input(browser_of_alice: SignedIn) -> None:
    answer = await browser_of_alice.post(BOOK, data={**HOME, "postcode": "서울시"})
    assert answer.status_code == 400
    assert 'value="서울시"' in answer.text
    assert f'value="{HOME["line1"]}"' in answer.text
    assert 'id="postcode-error"' in answer.text


async def test_the_page_names_every_wrong_field(browser_of_alice: SignedIn) -> None:
    wrong = {"name": "", "phone": "x", "country": "XX", "line1": "", "line2": "", "note": "a\nb"}
    answer = await browser_of_alice.post(BOOK, data=wrong)
    assert wrong_fields_in(answer.text) == ["name", "phone", "country", "line1", "note"]
    answer = await browser_of_alice.post(BOOK, data={**HOME, "postcode": "1"})
    assert wrong_fields_in(answer.text) == ["postcode"]


async def test_the_addresses_are_never_stored_by_a_cache(
    app: Litestar, cast: Cast, browser_of_alice: SignedIn
) -> None:
    answer = await browser_of_alice.get(BOOK)
    assert "no-store" in answer.headers["cache-control"]
    async with header_client(app, cast.alice) as client:
        assert "no-store" in (await client.get(API)).headers["cache-control"]
