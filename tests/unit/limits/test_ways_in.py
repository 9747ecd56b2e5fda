"""Every endpoint that hashes a password or creates a row is limited, and no user can lock out
another."""

import httpx
import pytest
from litestar import Litestar

from shop.limits.sign_in import BY_ADDRESS, BY_NAME, BY_PAIR
from shop.users.tables import User
from tests.cast import PASSWORD, Cast, make_product
from tests.cast import sign_in as signed_in
from tests.unit.limits.conftest import WRONG, guess, keys, sign_in
from tests.unit.web.helpers import browser_of, client_of

OFFICE, HOME = "192.0.2.1", "192.0.2.2"
GUESSES = BY_PAIR.uses


async def test_guesses_at_one_name_from_one_address_are_limited(limited: Litestar) -> None:
    assert await guess(limited, OFFICE, GUESSES + 1) == [401] * GUESSES + [429]


@pytest.mark.parametrize("typed", ["ALICE", " alice ", "Alice\t"])
async def test_a_name_is_counted_however_it_is_typed(limited: Litestar, typed: str) -> None:
    await guess(limited, OFFICE, GUESSES)
    assert await guess(limited, OFFICE, 1, typed) == [429]


async def test_guesses_lock_out_no_other_address(limited: Litestar) -> None:
    await guess(limited, OFFICE, GUESSES + 1)
    async with client_of(limited, HOME) as alice:
        assert await sign_in(alice) == 303


async def test_guesses_from_many_addresses_lock_no_one_out(limited: Litestar) -> None:
    tries = [await guess(limited, f"198.51.100.{n}", 1) for n in range(BY_NAME.uses + 5)]
    assert [statuses for statuses in tries if statuses != [401]] == []
    async with client_of(limited, HOME) as alice:
        assert await sign_in(alice) == 303


async def test_a_known_browser_signs_in_beside_guesses_from_the_same_address(
    limited: Litestar,
) -> None:
    async with client_of(limited, OFFICE) as alice:
        assert await sign_in(alice) == 303
        alice.cookies.delete("id")
        await guess(limited, OFFICE, GUESSES)
        assert await guess(limited, OFFICE, 1) == [429]
        assert await sign_in(alice) == 303


async def test_a_known_browser_may_not_guess_for_ever(limited: Litestar) -> None:
    async with client_of(limited, OFFICE) as alice:
        await sign_in(alice)
        alice.cookies.delete("id")
        tries = [await sign_in(alice, password=WRONG) for _ in range(2 * GUESSES)]
    assert tries[-1] == 429


@pytest.mark.parametrize("cookie", ["", "nonsense", "eyJ1c2VybmFtZSI6ImJvYiJ9"])
async def test_a_made_up_browser_is_not_known(limited: Litestar, cookie: str) -> None:
    await guess(limited, OFFICE, GUESSES)
    async with client_of(limited, OFFICE, cookies={"device": cookie}) as client:
        assert await sign_in(client, password=WRONG) == 429


async def test_a_browser_is_known_to_its_own_account_only(limited: Litestar) -> None:
    async with client_of(limited, OFFICE) as bob:
        await sign_in(bob, "bob")
        bob.cookies.delete("id")
        await guess(limited, OFFICE, GUESSES)
        assert await sign_in(bob, "alice", WRONG) == 429


async def test_an_address_over_its_limit_does_not_use_up_a_names_limit(limited: Litestar) -> None:
    for n in range(BY_ADDRESS.uses):
        await guess(limited, OFFICE, 1, f"somebody-{n}")
    assert await guess(limited, OFFICE, 1) == [429]
    assert [key for key in await keys() if key.endswith("alice")] == []


async def test_refused_guesses_count_against_their_address(limited: Litestar) -> None:
    await guess(limited, OFFICE, BY_ADDRESS.uses)
    assert await guess(limited, OFFICE, 1, "bob") == [429]


