"""The workloads: what is asked of the shop, beside which limit, and how close it has to come."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import pages
from bench.client import Turn
from bench.fill import Scale
from bench.scenarios import checking_out, liking, ordering

CLIENTS = 16
SCRIPTS = Path(__file__).parent / "sql"


class Script(NamedTuple):
    """A limit: statements for pgbench, worth so many requests. Without a file they are those that
    the shop sends for the same visits."""

    name: str
    goal: float
    file: Path | None = None
    requests: int = 1


class Workload(NamedTuple):
    """What CLIENTS do at once. Either `visits`, or a `turn` for each: the user it acts for, and
    the products from which it draws. Before what counts come `warm_up` seconds of the same."""

    name: str
    visits: Callable[[Scale], list[pages.Visit]] | None = None
    turn: Callable[[int, int, int], Turn] | None = None
    hot: bool = False
    constant: float | None = None
    scripts: tuple[Script, ...] = ()
    slowest: float | None = None
    warm_up: float = 1.0

    def turns(self, scale: Scale) -> list[Turn]:
        if self.visits:
            return [pages.visiting(self.visits(scale)) for _ in range(CLIENTS)]
        assert self.turn
        return [self.turn(scale.writer(n), *self.products(scale)) for n in range(CLIENTS)]

    def one_turn(self, scale: Scale) -> Turn:
        """For a user whom none of the others acts for."""
        if self.visits:
            return pages.visiting(self.visits(scale))
        assert self.turn
        return self.turn(scale.writer(-1), *self.products(scale))

    def products(self, scale: Scale) -> tuple[int, int]:
        return (1, 1) if self.hot else (1, scale.products)


LIKE = SCRIPTS / "like.sql"
ORDER = SCRIPTS / "order.sql"
AT_ONCE = SCRIPTS / "order-at-once.sql"

WORKLOADS = (
    Workload("catalogue page, guest", visits=pages.catalogue, constant=0.60),
    # Long enough for each process to have made each page of 1,000 once.
    Workload("product page, guest", visits=pages.product_page, constant=0.60, warm_up=20.0),
    Workload("catalogue page, signed in", visits=pages.catalogue_signed_in, constant=0.25),
    Workload(
        "like and unlike in turn",
        turn=liking,
        scripts=(Script("same statements", 0.40, LIKE, requests=2),),
    ),
    Workload(
        "like and unlike, one product",
        turn=liking,
        hot=True,
        scripts=(Script("same statements", 0.50, LIKE, requests=2),),
    ),
    Workload(
        "order of one product",
        turn=ordering,
        scripts=(Script("same statements", 0.50, ORDER), Script("one statement", 0.25, AT_ONCE)),
    ),
    Workload(
        "order, all for one product",
        turn=ordering,
        hot=True,
        scripts=(Script("same statements", 0.60, ORDER),),
    ),
    Workload("search, two words", visits=pages.search, scripts=(Script("same queries", 0.40),)),
    Workload("checkout in a browser", turn=checking_out, slowest=10),
)


def chosen(words: str) -> Iterator[Workload]:
    """Those whose name holds `words`; all of them where it is empty."""
    return (workload for workload in WORKLOADS if words in workload.name)
