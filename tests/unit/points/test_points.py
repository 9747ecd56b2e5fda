"""Points: balances are never negative, and every movement has an entry."""

import asyncpg
import httpx
import pytest

from shop.database import transaction
from shop.errors import InvalidInput
from shop.identity import SignedInUser
from shop.points.batch_repository import Spend
from shop.points.errors import InsufficientPoints
from shop.points.repository import Movement, PointRepository
from shop.points.service import PointService, PointsMoved
from shop.points.tables import PointBalance, PointEntry
from shop.users.tables import User
from tests.cast import Cast, balance_of, make_product, make_user
from tests.unit.buying import bought, code_of, pages

POINTS = "/api/v1/points"


@pytest.fixture
def points() -> PointService:
    return PointService(PointRepository(), welcome_points=500)


async def entries_of(user_id: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (
        await PointEntry.select().where(PointEntry.user == user_id).order_by(PointEntry.id)
    )
    return found


async def test_each_balance_after_follows_from_the_one_before(
    alice: httpx.AsyncClient, cast: Cast, points: PointService
) -> None:
    order = await bought(alice, (await make_product(price=3_000), 2))
    await points.move(cast.alice, 500, "grant", "birthday", cast.admin, "staff:1")
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    await points.move(cast.alice, -200, "adjust", "typing mistake", cast.admin, "staff:2")
    entries = await entries_of(cast.alice)
    assert [entry["kind"] for entry in entries] == ["grant", "spend", "grant", "refund", "adjust"]
    assert [entry["amount"] for entry in entries] == [100_000, -6_000, 500, 6_000, -200]
    assert [entry["balance_after"] for entry in entries] == [
        100_000,
        94_000,
        94_500,
        100_500,
        100_300,
    ]
    assert await balance_of(cast.alice) == 100_300


async def test_spending_and_refunding_refer_to_their_order(
    alice: httpx.AsyncClient, cast: Cast
) -> None:
    order = await bought(alice, (await make_product(), 1))
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    spent, refunded = [str(entry["reference"]) for entry in (await entries_of(cast.alice))[1:]]
    assert spent == f"order:{order['id']}"
    assert refunded.startswith(f"{spent}:")


async def test_a_refund_cannot_be_paid_twice(cast: Cast, points: PointService) -> None:
    await points.refund(cast.alice, 100, "order:1")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with transaction():
            await points.refund(cast.alice, 100, "order:1")
    assert await balance_of(cast.alice) == 100_100


async def test_the_guard_keeps_a_balance_from_going_below_zero(
    cast: Cast, points: PointService
) -> None:
    """Without the CHECK, so that nothing else can."""
    await PointBalance.raw("ALTER TABLE point_balances DROP CONSTRAINT point_balances_not_negative")
    with pytest.raises(PointsMoved):
        await points.save_spent([Spend(cast.alice, 100_001, "order:1")])
    assert await balance_of(cast.alice) == 100_000


async def test_the_check_keeps_a_balance_from_going_below_zero(cast: Cast) -> None:
    """Without the guard, so that nothing else can."""
    with pytest.raises(asyncpg.CheckViolationError, match="point_balances_not_negative"):
        await PointBalance.update({PointBalance.balance: -1}).where(PointBalance.user == cast.alice)


async def test_at_most_the_whole_balance_can_be_spent(cast: Cast, points: PointService) -> None:
    balances = await points.lock_balances([cast.alice])
    points.spend(cast.alice, 100_000, balances)
    assert balances == {cast.alice: 0}
    with pytest.raises(InsufficientPoints) as refused:
        points.spend(cast.alice, 1, balances)
    assert (refused.value.required, refused.value.balance) == (1, 0)


async def test_spends_of_several_users_have_an_entry_each(cast: Cast, points: PointService) -> None:
    carol = await make_user("carol", 500)
    spends = [(cast.alice, 10), (carol, 200), (cast.alice, 30), (carol, 300), (cast.alice, 5)]
    await points.save_spent([Spend(user, n, f"order:{i}") for i, (user, n) in enumerate(spends)])
    assert (await balance_of(cast.alice), await balance_of(carol)) == (99_955, 0)
    rows = await PointEntry.select().where(PointEntry.kind == "spend").order_by(PointEntry.id)
    assert [(row["user"], row["amount"], row["balance_after"]) for row in rows] == [
        (cast.alice, -10, 99_990),
        (carol, -200, 300),
        (cast.alice, -30, 99_960),
        (carol, -300, 0),
        (cast.alice, -5, 99_955),
    ]


@pytest.mark.parametrize(
    ("kind", "amount"), [("grant", -1), ("refund", -1), ("spend", 1), ("adjust", 0), ("gift", 1)]
)
async def test_an_entry_has_the_sign_of_its_kind(cast: Cast, kind: str, amount: int) -> None:
    entry = PointEntry(user=cast.bob, amount=amount, kind=kind, reference="x", balance_after=1)
    with pytest.raises(asyncpg.CheckViolationError):
        await PointEntry.insert(entry)


async def test_staff_move_points_with_their_name_and_a_reason(
    cast: Cast, points: PointService
) -> None:
    assert await points.move(cast.bob, 300, "grant", "birthday", cast.admin, "staff:3") == 300
    [entry] = await entries_of(cast.bob)
    assert (entry["actor"], entry["reason"], entry["amount"]) == (cast.admin, "birthday", 300)


async def test_staff_may_do_the_same_twice(cast: Cast, points: PointService) -> None:
    for form in ("staff:1", "staff:2"):
        await points.move(cast.bob, 300, "grant", "birthday", cast.admin, form)
    assert await balance_of(cast.bob) == 600


async def test_staff_cannot_change_their_own_points(cast: Cast, points: PointService) -> None:
    before = await balance_of(cast.alice)
    for amount in (500, -500):
        with pytest.raises(InvalidInput, match="own points"):
            await points.move(cast.alice, amount, "adjust", "gift", cast.alice, "staff:1")
    gift = Movement(cast.alice, 500, "grant", "staff:1", "gift", cast.alice)
    assert await PointRepository().move(gift) is None
    assert await balance_of(cast.alice) == before


@pytest.mark.parametrize("amount", [-1, -(2**63), 2**63, 2**63 - 1])
async def test_staff_cannot_remove_more_than_there_is(
    cast: Cast, points: PointService, amount: int
) -> None:
    await points.move(cast.bob, 1, "grant", "one point", cast.admin, "staff:5")
    amount = amount if amount > 0 else amount - 1
    with pytest.raises(InvalidInput):
        await points.move(cast.bob, amount, "adjust", "too much", cast.admin, "staff:6")
    assert await balance_of(cast.bob) == 1
    assert len(await entries_of(cast.bob)) == 1


async def test_a_new_account_is_welcomed_once(cast: Cast, points: PointService) -> None:
    [row] = await User.insert(User(username="carol", password="x", active=True)).returning(User.id)
    carol = SignedInUser(row["id"], "carol")
    await points.welcome(carol)
    assert await points.balance(carol.id) == 500
    with pytest.raises(asyncpg.UniqueViolationError):
        async with transaction():
            await points.welcome(carol)
    assert await points.balance(carol.id) == 500


async def test_the_balance_in_json(alice: httpx.AsyncClient) -> None:
    assert (await alice.get(POINTS)).json() == {"balance": 100_000}


async def test_entries_are_paged_the_newest_first(
    alice: httpx.AsyncClient, cast: Cast, points: PointService
) -> None:
    for amount in range(1, 5):
        await points.move(cast.alice, amount, "grant", "again", cast.admin, f"staff:{amount}")
    entries = [entry async for page in pages(alice, f"{POINTS}/entries", 2) for entry in page]
    assert [entry["amount"] for entry in entries] == [4, 3, 2, 1, 100_000]


async def test_an_entry_in_json_names_its_order(alice: httpx.AsyncClient) -> None:
    order = await bought(alice, (await make_product(price=1_000), 1))
    spent, granted = (await alice.get(f"{POINTS}/entries")).json()["items"]
    assert (spent["kind"], spent["amount"], spent["order_id"]) == ("spend", -1_000, order["id"])
    assert granted["order_id"] is None


async def test_a_user_sees_only_their_entries(bob: httpx.AsyncClient) -> None:
    assert (await bob.get(f"{POINTS}/entries")).json() == {"items": [], "next_cursor": None}
    assert (await bob.get(POINTS)).json() == {"balance": 0}


@pytest.mark.parametrize("path", ["", "/entries"])
async def test_a_guest_is_401(guest: httpx.AsyncClient, path: str) -> None:
    answer = await guest.get(POINTS + path)
    assert (answer.status_code, code_of(answer)) == (401, "not-signed-in")


async def test_a_user_without_a_balance_row_has_nothing(cast: Cast, points: PointService) -> None:
    carol = await make_user("carol")
    await PointBalance.delete().where(PointBalance.user == carol)
    assert await points.balance(carol) == 0
    with pytest.raises(InsufficientPoints):
        points.spend(carol, 1, await points.lock_balances([carol]))


async def test_the_page_shows_the_entries(alice: httpx.AsyncClient) -> None:
    order = await bought(alice, (await make_product(price=1_234), 1))
    page = (await alice.get("/points")).text
    assert "1,234" in page
    assert f"/orders/{order['id']}" in page
