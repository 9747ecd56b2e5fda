"""Litestar's injection of services, without tasks.

Litestar 2.25 starts a task for each of several dependencies of a handler, because one might wait
for I/O. The shop's are services, made once at the start.
"""

from litestar import Litestar
from litestar.routes import HTTPRoute


def provide_in_turn(app: Litestar) -> None:
    """Handlers get their dependencies one after the other."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for _, model in route.route_handler_map.values():
                batches = model.dependency_batches
                model.dependency_batches = [{one} for batch in batches for one in batch]
