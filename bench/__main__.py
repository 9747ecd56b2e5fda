"""`python -m bench`: exit status 1 where the books are wrong after it, or where it cannot run."""

from pathlib import Path
from typing import Any

import click

from bench.client import WrongAnswer
from bench.compare import compare
from bench.compare_refs import versus
from bench.growth import grow
from bench.options import Options
from bench.shop import BenchError
from shop.start import StartError
from shop.start.signals import end_at_signals


def whole_tens(_: click.Context, __: click.Parameter, value: int) -> int:
    if value < 100 or value % 10:
        raise click.BadParameter("a multiple of 10, from 100")
    return value


@click.command()
@click.option("--scale", default=1000, callback=whole_tens, show_default=True, help="Products.")
@click.option("--seconds", default=3.0, show_default=True, help="Of one round.")
@click.option("--rounds", default=3, show_default=True, help="Of each workload and limit.")
@click.option("--only", default="", help="Workloads whose name holds these words.")
@click.option("--workers", default=2, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), help="Keep the filled shops here.")
@click.option("--base", default="", help="A git ref: two versions, turn by turn.")
@click.option("--growth", is_flag=True, help="The same requests in shops of three sizes.")
def main(**given: Any) -> None:
    """Measures the shop. See bench/README.md."""
    end_at_signals()
    options = Options(**given)
    try:
        if options.growth:
            grow(options)
        elif options.base:
            versus(options)
        else:
            compare(options)
    except (BenchError, StartError, WrongAnswer) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
