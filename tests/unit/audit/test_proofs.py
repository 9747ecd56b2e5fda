"""The audit finds each broken invariant."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from shop.audit.proofs import PROOFS, Finding, Proof
from shop.audit.service import SHOWN, Audit, _check, report
from shop.audit.tables import AuditResult
from shop.database import DB, transaction
from shop.external.outbox import Outbox
from shop.external.relay import Relay
from shop.external.repository import OutboxRepository
from shop.orders.refund_repository import RefundRepository
from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.staff.batch import NewLine
from shop.staff.batches import BatchService
from shop.staff.days_repository import ClosedDayRepository, Day
from shop.staff_log.repository import StaffLogRepository
from tests.cast import Cast, make_product, make_user
from tests.unit.audit.damages import DAMAGES, Damage
from tests.unit.buying import bought
from tests.unit.conftest import DATA_DIR
from tests.unit.start.conftest import environ

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def past(app: Litestar, alice: httpx.AsyncClient, cast: Cast) -> dict[str, int]:
    """A shop in which something of each kind has happened; what the damage below may name."""
    product, other = await make_product(price=1_000), await make_product("붓", price=3_000)
    await alice.post(f"/api/v1/products/{product}/likes")
    paid = await bought(alice, (product, 2))
    cancelled = await bought(alice, (other, 1))
    keyed = await bought(alice, (product, 1), (other, 2), key="one")
    voucher = await make_product("교환권", delivery="code", stock=2, person_limit=3)
    coded = await bought(alice, (voucher, 1))
    answer = await alice.post(f"/api/v1/orders/{cancelled['id']}/cancel")
    assert answer.status_code == 200
    points, products = PointService(PointRepository()), ProductService(ProductRepository())
    log = StaffLogRepository()
    async with transaction():
        await points.move(cast.bob, 300, "grant", "birthday", cast.admin, "staff:gift")
        await products.move_stock(other, 5, "receive", "delivery", cast.admin, "staff:delivery")
        await log.record(cast.admin, "points.grant", f"user:{cast.bob}")
        await log.record(cast.admin, "stock.receive", f"product:{other}")
    batches = BatchService(points)
    batch = await batches.draft(cast.admin, [NewLine(cast.bob, 50, "holiday")])
    await batches.confirm(cast.admin, batch, 50)
    assert await batches.step()
    await Relay(Outbox(OutboxRepository(), app.state.external)).send_due()
    await close_today()
    return {
        "alice": cast.alice,
        "bob": cast.bob,
        "admin": cast.admin,
        "product": product,
        "other": other,
        "paid": paid["id"],
        "cancelled": cancelled["id"],
        "keyed": keyed["id"],
        "voucher": voucher,
        "coded": coded["id"],
        "batch": batch,
    }


async def close_today() -> None:
    """As `ClosedDays` does it when the day is over, as if that were now."""
    now, days = datetime.now(UTC), ClosedDayRepository()
    day = Day(now.date(), now - timedelta(days=1), now, now)
    await days.lock("UTC", day)
    await RefundRepository().mark_summed(day.begins_at, day.ends_at)
    await days.add("UTC", day, now)


async def findings() -> dict[str, Finding]:
    """The exceptions that each proof finds within the test's own transaction."""
    opened = DB.current_transaction.get()
    assert opened is not None
    found = [await _check(opened.connection, proof) for proof in PROOFS]
    return {finding.proof.name: finding for finding in found}


async def execute(statement: str) -> None:
    opened = DB.current_transaction.get()
    assert opened is not None
    await opened.connection.execute(statement)


async def test_normal_use_breaks_no_invariant(past: dict[str, int]) -> None:
    found = await findings()
    assert [finding.problems for finding in found.values()] == [[]] * len(PROOFS)
    assert [finding for finding in found.values() if not finding.checked] == [], (
        "a proof that looked at nothing"
    )


async def test_an_empty_shop_breaks_no_invariant() -> None:
    assert [finding for finding in (await findings()).values() if finding.wrong != 0] == []


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
async def test_the_audit_sees(damage: Damage, past: dict[str, int]) -> None:
    for name in damage.unlocked:
        table, _, constraint = name.partition(".")
        await execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    await execute(damage.statement.format(**past))
    finding = (await findings())[damage.proof]
    assert finding.wrong >= 1
    assert any(damage.named.format(**past) in problem for problem in finding.problems)


@pytest.mark.parametrize("proof", PROOFS, ids=[proof.name for proof in PROOFS])
def test_every_proof_is_broken_by_a_test(proof: Proof) -> None:
    assert any(damage.proof == proof.name for damage in DAMAGES.values())


async def test_all_exceptions_are_counted_and_the_first_are_named(past: dict[str, int]) -> None:
    for number in range(30):
        await make_user(f"user{number}", 1_000)
    await execute("UPDATE point_balances SET balance = balance + 1")
    finding = (await findings())["balances"]
    assert (finding.wrong, len(finding.problems)) == (33, SHOWN)
    said = report([finding])
    assert "WRONG" in said
    assert "and 13 more" in said
    assert said.endswith("33 wrong")


@pytest.mark.committed
async def test_the_command_prints_the_fault_and_exits_1(
    past: dict[str, int], database_url: str
) -> None:
    assert await audit_command() == (0, "The books are right.")
    await DB._run_in_pool(
        f"UPDATE stocks SET quantity = quantity + 1 WHERE product = {past['product']}"
    )
    status, said = await audit_command()
    assert status == 1
    assert f"product {past['product']}: received 10, on hand 8, sold 3, returned 0" in said
    assert said.endswith("1 wrong")
    # The result is stored for the metrics.
    kept = {row["proof"]: row["wrong"] for row in await AuditResult.select()}
    assert kept == {proof.name: int(proof.name == "stock") for proof in PROOFS}


@pytest.mark.committed
async def test_the_audit_reads_one_snapshot_while_the_shop_sells(
    past: dict[str, int], alice: httpx.AsyncClient, database_url: str
) -> None:
    """Orders that are placed while it runs are in all of its proofs or in none."""
    selling = asyncio.create_task(_sell(alice, past["product"]))
    rounds = 0
    while not selling.done() or not rounds:
        found = await Audit(database_url).run()
        assert [finding.problems for finding in found] == [[]] * len(PROOFS)
        rounds += 1
    await selling


async def _sell(alice: httpx.AsyncClient, product: int) -> None:
    for _ in range(7):
        await bought(alice, (product, 1))


async def audit_command() -> tuple[int, str]:
    """Its exit status; the last line of its output if there are no exceptions, else all of it."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "litestar", "audit"],
        cwd=ROOT,
        env=environ(SHOP_DATA_DIR=str(DATA_DIR)),
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.strip()
    return done.returncode, said if done.returncode else said.rpartition("\n")[2]
