"""Staff in a shop of many orders and people: response times of their pages, compared with the
lists of products that signed-in users see; a file of every order, with the memory that it takes;
points to everyone, beside orders; and after these the pages that sum up the day."""

import asyncio
import http.client
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import asyncpg
import click
import psutil
import uvloop

from bench import pages
from bench.client import connect
from bench.compare_limits import shop_folder
from bench.fill import Scale
from bench.grants import grants_beside_orders, summary
from bench.growth import p50_of
from bench.options import Options
from bench.pages import PageRequest, random_get, session_cookie
from bench.results import aligned, machine, save
from bench.shop import Shop
from shop.staff.days_repository import SETTLED_AFTER

PRODUCTS, PEOPLE_PER_PRODUCT, ORDERS_PER_PERSON = 1_000, 50, 20
MAX_RATIO = 3.0
"""The largest allowed ratio of a page's p50 to that of these lists."""
MAX_MB = 100.0
"""The largest allowed growth of a worker's memory while it sends a file."""
SUPERUSER = 1
LISTS = "lists of products, signed in"
"""More than the process keeps rendered, as the pages of staff are not kept either."""
PATHS = (
    "/staff",
    "/staff/orders",
    "/staff/orders?status=paid",
    "/staff/orders?q=bench777",
    "/staff/orders/777",
    "/staff/orders/picking",
    "/staff/orders/packing",
    "/staff/stock",
    "/staff/stock/777",
    "/staff/people",
    "/staff/people?q=bench777",
    "/staff/people/777",
    "/staff/points",
    "/staff/points?kind=grant",
    "/staff/points/grant-many",
    "/staff/messages",
    "/staff/returns",
    "/staff/reports",
    "/staff/log",
    "/staff/products/import",
    "/staff/settings",
)
SUMS = ("/staff", "/staff/points", "/staff/reports")
"""Pages that sum up what a day has brought."""
FILE = "/staff/orders.csv"


class File(NamedTuple):
    """A file that was sent: lines, seconds, and by how many MB the workers grew."""

    lines: int
    seconds: float
    megabytes: float


def measure_staff(options: Options) -> None:
    """Prints a table, saves JSON. `options.scale` is the number of orders."""
    scale = scale_of(options.scale)
    with shop_folder(options, f"staff-{scale.orders}") as folder:
        shop = Shop(folder, workers=options.workers)
        click.echo(f"{scale.orders:,} orders: filled in {shop.fill(scale):.1f} s")
        click.echo(f"days summed in {shop.close_days():.1f} s")
        with shop.running():
            asyncio.run(_promote(shop))
            times = uvloop.run(_times(shop, scale, options, PATHS))
            file = _sent_file(shop)
            grants = grants_beside_orders(shop, scale, options)
            time.sleep(SETTLED_AFTER.total_seconds())
            shop.close_days()
            busy = uvloop.run(_times(shop, scale, options, SUMS))
    click.echo(f"\n{_table(times)}\n")
    click.echo(
        f"{FILE}: {file.lines:,} lines in {file.seconds:.1f} s; "
        f"memory + {file.megabytes:.0f} MB (goal: {MAX_MB:.0f})"
    )
    click.echo(summary(grants))
    click.echo(f"\nA minute later:\n{_table(busy)}\n")
    found = {
        "machine": machine(),
        "scale": scale,
        "p50": times,
        "file": file,
        "grants": grants,
        "p50 of a busy day": busy,
    }
    click.echo(save("staff", found))


def scale_of(orders: int) -> Scale:
    """A shop of this many orders, of twenty to a person."""
    people = orders // PRODUCTS // ORDERS_PER_PERSON
    return Scale(PRODUCTS, users_per_product=people, orders_per_user=ORDERS_PER_PERSON)


async def _promote(shop: Shop) -> None:
    connection = await asyncpg.connect(shop.database)
    await connection.execute(
        "UPDATE users SET admin = true, superuser = true WHERE id = $1", SUPERUSER
    )
    await connection.close()


async def _times(
    shop: Shop, scale: Scale, options: Options, paths: Sequence[str]
) -> dict[str, float]:
    """The p50 of each page in milliseconds, the median of all rounds."""
    chosen = {LISTS: random_get(pages.lists_signed_in(scale))}
    for path in paths:
        request = PageRequest(path, pages.CSRF_FIELD, session_cookie(SUPERUSER))
        chosen[path] = random_get([request])
    rounds: dict[str, list[float]] = {name: [] for name in chosen}
    async with connect(shop.port) as connection:
        for _ in range(options.rounds):
            for name, scenario in chosen.items():
                rounds[name].append(await p50_of(connection, scenario, options.seconds))
    return {name: statistics.median(found) for name, found in rounds.items()}


def _sent_file(shop: Shop) -> File:
    """Reads the file as it comes, and drops it."""
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=600)
    began, lines = time.monotonic(), 0
    with _watched(shop.worker_processes) as grown:
        connection.request("GET", FILE, headers={"Cookie": session_cookie(SUPERUSER)})
        response = connection.getresponse()
        while chunk := response.read1(1 << 16):
            lines += chunk.count(b"\n")
    connection.close()
    return File(lines, time.monotonic() - began, grown[0])


@contextmanager
def _watched(processes: list[psutil.Process]) -> Iterator[list[float]]:
    """The largest growth of the processes' memory, in MB, once the block has ended."""
    before, most = _memory(processes), [0.0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            most[0] = max(most[0], _memory(processes) - before)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def _memory(processes: list[psutil.Process]) -> float:
    return sum(process.memory_info().rss for process in processes) / 1e6


def _table(times: dict[str, float]) -> str:
    rows = [["p50 in ms", "", "times", f"< {MAX_RATIO:.0f}"]]
    for name, p50 in times.items():
        ratio = p50 / times[LISTS]
        rows.append([name, f"{p50:.1f}", f"{ratio:.1f}", "met" if ratio < MAX_RATIO else "NOT MET"])
    return aligned(rows)
