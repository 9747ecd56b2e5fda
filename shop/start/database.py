"""The database of the settings, whichever it is, running and up to date."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shop.settings import Settings
from shop.settings.environment import EMBEDDED_URL
from shop.start.embedded import attached_database, embedded_database

SPARE_CONNECTIONS = 20
"""Beside the workers' pools: migrations, an audit, a psql session, PostgreSQL's own."""


@contextmanager
def serving_database(settings: Settings, meanwhile: Callable[[], None]) -> Iterator[str]:
    """The DSN for the shop itself, which runs the embedded server alone.

    Calls `meanwhile` once, while the server is starting if it has to start.
    """
    if settings.database_url:
        meanwhile()
        yield settings.database_url
        return
    connections = settings.workers * settings.database_pool + SPARE_CONNECTIONS
    embedded = embedded_database(settings.data_dir, max(100, connections), meanwhile)
    with embedded as url, _exported(url):
        yield url


@contextmanager
def command_database(settings: Settings) -> Iterator[str]:
    """The DSN for a command: of the running server, else of one that is started for the block."""
    if settings.database_url:
        yield settings.database_url
        return
    with attached_database(settings.data_dir) as url, _exported(url):
        yield url


@contextmanager
def _exported(url: str) -> Iterator[None]:
    """Sets the DSN in the environment, for this process's settings and its workers."""
    os.environ[EMBEDDED_URL] = url
    try:
        yield
    finally:
        del os.environ[EMBEDDED_URL]
