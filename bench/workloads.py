"""The workloads: requests, the limits they are compared with, and the goals."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import pages
from bench.client import Scenario
from bench.fill import Scale
from bench.scenarios import (
    check_out,
    like_and_unlike,
    place_order,
    place_order_of_goods,
    place_order_undelivered,
)

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
    """What `clients` do concurrently: either `requests` for pages, or a `scenario`, made from a
    user id and the first and last product id. `orders_per_second` are placed beside it. The
    partner takes `partner_seconds` for each webhook."""

    name: str
    requests: Callable[[Scale], list[pages.PageRequest]] | None = None
    scenario: Callable[[int, int, int], Scenario] | None = None
    hot: bool = False
    constant: float | None = None
    scripts: tuple[Script, ...] = ()
    slowest: float | None = None
    clients: int = CLIENTS
    warm_up: float = 1.0
    orders_per_second: int = 0
    partner_seconds: float = 0.0

    def scenarios(self, scale: Scale) -> list[Scenario]:
        """One for each client."""
        if self.requests:
            return [pages.random_get(self.requests(scale)) for _ in range(self.clients)]
        assert self.scenario
        return [self.scenario(scale.writer(n), *self.products(scale)) for n in range(self.clients)]

    def extra_scenario(self, scale: Scale) -> Scenario:
        """A further scenario, with a writer of its own."""
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
OPEN_CIRCUIT = 5.0
"""Seconds until each worker has found out that the partner is slow."""

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
    Workload("lists of categories, signed in", requests=pages.lists_signed_in),
    Workload("product page, signed in", requests=pages.product_page_signed_in),
    Workload("list in JSON, signed in", requests=pages.list_json),
    Workload("product in JSON, signed in", requests=pages.product_json),
    Workload("cart, signed in", requests=pages.cart),
    Workload("checkout, signed in", requests=pages.checkout),
    Workload("receipt, signed in", requests=pages.receipt),
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
        scripts=(Script("same statements", 0.90, ORDER),),
    ),
    Workload("order of one product, 64 clients", scenario=place_order, clients=64),
    Workload(
        "order, all for one product, 64 clients",
        scenario=place_order,
        hot=True,
        clients=64,
        scripts=(Script("same statements", 3.0, ORDER),),
    ),
    Workload("order of a parcel and a code with a limit", scenario=place_order_of_goods),
    Workload("search, two words", requests=pages.search, scripts=(Script("same queries", 0.40),)),
    Workload("checkout in a browser", scenario=check_out, slowest=10),
    # The last: the partner stays slow, so that the circuit is open in all rounds.
    Workload(
        "order of one product, slow partner",
        scenario=place_order_undelivered,
        warm_up=OPEN_CIRCUIT,
        partner_seconds=5.0,
    ),
)


def selected(text: str) -> Iterator[Workload]:
    """The workloads whose name contains `text`."""
    return (workload for workload in WORKLOADS if text in workload.name)
