"""`python -m bench`: exits with 1 if the run fails or the audit finds an error."""

from pathlib import Path
from typing import Any

import click

from bench.client import UnexpectedResponse
from bench.compare_limits import compare_limits
from bench.compare_refs import compare_refs
from bench.growth import measure_growth
from bench.nodes import compare_nodes
from bench.options import Options
from bench.shop import BenchError
from bench.staff import measure_staff
from shop.start import StartError
from shop.start.signals import exit_on_signals
from tests.faults.parts import FaultRunError


def multiple_of_ten(_: click.Context, __: click.Parameter, value: int) -> int:
    if value < 100 or value % 10:
        raise click.BadParameter("a multiple of 10, from 100")
    return value


@click.command()
@click.option(
    "--scale", default=1000, callback=multiple_of_ten, show_default=True, help="Products."
)
@click.option("--seconds", default=3.0, show_default=True, help="Length of a round.")
@click.option("--rounds", default=3, show_default=True, help="Rounds per workload and limit.")
@click.option("--only", default="", help="Only workloads whose name contains this.")
@click.option("--workers", default=2, show_default=True)
@click.option(
    "--data", type=click.Path(path_type=Path), help="Keep and reuse the filled shops here."
)
@click.option("--base", default="", help="A git ref to compare with.")
@click.option("--growth", is_flag=True, help="Compare shops of three sizes.")
@click.option("--staff", is_flag=True, help="Staff's pages in a shop of --scale orders.")
@click.option("--nodes", is_flag=True, help="Three nodes behind proxies, and one node.")
def main(**given: Any) -> None:
    """Measures the shop. See bench/README.md."""
    exit_on_signals()
    options = Options(**given)
    try:
        if options.growth:
            measure_growth(options)
        elif options.staff:
            measure_staff(options)
        elif options.nodes:
            compare_nodes(options)
        elif options.base:
            compare_refs(options)
        else:
            compare_limits(options)
    except (BenchError, FaultRunError, StartError, UnexpectedResponse) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
