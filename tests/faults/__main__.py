"""`python -m tests.faults --minutes 10 --seed 7`: exit status 1 if an order was lost, duplicated,
oversold, paid back wrongly or not delivered, if a response was 500, or if the audit finds
exceptions."""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random

from shop.start.postgres import stop_postgres
from tests.faults import books, journal
from tests.faults.parts import ROOT, TIMEOUT, FaultRunError, Partner, Shop, environ, wait_until
from tests.faults.verdict import Verdict, accepted_messages, judge

CLIENTS = 3
FIRST_FAULTS = ["worker", "parent", "database", "partner"]
FAULTS = ["worker", "worker", "worker", "parent", "database", "everything", "partner", "partner"]
PAUSES = (1.0, 6.0)
"""Seconds until the next fault."""
AT_ONCE = 0.2
"""The probability that a fault comes before the shop has recovered from the last one."""
DATABASE_AWAY = (0.0, 2.0)


class Chaos:
    """Causes the faults; the seed decides their times and order."""

    def __init__(self, shop: Shop, partner: Partner, chance: Random) -> None:
        self._shop, self._partner, self._chance = shop, partner, chance
        self.done: Counter[str] = Counter()

    def run(self, seconds: float) -> None:
        """Runs for that many seconds, and at least until each kind of fault has been caused."""
        end = time.monotonic() + seconds
        for number, fault in enumerate(self._deck()):
            if time.monotonic() >= end and number >= len(FIRST_FAULTS):
                break
            if self._chance.random() >= AT_ONCE:
                wait_until("a ready shop", self._shop.is_ready)
            time.sleep(self._chance.uniform(*PAUSES))
            getattr(self, fault)()
            asyncio.run(books.restock(self._shop.data_dir))

    def _deck(self) -> Iterator[str]:
        """Each kind of fault once, then FAULTS repeatedly, each time shuffled."""
        yield from self._chance.sample(FIRST_FAULTS, len(FIRST_FAULTS))
        while True:
            yield from self._chance.sample(FAULTS, len(FAULTS))

    def worker(self) -> None:
        self._shop.kill_worker(self._chance)
        self.done["worker"] += 1

    def parent(self) -> None:
        self._shop.kill_parent()
        self._shop.start()
        self.done["parent"] += 1

    def database(self) -> None:
        self._shop.crash_database()
        self.done["database"] += 1
        time.sleep(self._chance.uniform(*DATABASE_AWAY))
        self._shop.start_database()

    def everything(self) -> None:
        """Crashes both, so that the database recovers during the next start."""
        self._shop.crash_database()
        self._shop.kill_parent()
        self._shop.start()
        self.done.update(["database", "parent"])

    def partner(self) -> None:
        mode = self._chance.choice(["fail", "slow", "cut", "late"])
        times = self._chance.randint(1, 10)
        self._partner.behave(mode, times, self._chance.uniform(0.5, 2.0))
        self.done["partner"] += 1


def main() -> int:
    options = parse()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4))
    say(f"seed {seed}")
    # Not in a private home: the database's own user must reach it.
    folder = Path(tempfile.mkdtemp(prefix="pointmall-faults-"))
    try:
        lines, is_clean = run(folder, options.minutes * 60, seed)
    except FaultRunError as error:
        say(f"{error}\nThe files are in {folder}.")
        return 1
    say("\n".join(lines))
    if not is_clean:
        say(f"NOT CLEAN. The files are in {folder}.")
        return 1
    shutil.rmtree(folder)
    say("clean")
    return 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument(
        "--seed", type=int, help="repeats the faults of an earlier run (default: random)"
    )
    return parser.parse_args()


