"""Ratios, statements, charts."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.client import Stats
from bench.curve import Curve, draw
from bench.measure import median_ratio, summarize
from bench.statements import Statement, count_statements, parse_log
from bench.workloads import LIKE, ONE_STATEMENT, ORDER

LOG = """\
2026-11-22 19:00:00.000 UTC [7] LOG:  statement: BEGIN;
2026-11-22 19:00:00.000 UTC [7] LOG:  execute __asyncpg_stmt_1__: SELECT name
\tFROM products WHERE name = $1 AND id < $2
2026-11-22 19:00:00.000 UTC [7] DETAIL:  Parameters: $1 = 'it''s $2', $2 = '12'
2026-11-22 19:00:00.000 UTC [8] LOG:  checkpoint complete
"""


def test_statements_are_parsed_with_their_parameters() -> None:
    begin, select = parse_log(LOG)
    assert begin == Statement("BEGIN;")
    assert select.inlined == "SELECT name\nFROM products WHERE name = 'it''s $2' AND id < '12'"


@pytest.mark.parametrize(("script", "count"), [(LIKE, 7), (ORDER, 10), (ONE_STATEMENT, 1)])
def test_statements_of_a_script_are_counted(script: Path, count: int) -> None:
    assert count_statements(script) == count


def test_ratios_are_of_consecutive_rounds() -> None:
    assert median_ratio([10, 40, 9], [20, 50, 10]) == 0.8


def test_an_error_is_not_a_successful_request() -> None:
    load = summarize(Stats([1.0, 2.0, 3.0], errors=1), seconds=2)
    assert (load.requests, load.errors, load.rate, load.p50) == (4, 1, 1.5, 2.0)


def test_the_svg_has_a_chart_per_request_and_marks_ratios_over_the_limit() -> None:
    curves = [Curve("flat", [[1.0], [1.1]]), Curve("steep", [[1.0, 2.0], [9.0, 18.0]])]
    svg = draw(curves, [1000, 100_000], limit=1.5)
    circles = list(ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}circle"))
    assert [circle.get("class") for circle in circles] == ["dot", "dot", "dot", "over"]
