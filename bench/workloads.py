"""The workloads: requests, the limits they are compared with, and the goals."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import pages
from bench.client import Scenario
from bench.fill import Scale
from bench.scenarios import check_out, like_and_unlike, place_order

CLIENTS = 16
SCRIPTS = Path(__file__).parent / "sql"


class Script(NamedTuple):
    """A limit: a pgbench script that stands for this many requests. Without `file`, the statements
    that the shop sends for some of the workload's requests."""

    name: str
    goal: float
    file: Path | None = None
    requests: int = 1


class Workload(NamedTuple):
    """What CLIENTS do concurrently: either `requests` for pages, or a `scenario`, made from a user
    id and the first and last product id. `orders_per_second` are placed beside it."""

    name: str
    requests: Callable[[Scale], list[pages.PageRequest]] | None = None
    scenario: Callable[[int, int, int], Scenario] | None = None
    hot: bool = False
    constant: float | None = None
    scripts: tuple[Script, ...] = ()
    slowest: float | None = None
    warm_up: float = 1.0
    orders_per_second: int = 0

    def scenarios(self, scale: Scale) -> list[Scenario]:
        """One for each client."""
        if self.requests:
            return [pages.random_get(self.requests(scale)) for _ in range(CLIENTS)]
        assert self.scenario
        return [self.scenario(scale.writer(n), *self.products(scale)) for n in range(CLIENTS)]

    def extra_scenario(self, scale: Scale) -> Scenario:
        """One more, by a user of its own."""
        if self.requests:
            return pages.random_get(self.requests(scale))
        assert self.scenario
        return self.scenario(scale.writer(-1), *self.products(scale))

    def products(self, scale: Scale) -> tuple[int, int]:
        return (1, 1) if self.hot else (1, scale.products)


LIKE = SCRIPTS / "like.sql"
ORDER = SCRIPTS / "order.sql"
ONE_STATEMENT = SCRIPTS / "order-one-statement.sql"
FILL_CACHE = 20.0
"""Seconds until each worker has rendered 1,000 product pages once."""

WORKLOADS = (
    Workload("catalogue page, guest", requests=pages.catalogue, constant=0.60),
    Workload("product page, guest", requests=pages.product_page, constant=0.60, warm_up=FILL_CACHE),
    Workload(
        "catalogue page, guest, beside 100 orders a second",
        requests=pages.catalogue,
        orders_per_second=100,
    ),
    Workload(
        "product page, guest, beside 100 orders a second",
        requests=pages.product_page,
        warm_up=FILL_CACHE,
        orders_per_second=100,
    ),
    Workload("catalogue page, signed in", requests=pages.catalogue_signed_in, constant=0.25),
    Workload(
        "like and unlike in turn",
        scenario=like_and_unlike,
        scripts=(Script("same statements", 0.40, LIKE, requests=2),),
    ),
    Workload(
        "like and unlike, one product",
        scenario=like_and_unlike,
        hot=True,
        scripts=(Script("same statements", 0.50, LIKE, requests=2),),
    ),
    Workload(
        "order of one product",
        scenario=place_order,
        scripts=(
            Script("same statements", 0.50, ORDER),
            Script("one statement", 0.25, ONE_STATEMENT),
        ),
    ),
    Workload(
        "order, all for one product",
        scenario=place_order,
        hot=True,
        scripts=(Script("same statements", 0.60, ORDER),),
    ),
    Workload("search, two words", requests=pages.search, scripts=(Script("same queries", 0.40),)),
    Workload("checkout in a browser", scenario=check_out, slowest=10),
)


def selected(text: str) -> Iterator[Workload]:
    """The workloads whose name contains `text`."""
    return (workload for workload in WORKLOADS if text in workload.name)
