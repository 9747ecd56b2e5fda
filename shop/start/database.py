"""The database of the settings, whichever it is, running and up to date."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shop.settings import EMBEDDED_URL, Settings
from shop.start.embedded import attached_database, embedded_database

SPARE_CONNECTIONS = 20
"""Beside the workers' pools: migrations, an audit, somebody with psql, PostgreSQL's own."""


@contextmanager
def own_database(settings: Settings, meanwhile: Callable[[], None]) -> Iterator[str]:
    """The DSN, for the shop itself: it runs the embedded server, and no other shop may have it.

    Calls `meanwhile` once, while the server is starting where one has to.
    """
    if settings.database_url:
        meanwhile()
        yield settings.database_url
        return
    connections = settings.workers * settings.database_pool + SPARE_CONNECTIONS
    embedded = embedded_database(settings.data_dir, max(100, connections), meanwhile)
    with embedded as url, _handed_on(url):
        yield url


@contextmanager
def any_database(settings: Settings) -> Iterator[str]:
    """The DSN, for a command beside the shop: of the server that runs, else of one just for it."""
    if settings.database_url:
        yield settings.database_url
        return
    with attached_database(settings.data_dir) as url, _handed_on(url):
        yield url


@contextmanager
def _handed_on(url: str) -> Iterator[None]:
    """To this process's own settings, and to the workers it starts."""
    os.environ[EMBEDDED_URL] = url
    try:
        yield
    finally:
        del os.environ[EMBEDDED_URL]