async def test_an_ipv6_network_counts_as_one_address(limited: Litestar) -> None:
    tries = [await guess(limited, f"2001:db8::{n:x}", 1) for n in range(1, GUESSES + 2)]
    assert tries == [[401]] * GUESSES + [[429]]
    assert await guess(limited, "2001:db8:0:1::1", 1) == [401]


async def test_an_ipv4_address_is_one_however_it_is_written(limited: Litestar) -> None:
    await guess(limited, OFFICE, GUESSES)
    assert await guess(limited, f"::ffff:{OFFICE}", 1) == [429]


async def test_the_forms_of_admin_and_shop_share_a_limit(
    limited: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    await guess(limited, OFFICE, GUESSES, "admin")
    form = {"username": " ADMIN ", "password": PASSWORD}
    async with client_of(limited, OFFICE) as client:
        answer = await client.post("/admin/public/login/", json=form)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def change_password(client: httpx.AsyncClient, csrf_token: str, current: str) -> int:
    form = {"current_password": current, "new_password": "a-better-password"}
    answer = await client.post("/account/password", data={**form, "_csrf_token": csrf_token})
    return answer.status_code


async def test_a_change_of_password_is_limited_like_sign_in(limited: Litestar, cast: Cast) -> None:
    async with browser_of(limited, cast.alice, "alice") as alice:
        tries = [await change_password(alice, alice.csrf_token, WRONG) for _ in range(GUESSES + 1)]
        assert tries == [400] * GUESSES + [429]
        assert await change_password(alice, alice.csrf_token, PASSWORD) == 429


async def test_guesses_at_sign_in_and_at_the_change_count_together(
    limited: Litestar, cast: Cast
) -> None:
    await guess(limited, "127.0.0.1", GUESSES)
    async with browser_of(limited, cast.alice, "alice") as alice:
        assert await change_password(alice, alice.csrf_token, WRONG) == 429


async def test_a_gateway_cannot_change_a_password(limited: Litestar, cast: Cast) -> None:
    before = await User.select(User.password).where(User.id == cast.alice)
    async with client_of(limited, headers={"X-USER-ID": str(cast.alice)}) as gateway:
        tries = [await change_password(gateway, "", password) for password in (PASSWORD, WRONG)]
    assert tries == [403, 403]
    assert await User.select(User.password).where(User.id == cast.alice) == before
    assert await keys() == set()


async def test_sign_up_is_limited_by_address(limited: Litestar) -> None:
    async def sign_up(peer: str) -> int:
        async with client_of(limited, peer) as client:
            form = {"username": "no", "password": "no"}  # against the rules, so nothing is hashed
            return int((await client.post("/signup", data=form)).status_code)

    tries = [await sign_up(f"2001:db8::{n:x}") for n in range(31)]
    assert tries == [400] * 30 + [429]
    assert await sign_up(OFFICE) == 400


async def test_orders_are_limited_by_user_in_json_and_at_the_checkout_together(
    limited: Litestar, cast: Cast
) -> None:
    product = await make_product(price=1)
    body = {"items": [{"product_id": 987654321, "quantity": 1}]}
    checkout = {"product_id": product, "quantity": 1, "unit_price": 1, "idempotency_key": "k"}
    async with client_of(limited, headers={"X-USER-ID": str(cast.alice)}) as alice:
        for _ in range(60):
            assert (await alice.post("/api/v1/orders", json=body)).status_code == 404
            wrong = {**checkout, "product_id": 987654321}
            assert (await alice.post("/checkout", data=wrong)).status_code == 404
        json = await alice.post("/api/v1/orders", json=body)
        page = await alice.post("/checkout", data=checkout)
    assert [json.status_code, page.status_code] == [429, 429]
    async with client_of(limited, headers={"X-USER-ID": str(cast.bob)}) as bob:
        assert (await bob.post("/api/v1/orders", json=body)).status_code == 404


async def test_staff_cannot_try_codes_of_the_desk_without_end(limited: Litestar) -> None:
    async with signed_in(limited, "admin") as chief:
        pages = [await chief.get(f"/staff/desk?code=1-0000-{n:04}") for n in range(61)]
    assert [page.status_code for page in pages] == [404] * 60 + [429]
