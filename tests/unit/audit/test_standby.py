"""What commands do on a database that takes no writes."""

import pytest

from shop.audit.proofs import PROOFS
from shop.audit.service import Audit
from shop.database import DB
from shop.start.command import command
from shop.users.tables import User
from tests.cast import Cast
from tests.unit.standby import new_sessions_read_only

pytestmark = pytest.mark.committed


async def test_the_books_of_a_standby_are_proven(cast: Cast, database_url: str) -> None:
    async with new_sessions_read_only(database_url):
        findings = await Audit(database_url).run()
    assert len(findings) == len(PROOFS)
    assert [finding for finding in findings if finding.wrong] == []


async def test_a_command_that_writes_names_the_obstacle(
    cast: Cast,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shop.start.command.exit_on_signals", lambda: None)
    monkeypatch.setattr("shop.start.command.configure_logging", lambda: None)
    assert DB.pool is not None
    async with new_sessions_read_only(database_url):
        await DB.pool.expire_connections()
        with pytest.raises(SystemExit, match="1"), command():
            await User.update({User.first_name: "x"}, force=True)
    await DB.pool.expire_connections()
    said = capsys.readouterr().err
    assert "read-only" in said
    assert "Traceback" not in said
