"""How times grow with the shop, and a picture of it: an SVG, in light and dark, with a small chart
for each request."""

import statistics
from collections.abc import Iterator, Sequence
from html import escape
from math import log10

import msgspec

from bench.measure import median_ratio

COLUMNS, WIDTH, HEIGHT, GAP = 4, 190, 70, 50
"""Charts in a row; the size of one and the room around it, in pixels."""
TOP = 2.0
"""The ratio at the upper edge; what is above it is drawn there."""
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .small { font-size: 11px; fill: #666 }
  .axis { stroke: #bbb; fill: none }
  .limit { stroke: #b00; stroke-dasharray: 4 3 }
  .line { stroke: #0a62a9; stroke-width: 2; fill: none }
  .dot { fill: #0a62a9 }
  .over { fill: #b00 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .small { fill: #aaa } .axis { stroke: #555 }
    .limit { stroke: #f66 } .line { stroke: #6cb4ee } .dot { fill: #6cb4ee } .over { fill: #f66 }
  }
"""


class Curve(msgspec.Struct):
    """One request: for each scale, the smallest first, its p50 in each round, in milliseconds."""

    name: str
    rounds: list[list[float]]

    @property
    def p50(self) -> list[float]:
        return [statistics.median(rounds) for rounds in self.rounds]

    @property
    def ratios(self) -> list[float]:
        """To the smallest shop, round by round; the median."""
        return [median_ratio(rounds, self.rounds[0]) for rounds in self.rounds]


def draw(curves: Sequence[Curve], scales: Sequence[int], limit: float) -> str:
    """A chart of the ratios of each curve, with a dashed line at `limit`."""
    rows = -(-len(curves) // COLUMNS)
    width, height = COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP
    charts = [
        f'<g transform="translate({_x(place)} {_y(place)})">{_chart(curve, scales, limit)}</g>'
        for place, curve in enumerate(curves)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>p50 at {_list(f'{scale:,}' for scale in scales)} products</title>",
            f"<style>{STYLE}</style>",
            *charts,
            "</svg>\n",
        ]
    )


def _x(place: int) -> int:
    return GAP + place % COLUMNS * (WIDTH + GAP)


def _y(place: int) -> int:
    return GAP + place // COLUMNS * (HEIGHT + GAP)


def _chart(curve: Curve, scales: Sequence[int], limit: float) -> str:
    ratios = curve.ratios
    points = [
        (_across(scale, scales), _up(ratio)) for scale, ratio in zip(scales, ratios, strict=True)
    ]
    dots = [
        f'<circle class="{"over" if ratio > limit else "dot"}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        for (x, y), ratio in zip(points, ratios, strict=True)
    ]
    return "".join(
        [
            f'<text y="-20">{escape(curve.name)}</text>',
            f'<text class="small" y="-6">{_list(f"{value:.1f}" for value in curve.p50)} ms</text>',
            f'<path class="axis" d="M0 0V{HEIGHT}H{WIDTH}"/>',
            f'<path class="limit" d="M0 {_up(limit):.1f}H{WIDTH}"/>',
            f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>',
            *dots,
        ]
    )


def _across(scale: int, scales: Sequence[int]) -> float:
    """Tenfold is the same step everywhere."""
    span = log10(scales[-1] / scales[0]) or 1.0
    return log10(scale / scales[0]) / span * WIDTH


def _up(ratio: float) -> float:
    return HEIGHT - min(ratio, TOP) / TOP * HEIGHT


def _list(values: Iterator[str]) -> str:
    return " → ".join(values)