def run(folder: Path, seconds: float, seed: int) -> tuple[list[str], bool]:
    """Returns the table, and whether there was no violation."""
    with ExitStack() as stack:
        partner = Partner()
        stack.callback(partner.stop)
        shop = Shop(folder, partner.url)
        stack.callback(stop_postgres, shop.data_dir)
        stack.callback(shop.stop)
        shop.start()
        asyncio.run(books.fill(shop.data_dir))
        clients = [start_client(folder, number, seed) for number in range(CLIENTS)]
        clients.append(start_clerks(folder, seed))
        stack.callback(kill_all, clients)
        chaos = Chaos(shop, partner, Random(seed))
        began = time.monotonic()
        chaos.run(seconds)
        lasted = time.monotonic() - began
        partner.behave("accept")
        wait_until("a ready shop", shop.is_ready)
        end_all(clients)
        made_due = settle(shop)
        audit = shop.audit()
        verdict = judge(
            journal.read(folder),
            *asyncio.run(books.read(shop.data_dir)),
            accepted_messages(partner.received()),
        )
    lines = table(seed, lasted, chaos.done, verdict, made_due)
    return [*lines, "", audit.stdout.rstrip()], verdict.is_clean and audit.returncode == 0


def start_client(folder: Path, number: int, seed: int) -> subprocess.Popen[bytes]:
    users = [str(user) for user in books.USERS[number::CLIENTS]]
    products = [str(product) for product in books.PRODUCTS]
    name = f"client-{number}"
    options = ["--folder", str(folder), "--name", name, "--seed", str(seed)]
    lists = ["--users", *users, "--products", *products]
    command = [sys.executable, "-m", "tests.faults.client", *options, *lists]
    return subprocess.Popen(command, cwd=ROOT, env=environ())


def start_clerks(folder: Path, seed: int) -> subprocess.Popen[bytes]:
    options = ["--folder", str(folder), "--seed", str(seed)]
    command = [sys.executable, "-m", "tests.faults.clerk", *options]
    return subprocess.Popen(command, cwd=ROOT, env=environ())


def end_all(clients: list[subprocess.Popen[bytes]]) -> None:
    """Stops the clients, which first finish their requests, including retries with a key."""
    for client in clients:
        client.terminate()
    for client in clients:
        wait_until("the last answer to a client", partial(has_ended, client))
        if client.returncode:
            raise FaultRunError(f"A client ended with status {client.returncode}.")


def has_ended(client: subprocess.Popen[bytes]) -> bool:
    return client.poll() is not None


def kill_all(clients: list[subprocess.Popen[bytes]]) -> None:
    for client in clients:
        client.kill()
        client.wait(TIMEOUT)


def settle(shop: Shop) -> int:
    """Waits until the outbox is empty. Returns how many messages were made due early."""
    made_due = asyncio.run(books.make_due(shop.data_dir))
    wait_until("an empty outbox", lambda: asyncio.run(books.unsent(shop.data_dir)) == 0)
    return made_due


def table(
    seed: int, lasted: float, done: Counter[str], verdict: Verdict, made_due: int
) -> list[str]:
    rows = {
        "seed": seed,
        "seconds of load": round(lasted),
        "client processes, shoppers": f"{CLIENTS}, {books.PEOPLE}",
        "kills (worker, parent)": f"{done['worker'] + done['parent']} "
        f"({done['worker']}, {done['parent']})",
        "database crashes": done["database"],
        "partner misbehaved": done["partner"],
        "orders asked (with a key)": f"{verdict.asked} ({verdict.asked_with_key})",
        "orders accepted": verdict.accepted,
        "orders refused": _counts(verdict.refused),
        "orders of unknown outcome (no key)": verdict.unknown,
        "requests sent again": verdict.retried,
        "answers replayed by key": verdict.replayed,
        "orders cancelled": verdict.cancelled,
        "items cancelled": verdict.items_cancelled,
        "orders fulfilled": verdict.fulfilled,
        "returns asked for, taken in": f"{verdict.returns_asked}, {verdict.returns_taken}",
        "likes, carts, codes shown": _counts(verdict.others),
        "no answer or 5xx": _counts(verdict.failed),
        "messages delivered again": verdict.repeated_deliveries,
        "messages made due by hand at the end": made_due,
        **{name: len(found) for name, found in verdict.wrong.items()},
    }
    lines = [f"{name:<38}{value}" for name, value in rows.items()]
    for name, found in verdict.wrong.items():
        lines += [f"  {name}: {what}" for what in found[:20]]
    return lines


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{n} x {what}" for what, n in sorted(counts.items())) or "0"


if __name__ == "__main__":
    raise SystemExit(main())
