"""Response times of the same requests in shops of three sizes."""

import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from typing import NamedTuple

import click
import uvloop

from bench.client import Connection, Scenario, connect
from bench.compare_limits import shop_folder
from bench.curve import Curve, draw
from bench.fill import Scale
from bench.lists import scenarios
from bench.options import Options
from bench.results import aligned, machine, save
from bench.shop import Shop

SCALES = (1_000, 100_000, 1_000_000)
MAX_RATIO = 1.5
"""The largest allowed ratio of a p50 to that of the smallest shop."""
WARM_UP = 10
"""Runs of each scenario before the measurement."""


class Client(NamedTuple):
    """A connection to one shop, and its scenarios by name."""

    connection: Connection
    scenarios: dict[str, Scenario]


def measure_growth(options: Options) -> None:
    """Measures shops of up to `options.scale` products with one client, alternating between them.

    Prints a table, saves JSON and SVG. Raises BenchError if an audit fails.
    """
    described = machine()
    scales = [scale for scale in SCALES if scale <= options.scale]
    with ExitStack() as stack:
        shops = [_filled(stack, Scale(products), options) for products in scales]
        with ExitStack() as running:
            for shop in shops:
                running.enter_context(shop.running())
            curves = uvloop.run(_curves(shops, scales, options))
        click.echo(f"\n{_table(curves, scales)}\n")
        path = save("growth", {"machine": described, "scales": scales, "curves": curves})
        picture = path.with_suffix(".svg")
        picture.write_text(draw(curves, scales, MAX_RATIO))
        click.echo(f"{path}\n{picture}")
        for shop in shops:
            click.echo(shop.litestar("audit").strip().splitlines()[-1])


def _filled(stack: ExitStack, scale: Scale, options: Options) -> Shop:
    folder = stack.enter_context(shop_folder(options, f"shop-{scale.products}"))
    shop = Shop(folder, workers=options.workers)
    click.echo(f"{scale.products:,} products: filled in {shop.fill(scale):.1f} s")
    return shop


async def _curves(shops: Sequence[Shop], scales: Sequence[int], options: Options) -> list[Curve]:
    async with AsyncExitStack() as stack:
        clients = [
            await _client(await stack.enter_async_context(connect(shop.port)), Scale(products))
            for shop, products in zip(shops, scales, strict=True)
        ]
        return [await _curve(name, clients, options) for name in clients[0].scenarios]


async def _client(connection: Connection, scale: Scale) -> Client:
    return Client(
        connection, {name: scenario async for name, scenario in scenarios(connection, scale)}
    )


async def _curve(name: str, clients: Sequence[Client], options: Options) -> Curve:
    curve = Curve(name, [[] for _ in clients])
    for _ in range(options.rounds):
        for client, rounds in zip(clients, curve.rounds, strict=True):
            rounds.append(await p50_of(client.connection, client.scenarios[name], options.seconds))
    return curve


async def p50_of(connection: Connection, scenario: Scenario, seconds: float) -> float:
    """The p50 of the scenario in milliseconds, over this many seconds."""
    for _ in range(WARM_UP):
        await scenario(connection)
    times = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        await scenario(connection)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _table(curves: Sequence[Curve], scales: Sequence[int]) -> str:
    rows = [["p50 in ms", *(f"{scale:,}" for scale in scales), "times", f"<= {MAX_RATIO}"]]
    for curve in curves:
        worst = max(curve.ratios)
        met = "met" if worst <= MAX_RATIO else "NOT MET"
        rows.append([curve.name, *(f"{p50:.2f}" for p50 in curve.p50), f"{worst:.2f}", met])
    return aligned(rows)
