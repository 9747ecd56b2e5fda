"""`python -m tests.nodes --seed 7`: three nodes behind HAProxy, on PgBouncer, a primary and a
standby, under load. Kills nodes, cuts the primary off without a word, promotes the standby, makes
another one, kills the primary, promotes again. Exit status 1 if anything was lost, doubled,
oversold or undelivered, or if the audit finds wrong books."""

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random

from tests.faults import books, journal
from tests.faults.__main__ import CLIENTS, end_all, kill_all, say, start_client
from tests.faults.parts import FaultRunError, Partner, wait_until
from tests.faults.verdict import Verdict, accepted_messages, judge
from tests.nodes.databases import Databases
from tests.nodes.node import Node
from tests.nodes.probe import Probe
from tests.nodes.proxies import are_installed, balanced, balanced_by_the_tests, pooled

NODES = 3
KILLS = 4
CALM = (2.0, 5.0)
"""Seconds before each fault."""
PROMOTION = 2.0
"""Seconds after which the loss is noticed and the standby is promoted, as Patroni would."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.nodes", description=__doc__)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    seed = parser.parse_args().seed
    say(f"seed {seed}")
    folder = Path(tempfile.mkdtemp(prefix="pointmall-nodes-"))
    folder.chmod(0o755)  # the databases' own user must reach its folders
    try:
        is_clean = run(folder, seed)
    except FaultRunError as error:
        say(f"{error}")
        is_clean = False
    if not is_clean:
        say(f"NOT CLEAN. The files are in {folder}.")
        return 1
    shutil.rmtree(folder)
    say("clean")
    return 0


def run(folder: Path, seed: int) -> bool:
    """Prints the table. Returns whether there was no violation."""
    with ExitStack() as stack:
        partner = Partner()
        stack.callback(partner.stop)
        databases = Databases(folder)
        stack.callback(databases.stop)
        nodes, url = start_nodes(stack, folder, databases, partner.url)
        (folder / "address").write_text(url)
        asyncio.run(books.fill(databases.current))
        clients = [start_client(folder, number, seed) for number in range(CLIENTS)]
        stack.callback(kill_all, clients)
        rows = cause_faults(nodes, databases, url, Random(seed))

        end_all(clients)
        asyncio.run(books.make_due(databases.current))
        wait_until("an empty outbox", lambda: asyncio.run(books.unsent(databases.current)) == 0)
        audit = nodes[0].audit()
        stored = asyncio.run(books.read(databases.current))
        verdict = judge(journal.read(folder), *stored, accepted_messages(partner.received()))
    report(rows, verdict)
    say(audit.stdout.rstrip())
    return verdict.is_clean and audit.returncode == 0


def start_nodes(
    stack: ExitStack, folder: Path, databases: Databases, partner: str
) -> tuple[list[Node], str]:
    """The nodes, and the URL of what is in front of them."""
    has_proxies = are_installed()
    dsn = stack.enter_context(pooled(folder, databases)) if has_proxies else databases.dsn
    nodes = [Node(folder, f"node-{n}", dsn, partner) for n in range(NODES)]
    for node in nodes:
        stack.callback(node.stop)
        node.start()
    ports = [node.port for node in nodes]
    if has_proxies:
        say("HAProxy before the nodes, PgBouncer and HAProxy before the databases")
        return nodes, stack.enter_context(balanced(folder, ports))
    say("HAProxy or PgBouncer is not installed: a balancer of the tests, no pooler")
    return nodes, stack.enter_context(balanced_by_the_tests(ports))


def cause_faults(
    nodes: list[Node], databases: Databases, url: str, chance: Random
) -> dict[str, str]:
    """Returns the measurements, as rows of the table."""
    killed = kill_nodes(nodes, databases, url, chance)
    silent = lose_primary(databases, url, databases.cut_primary_off)
    databases.restore_standby()
    time.sleep(CALM[1])
    crashed = lose_primary(databases, url, databases.kill_primary)
    databases.restore_standby()
    killed = max(killed, kill_nodes(nodes, databases, url, chance))
    return {
        "nodes killed": str(2 * KILLS),
        "longest without a write, nodes killed": f"{killed:.1f} s",
        "the same, primary cut off, promotion": f"{silent:.1f} s",
        "the same, primary killed, promotion": f"{crashed:.1f} s",
    }


def lose_primary(databases: Databases, url: str, lose: Callable[[], None]) -> float:
    """Returns the longest time, in seconds, without a write that was answered."""
    with Probe(url) as probe:
        wait_until("a write", lambda: probe.longest)
        lose()
        time.sleep(PROMOTION)
        databases.promote_standby()
        wait_until("a write on the standby", lambda: probe.longest > PROMOTION)
    return probe.longest


def kill_nodes(nodes: list[Node], databases: Databases, url: str, chance: Random) -> float:
    """Returns the longest time, in seconds, without a write that was answered."""
    with Probe(url) as probe:
        for _ in range(KILLS):
            time.sleep(chance.uniform(*CALM))
            node = chance.choice(nodes)
            node.kill()
            node.start()
            asyncio.run(books.restock(databases.current))
    return probe.longest


def report(rows: dict[str, str], verdict: Verdict) -> None:
    rows |= {
        "orders asked": str(verdict.asked),
        "orders accepted": str(verdict.accepted),
        "orders of unknown outcome (no key)": str(verdict.unknown),
        "requests sent again": str(verdict.retried),
        "no answer or 5xx": str(verdict.failed),
        **{name: str(len(found)) for name, found in verdict.wrong.items()},
    }
    for name, value in rows.items():
        say(f"{name:<38}{value}")
    for name, found in verdict.wrong.items():
        for what in found[:20]:
            say(f"  {name}: {what}")


if __name__ == "__main__":
    raise SystemExit(main())
