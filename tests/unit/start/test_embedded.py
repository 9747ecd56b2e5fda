"""The embedded PostgreSQL: started, found, shared, taken over, stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shop.start import StartError
from shop.start.embedded import (
    attached_database,
    create_database,
    embedded_database,
    running_url,
)


def ask(url: str, question: str) -> Any:
    async def answer() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(answer())


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def test_it_runs_for_the_block_and_no_longer(data_dir: Path) -> None:
    assert running_url(data_dir) is None
    with embedded_database(data_dir) as url:
        assert ask(url, "SELECT current_database()") == "pointmall"
        assert running_url(data_dir) == url
    assert running_url(data_dir) is None
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_it_stops_after_an_error_too(data_dir: Path) -> None:
    with pytest.raises(RuntimeError), embedded_database(data_dir):
        raise RuntimeError
    assert running_url(data_dir) is None


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from shop.start.embedded import embedded_database
from shop.start.signals import exit_on_signals

def interrupt(frame, event, arg):
    if event == "call" and frame.f_code.co_name == sys.argv[2]:
        sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGTERM)

exit_on_signals()
with embedded_database(Path(sys.argv[1])):
    sys.setprofile(interrupt)
    raise RuntimeError
"""


@pytest.mark.parametrize(
    "moment", ["__exit__", "stop_postgres", "running_url", "_pg_ctl", "_server"]
)
def test_it_stops_when_a_signal_comes_while_an_error_ends_the_block(
    data_dir: Path, moment: str
) -> None:
    command = [sys.executable, "-c", INTERRUPTED, data_dir, moment]
    assert subprocess.run(command, check=False).returncode == 0
    assert running_url(data_dir) is None


def test_its_settings_suit_the_shop(data_dir: Path) -> None:
    with embedded_database(data_dir, connections=130) as url:
        assert ask(url, "SHOW jit") == "off"
        assert ask(url, "SHOW max_connections") == "130"
        assert ask(url, "SHOW listen_addresses") == ""
        assert ask(url, "SHOW data_checksums") == "on"


def test_text_does_not_depend_on_the_machines_language(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "xx_XX.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    with embedded_database(folder / "data") as url:
        assert ask(url, "SELECT lower('ÄÉ')") == "äé"
        assert ask(url, "SELECT '가' < '나' AND '나' < '다' AND 'Z' < 'a'")
    assert "LC_ALL" not in os.environ


def test_several_databases_in_one_server(data_dir: Path) -> None:
    with embedded_database(data_dir) as url:
        other = create_database(data_dir, "other")
        assert other == create_database(data_dir, "other")
        assert ask(other, "SELECT current_database()") == "other"
        assert ask(url, "SELECT current_database()") == "pointmall"


def test_a_second_shop_on_the_folder_is_refused(data_dir: Path) -> None:
    with embedded_database(data_dir) as url:
        told = f"process {os.getpid()}.*{data_dir}"
        with pytest.raises(StartError, match=told), embedded_database(data_dir):
            raise AssertionError
        assert ask(url, "SELECT 1") == 1


def test_a_command_beside_the_shop_uses_its_server(data_dir: Path) -> None:
    with embedded_database(data_dir) as url:
        with attached_database(data_dir) as found:
            assert found == url
        assert running_url(data_dir) == url


def test_a_command_alone_runs_a_server_for_itself(data_dir: Path) -> None:
    with attached_database(data_dir) as url:
        assert ask(url, "SELECT 1") == 1
    assert running_url(data_dir) is None


def test_a_server_left_behind_is_taken_over_and_stopped(data_dir: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from shop.start.embedded import embedded_database\n"
        "with embedded_database(Path(sys.argv[1])): print('up', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, data_dir], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as shop:
        assert shop.stdout
        assert shop.stdout.readline() == b"up\n"
        shop.kill()
    left = postmaster(data_dir)
    assert running_url(data_dir)
    with embedded_database(data_dir) as url:
        assert postmaster(data_dir) == left
        assert ask(url, "SELECT 1") == 1
    assert running_url(data_dir) is None


def test_a_dead_servers_number_may_be_another_process_by_now(data_dir: Path) -> None:
    with embedded_database(data_dir) as url:
        kill_hard(data_dir)
        assert running_url(data_dir) is None
        mark = data_dir / "postgres" / "postmaster.pid"
        lines = mark.read_text().splitlines(keepends=True)
        mark.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))
    with embedded_database(data_dir) as url:
        assert ask(url, "SELECT 1") == 1


def test_after_a_crash_of_the_server_the_next_start_recovers(data_dir: Path) -> None:
    with embedded_database(data_dir) as url:
        ask(url, "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS n")
        kill_hard(data_dir)
    with embedded_database(data_dir) as url:
        assert ask(url, "SELECT n FROM kept") == 7


def kill_hard(data_dir: Path) -> None:
    """As the kernel does where memory runs out: the server has no time to tidy up."""
    os.kill(postmaster(data_dir), signal.SIGKILL)
    while running_url(data_dir):
        pass


def test_an_unfinished_database_is_deleted(folder: Path) -> None:
    draft = folder / "postgres.new-1"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    with embedded_database(folder) as url:
        assert ask(url, "SELECT 1") == 1
    assert not draft.exists()


def test_a_folder_of_another_version_is_reported(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(StartError, match="found version 16"), embedded_database(folder):
        raise AssertionError


def test_a_path_too_long_for_a_socket(folder: Path) -> None:
    deep = folder / ("long-" * 24)
    with embedded_database(deep) as url:
        assert ask(url, "SELECT 1") == 1
    assert running_url(deep) is None


def test_a_path_with_spaces_and_signs(folder: Path) -> None:
    with embedded_database(folder / "a shop's & more") as url:
        assert ask(url, "SELECT 1") == 1
