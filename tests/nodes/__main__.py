"""`python -m tests.nodes --seed 7`: three nodes behind a balancer on a primary and a standby, under
load. Kills nodes, cuts the primary off without a word, promotes the standby. Exit status 1 if
anything was lost, doubled, oversold or undelivered, or if the audit finds wrong books."""

import argparse
import asyncio
import os
import shutil
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Self

import httpx

from tests.faults import books, journal
from tests.faults.__main__ import CLIENTS, end_all, kill_all, say, start_client
from tests.faults.parts import FaultRunError, Partner, wait_until
from tests.faults.verdict import Verdict, accepted_messages, judge
from tests.nodes.balancer import Balancer
from tests.nodes.databases import Databases
from tests.nodes.node import Node

NODES = 3
KILLS = 4
CALM = (2.0, 5.0)
"""Seconds before each fault."""
PROMOTION = 2.0
"""Seconds after which the cut-off is noticed and the standby is promoted, as Patroni would."""
PROBE = 0.1


class Probe(threading.Thread):
    """Requests `/readyz` again and again; `longest` is the longest time between two answers of 200,
    in seconds."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url, self._is_over = f"{url}/readyz", threading.Event()
        self._last = time.monotonic()
        self.longest = 0.0

    def run(self) -> None:
        while not self._is_over.wait(PROBE):
            if is_ready(self._url):
                now = time.monotonic()
                self.longest, self._last = max(self.longest, now - self._last), now

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.join()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


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
    chance = Random(seed)
    with ExitStack() as stack:
        partner = Partner()
        stack.callback(partner.stop)
        databases = Databases(folder)
        stack.callback(databases.stop)
        nodes = [Node(folder, f"node-{n}", databases.dsn, partner.url) for n in range(NODES)]
        for node in nodes:
            stack.callback(node.stop)
            node.start()
        balancer = Balancer([node.port for node in nodes])
        stack.callback(balancer.close)
        (folder / "address").write_text(balancer.url)
        asyncio.run(books.fill(databases.current))
        clients = [start_client(folder, number, seed) for number in range(CLIENTS)]
        stack.callback(kill_all, clients)
        rows = cause_faults(nodes, databases, balancer, chance)

        end_all(clients)
        asyncio.run(books.make_due(databases.current))
        wait_until("an empty outbox", lambda: asyncio.run(books.unsent(databases.current)) == 0)
        audit = nodes[0].audit()
        stored = asyncio.run(books.read(databases.current))
        verdict = judge(journal.read(folder), *stored, accepted_messages(partner.received()))
    report(rows, verdict)
    say(audit.stdout.rstrip())
    return verdict.is_clean and audit.returncode == 0


def cause_faults(
    nodes: list[Node], databases: Databases, balancer: Balancer, chance: Random
) -> dict[str, str]:
    """Returns what was measured, as rows of the table."""
    with Probe(balancer.url) as probe:
        kill_nodes(nodes, databases, chance)
    killed = probe.longest
    silent = lose_primary(nodes, databases)
    with Probe(balancer.url) as probe:
        kill_nodes(nodes, databases, chance)
    return {
        "nodes killed": str(2 * KILLS),
        "longest gap, nodes killed (s)": f"{max(killed, probe.longest):.1f}",
        "longest gap of a node, primary lost": f"{silent:.1f}",
    }


def lose_primary(nodes: list[Node], databases: Databases) -> float:
    """Returns the longest time, in seconds, for which one of the nodes was not ready."""
    with ExitStack() as stack:
        probes = [stack.enter_context(Probe(node.url)) for node in nodes]
        wait_until("ready nodes", lambda: all(probe.longest for probe in probes))
        databases.cut_primary_off()
        time.sleep(PROMOTION)
        databases.promote_standby()
        wait_until("nodes on the standby", lambda: min(p.longest for p in probes) > PROMOTION)
    return max(probe.longest for probe in probes)


def kill_nodes(nodes: list[Node], databases: Databases, chance: Random) -> None:
    for _ in range(KILLS):
        time.sleep(chance.uniform(*CALM))
        node = chance.choice(nodes)
        node.kill()
        node.start()
        asyncio.run(books.restock(databases.current))


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
