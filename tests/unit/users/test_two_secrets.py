"""SHOP_SECRET is changed in steps, node after node: `old`, `old new`, `new old`, `new`."""

import dataclasses
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
from litestar import Litestar

from app import create_app
from shop.admin.form_keys import FormKeys
from shop.errors import InvalidInput
from shop.settings import Settings
from shop.users.errors import SecondFactorUnreadable
from shop.users.password_links import LOST_PASSWORD, PasswordLinks
from shop.users.tables import SecondFactor
from shop.web.csrf import is_valid_token, make_token
from shop.web.signing import OLD_SECRET_USES, Signer
from tests.cast import Cast
from tests.unit.users.factors import Clock, enrolled, second_factors
from tests.unit.web.helpers import browser_of, client_of, csrf_of, users

OLD, NEW = "o" * 32, "n" * 32
STEPS = [[OLD], [OLD, NEW], [NEW, OLD], [NEW]]
NEIGHBOURS = [(a, b) for n, a in enumerate(STEPS) for b in STEPS[max(n - 1, 0) : n + 2]]


class Value(msgspec.Struct):
    n: int


@pytest.mark.parametrize(("maker", "reader"), NEIGHBOURS)
def test_what_a_node_signs_its_neighbours_in_the_change_accept(
    maker: Sequence[str], reader: Sequence[str]
) -> None:
    made, read = Signer(maker), Signer(reader)
    assert read.unpack("x", made.pack("x", Value(7)), Value) == Value(7)
    assert read.is_proof("x", b"1", made.proof("x", b"1", 40), 40)
    assert is_valid_token(read, "session", make_token(made, "session"))


def test_what_only_a_forgotten_or_unknown_secret_signed_is_refused() -> None:
    read = Signer([NEW])
    for secrets in ([OLD], ["x" * 32]):
        other = Signer(secrets)
        assert read.unpack("x", other.pack("x", Value(7)), Value) is None
        assert not is_valid_token(read, "session", make_token(other, "session"))
    both = Signer([NEW, OLD])
    assert both.unpack("another", both.pack("x", Value(7)), Value) is None
    assert not both.is_proof("x", b"1", "ä" * 64)


def test_use_of_the_old_secret_is_counted() -> None:
    counter = OLD_SECRET_USES.labels("counted")
    before = counter._value.get()
    both = Signer([NEW, OLD])
    assert both.unpack("counted", both.pack("counted", Value(7)), Value)
    assert counter._value.get() == before
    assert both.unpack("counted", Signer([OLD]).pack("counted", Value(7)), Value)
    assert counter._value.get() == before + 1


async def test_a_form_sent_twice_in_the_change_moves_once(cast: Cast) -> None:
    calls = []

    async def work() -> str:
        calls.append(1)
        return "done"

    for secrets in ([OLD], [OLD, NEW], [NEW, OLD]):
        keys = FormKeys(Signer(secrets))
        assert (
            await keys.once(keys.sent("k" * 20, cast.admin, "form", {"amount": 5}), work) == "done"
        )
    assert calls == [1]
    keys = FormKeys(Signer([NEW, OLD]))
    with pytest.raises(InvalidInput):
        await keys.once(keys.sent("k" * 20, cast.admin, "form", {"amount": 6}), work)


@pytest.mark.parametrize(("maker", "reader"), NEIGHBOURS)
async def test_a_link_to_set_a_password_works_on_the_neighbours(
    cast: Cast, maker: Sequence[str], reader: Sequence[str]
) -> None:
    made = PasswordLinks(users(), Signer(maker))
    await made.make([cast.bob], cast.admin, LOST_PASSWORD)
    token = await made.token_of(cast.bob)
    assert token
    assert (await PasswordLinks(users(), Signer(reader)).find(token)).user_id == cast.bob


async def test_second_factors_work_through_the_change_and_after_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    admin, _ = await enrolled(cast.admin, clock, second_factors([OLD]))
    bob, _ = await enrolled(cast.bob, clock, second_factors([NEW, OLD]))
    for secrets in ([OLD, NEW], [NEW, OLD]):
        for user_id, app in ((cast.admin, admin), (cast.bob, bob)):
            await second_factors(secrets).use_code(user_id, app.code())
        clock.later(30)
    with pytest.raises(SecondFactorUnreadable):
        await second_factors([NEW]).use_code(cast.admin, admin.code())
    await second_factors([NEW, OLD]).reseal()
    for user_id, app in ((cast.admin, admin), (cast.bob, bob)):
        await second_factors([NEW]).use_code(user_id, app.code())


async def test_resealing_changes_only_what_an_older_secret_encrypted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    await enrolled(cast.admin, clock, second_factors([NEW]))
    await enrolled(cast.bob, clock, second_factors(["x" * 32]))
    before = await SecondFactor.select().order_by(SecondFactor.user)
    await second_factors([NEW, OLD]).reseal()
    assert await SecondFactor.select().order_by(SecondFactor.user) == before


@pytest.fixture
async def nodes(settings: Settings) -> AsyncIterator[list[Litestar]]:
    apps = [create_app(dataclasses.replace(settings, secret=tuple(step))) for step in STEPS]
    yield apps
    for app in apps:
        await app.state.external.close()


async def test_forms_and_sessions_of_one_node_are_valid_on_the_next(
    nodes: list[Litestar], cast: Cast
) -> None:
    async with browser_of(nodes[0], cast.alice, "alice") as alice:
        page = await alice.get("/account")
        for app in nodes:
            at = client_of(app, cookies=alice.cookies)
            assert "alice" in (await at.get("/account")).text
            token = csrf_of(page.text)
            answer = await at.post("/products/999/likes", data={"_csrf_token": token})
            assert answer.status_code == 404, "not 403"
            page = await at.get("/account")
        stale = csrf_of((await client_of(nodes[0], cookies=alice.cookies).get("/account")).text)
        refused = await client_of(nodes[3], cookies=alice.cookies).post(
            "/products/999/likes", data={"_csrf_token": stale}
        )
        assert refused.status_code == 403
