"""The second factor of staff: which codes are right, and that each is right once."""

import asyncio
import contextvars
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from shop import site
from shop.database import transaction
from shop.errors import ForgedRequest
from shop.identity import SignedInUser
from shop.limits.sign_in import CODE_BY_USER
from shop.site import Site
from shop.users.errors import SecondFactorUnreadable, WrongCode, WrongPassword
from shop.users.one_time_codes import enrolment_uri, hash_recovery_code, matching_step
from shop.users.second_factor_repository import SecondFactorRepository
from shop.users.second_factor_reset import reset_second_factor
from shop.users.session import Verified
from shop.users.tables import RecoveryCode, SecondFactor, Session, User
from tests.cast import Cast, all_at_once, hashed_password
from tests.unit.users.factors import NOON, App, Clock, enrolled, second_factors
from tests.unit.web.helpers import users

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base32 of "12345678901234567890"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def is_right(user_id: int, code: str) -> bool:
    try:
        await second_factors().use_code(user_id, code)
    except WrongCode:
        return False
    return True


@pytest.mark.parametrize(
    ("time", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_rfc(time: int, code: str) -> None:
    """RFC 6238, appendix B, for SHA-1; its codes have 8 digits, of which apps show the last 6."""
    assert matching_step(RFC_SECRET, code, time, used=0) == time // 30


def test_the_qr_code_names_the_shop_and_the_account() -> None:
    uri = urlsplit(enrolment_uri(RFC_SECRET, "kim.minsu"))
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Pointmall:kim.minsu")
    assert parse_qs(uri.query) == {"secret": [RFC_SECRET], "issuer": ["Pointmall"]}
    site.apply(Site(name_en="Hanbit & Co"))
    uri = urlsplit(enrolment_uri(RFC_SECRET, "kim.minsu"))
    assert parse_qs(uri.query)["issuer"] == ["Hanbit & Co"]


def app_of(offer: str, user_id: int, clock: Clock) -> App:
    return App(second_factors().offered(user_id, offer).secret, clock)


async def test_it_is_on_after_the_first_valid_code(cast: Cast, clock: Clock) -> None:
    factors = second_factors()
    offer = factors.offer(cast.admin)
    app = app_of(offer, cast.admin, clock)
    with pytest.raises(WrongCode):
        await factors.turn_on(cast.admin, offer, app.wrong_code())
    assert not await factors.is_on(cast.admin)
    assert not await is_right(cast.admin, app.code())
    await factors.turn_on(cast.admin, offer, app.code())
    assert await factors.is_on(cast.admin)


async def test_an_abandoned_enrolment_leaves_nothing(cast: Cast, clock: Clock) -> None:
    factors = second_factors()
    first, second = factors.offer(cast.admin), factors.offer(cast.admin)
    assert await SecondFactor.count() == 0
    await factors.turn_on(cast.admin, second, app_of(second, cast.admin, clock).code())
    with pytest.raises(WrongCode):
        await factors.turn_on(cast.admin, first, app_of(first, cast.admin, clock).code())


async def test_a_form_sent_twice_shows_the_same_recovery_codes(cast: Cast, clock: Clock) -> None:
    factors = second_factors()
    offer = factors.offer(cast.admin)
    app = app_of(offer, cast.admin, clock)
    code = app.code()
    codes = await factors.turn_on(cast.admin, offer, code)
    assert await factors.turn_on(cast.admin, offer, code) == codes
    clock.later(30)
    await factors.use_code(cast.admin, app.code())
    with pytest.raises(WrongCode):
        await factors.turn_on(cast.admin, offer, code)
    assert await factors.recovery_codes_left(cast.admin) == 10


@pytest.mark.parametrize("offer", ["", "nonsense", "비밀", "\ud800", "x" * 90_000])
def test_an_offer_is_the_shops_own(cast: Cast, offer: str) -> None:
    with pytest.raises(ForgedRequest):
        second_factors().offered(cast.admin, offer)


def test_an_offer_is_for_one_account(cast: Cast) -> None:
    with pytest.raises(ForgedRequest):
        second_factors().offered(cast.bob, second_factors().offer(cast.admin))


@pytest.mark.parametrize(
    ("fast", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
async def test_clocks_may_differ_by_one_step(
    cast: Cast, clock: Clock, fast: int, right: bool
) -> None:
    app, _ = await enrolled(cast.admin, clock)
    clock.later(300)
    assert await is_right(cast.admin, app.code(fast=fast)) == right


async def test_a_code_is_right_once_and_so_are_those_before_it(cast: Cast, clock: Clock) -> None:
    app, _ = await enrolled(cast.admin, clock)
    clock.later(300)
    assert await is_right(cast.admin, app.code())
    assert not await is_right(cast.admin, app.code())
    assert not await is_right(cast.admin, app.code(fast=-30))
    assert await is_right(cast.admin, app.code(fast=30))
    clock.later(30)
    assert not await is_right(cast.admin, app.code())


async def test_the_code_that_turned_it_on_is_used(cast: Cast, clock: Clock) -> None:
    app, _ = await enrolled(cast.admin, clock)
    assert not await is_right(cast.admin, app.code(fast=-30))


TYPED = {
    "spaced": lambda code: f" {code[:3]} {code[3:]} ",
    "full width": lambda code: code.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "dashed": lambda code: f"{code[:3]}-{code[3:]}",
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
async def test_a_code_may_be_typed_in_groups(
    cast: Cast, clock: Clock, typed: Callable[[str], str]
) -> None:
    app, _ = await enrolled(cast.admin, clock)
    assert await is_right(cast.admin, typed(app.code()))


@pytest.mark.parametrize("code", ["", " ", "000", "0" * 5_000, "١٢٣٤٥٦", "½½½½½½", "\x00", "비밀"])
async def test_any_other_code_is_wrong(cast: Cast, clock: Clock, code: str) -> None:
    await enrolled(cast.admin, clock)
    assert not await is_right(cast.admin, code)


async def test_the_code_of_another_user_is_wrong(cast: Cast, clock: Clock) -> None:
    _, codes = await enrolled(cast.admin, clock)
    clock.time = NOON
    app, _ = await enrolled(cast.bob, clock)
    assert not await is_right(cast.admin, app.code())
    assert not await is_right(cast.bob, codes[0])


async def test_there_are_ten_recovery_codes_and_each_opens_once(cast: Cast, clock: Clock) -> None:
    _, codes = await enrolled(cast.admin, clock)
    assert len(set(codes)) == 10
    assert [code for code in codes if not re.fullmatch(r"([a-z2-7]{4}-){5}[a-z2-7]{4}", code)] == []
    for code in codes[:2]:
        assert await is_right(cast.admin, code.upper().replace("-", " "))
        assert not await is_right(cast.admin, code)
    assert await second_factors().recovery_codes_left(cast.admin) == 8


async def test_neither_secret_nor_recovery_codes_can_be_read_in_the_database(
    cast: Cast, clock: Clock
) -> None:
    app, codes = await enrolled(cast.admin, clock)
    rows = str([await SecondFactor.select(), await RecoveryCode.select()])
    assert app.secret not in rows
    assert [code for code in codes if code in rows or code.replace("-", "") in rows] == []
    stored = {row["code_hash"] for row in await RecoveryCode.select(RecoveryCode.code_hash)}
    assert stored == set(map(hash_recovery_code, codes))


async def test_it_is_turned_off_by_a_right_code_only(cast: Cast, clock: Clock) -> None:
    app, _ = await enrolled(cast.admin, clock)
    factors = second_factors()
    with pytest.raises(WrongCode):
        await factors.turn_off(cast.admin, app.wrong_code())
    assert await factors.is_on(cast.admin)
    await factors.turn_off(cast.admin, app.code())
    assert not await factors.is_on(cast.admin)
    assert await RecoveryCode.count() == 0


async def test_a_reset_turns_it_off_without_a_code(cast: Cast, clock: Clock) -> None:
    await enrolled(cast.admin, clock)
    clock.time = NOON
    await enrolled(cast.bob, clock)
    assert await reset_second_factor(cast.admin, "admin", "test")
    assert not await reset_second_factor(cast.admin, "admin", "test")
    assert not await second_factors().is_on(cast.admin)
    assert await second_factors().is_on(cast.bob)
    assert await RecoveryCode.count() == 10


async def test_after_a_change_of_the_shops_secret_only_recovery_codes_work(
    cast: Cast, clock: Clock
) -> None:
    app, codes = await enrolled(cast.admin, clock)
    changed = second_factors(["another secret, as long as the first one was"])
    with pytest.raises(SecondFactorUnreadable):
        await changed.use_code(cast.admin, app.code())
    await changed.use_code(cast.admin, codes[0])
    await changed.turn_off(cast.admin, codes[1])
    await enrolled(cast.admin, clock, changed)


async def test_the_time_is_that_of_the_database() -> None:
    row = (await SecondFactor.raw("SELECT extract(epoch FROM clock_timestamp())::float8 AS t"))[0]
    assert abs(await SecondFactorRepository().time() - row["t"]) < 60


def refusals(results: list[object]) -> int:
    assert {type(result) for result in results if isinstance(result, Exception)} <= {WrongCode}
    return sum(isinstance(result, WrongCode) for result in results)


@pytest.mark.committed
async def test_of_two_at_once_with_one_code_one_gets_in(cast: Cast, clock: Clock) -> None:
    app, codes = await enrolled(cast.admin, clock)
    for code in (app.code(), codes[0]):
        tries = [second_factors().use_code(cast.admin, code) for _ in range(6)]
        assert refusals(await all_at_once(*tries)) == 5


@pytest.mark.committed
async def test_of_two_who_turn_it_on_at_once_one_counts(cast: Cast, clock: Clock) -> None:
    offers = [second_factors().offer(cast.admin) for _ in range(4)]
    tries = [
        second_factors().turn_on(cast.admin, offer, app_of(offer, cast.admin, clock).code())
        for offer in offers
    ]
    assert refusals(await all_at_once(*tries)) == 3
    assert await second_factors().recovery_codes_left(cast.admin) == 10


@pytest.mark.committed
async def test_a_double_click_turns_it_off_once(cast: Cast, clock: Clock) -> None:
    app, _ = await enrolled(cast.admin, clock)
    tries = [second_factors().turn_off(cast.admin, app.code()) for _ in range(3)]
    assert refusals(await all_at_once(*tries)) == 0
    assert not await second_factors().is_on(cast.admin)


async def test_no_sign_in_bypasses_the_code(cast: Cast, clock: Clock) -> None:
    await enrolled(cast.admin, clock)
    proof = Verified(SignedInUser(cast.admin, "admin"), hashed_password())
    with pytest.raises(WrongPassword):
        await users().sessions.start(proof)
    assert await Session.count() == 0
    await users().sessions.start(proof._replace(second_factor=True))
    assert await Session.count() == 1


async def until_a_lock_is_awaited() -> None:
    """Returns once a connection waits for a lock."""
    async with asyncio.timeout(20):
        while not await User.raw("SELECT FROM pg_locks WHERE NOT granted"):
            pass


@pytest.mark.committed
async def test_a_sign_in_under_way_while_it_is_turned_on_leaves_no_session(
    cast: Cast, clock: Clock
) -> None:
    async def turn_on() -> None:
        await enrolled(cast.admin, clock)
        await users().sessions.end_all(cast.admin)

    apart = contextvars.copy_context()  # each of the three has its own connection
    proof = Verified(SignedInUser(cast.admin, "admin"), hashed_password())
    async with transaction() as held:
        await User.update({User.first_name: "A"}).where(User.id == cast.admin)
        signing_in = asyncio.create_task(users().sessions.start(proof), context=apart.copy())
        await until_a_lock_is_awaited()
        await asyncio.create_task(turn_on(), context=apart.copy())
        await held.rollback()
    with pytest.raises(WrongPassword):
        await signing_in
    assert await Session.count() == 0


def test_guessing_codes_takes_decades() -> None:
    """Three codes of a million are right at any time."""
    tries_a_year = CODE_BY_USER.uses * 365 * 24 * 3600 / CODE_BY_USER.period.total_seconds()
    assert 3 * tries_a_year / 1_000_000 < 0.03
