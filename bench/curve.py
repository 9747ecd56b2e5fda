"""The growth of response times as an SVG with one small chart per request; light and dark."""

import statistics
from collections.abc import Iterator, Sequence
from html import escape
from math import log10

import msgspec

from bench.measure import median_ratio

COLUMNS, WIDTH, HEIGHT, GAP = 4, 190, 70, 50
"""Charts per row; size of a chart and its margin, in pixels."""
TOP = 2.0
"""The ratio at the upper edge; larger ratios are clipped."""
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
    """One request: for each scale, smallest first, the p50 of each round in milliseconds."""

    name: str
    rounds: list[list[float]]

    @property
    def p50(self) -> list[float]:
        return [statistics.median(rounds) for rounds in self.rounds]

    @property
    def ratios(self) -> list[float]:
        """Ratios to the smallest shop: the median over the rounds."""
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
            f"<title>p50 at {_arrows(f'{scale:,}' for scale in scales)} products</title>",
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
    times = _arrows(f"{value:.1f}" for value in curve.p50)
    points = [
        (_x_of(scale, scales), _y_of(ratio)) for scale, ratio in zip(scales, ratios, strict=True)
    ]
    dots = [
        f'<circle class="{"over" if ratio > limit else "dot"}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        for (x, y), ratio in zip(points, ratios, strict=True)
    ]
    return "".join(
        [
            f'<text y="-20">{escape(curve.name)}</text>',
            f'<text class="small" y="-6">{times} ms</text>',
            f'<path class="axis" d="M0 0V{HEIGHT}H{WIDTH}"/>',
            f'<path class="limit" d="M0 {_y_of(limit):.1f}H{WIDTH}"/>',
            f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>',
            *dots,
        ]
    )


def _x_of(scale: int, scales: Sequence[int]) -> float:
    """A logarithmic axis."""
    span = log10(scales[-1] / scales[0]) or 1.0
    return log10(scale / scales[0]) / span * WIDTH


def _y_of(ratio: float) -> float:
    return HEIGHT - min(ratio, TOP) / TOP * HEIGHT


def _arrows(values: Iterator[str]) -> str:
    return " → ".join(values)
