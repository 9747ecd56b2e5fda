"""Warm-up: what would otherwise delay the first visitor by half a second. Languages are loaded
before workers are forked, which share them; each loads templates, compiled where none
are kept, and compresses static files after its start, in the background."""

from functools import partial
from threading import Timer

from jinja2 import Environment
from litestar import Litestar

from shop.web.i18n import LANGUAGES, format_number, translations
from shop.web.static import StaticFiles

PAUSE = 0.5
"""Seconds after the start. A thread that compiles would slow down the request that has waited for
the start, which compiles only what it needs."""


def begin_warm_up(static: StaticFiles, app: Litestar) -> None:
    """An `on_startup` hook. A shop that is stopped at once does not wait for the rest."""
    assert app.template_engine is not None  # for mypy: Litestar can do without
    work = partial(warm_up, app.template_engine.engine, static)
    timer = Timer(PAUSE, work)
    timer.name, timer.daemon = "warm-up", True
    timer.start()


def warm_up(environment: Environment, static: StaticFiles) -> None:
    for name in environment.list_templates():
        environment.get_template(name)
    static.precompress()


def load_languages() -> None:
    """Reads the texts and number formats of all languages."""
    for language in LANGUAGES:
        translations(language)
        format_number(language, 0)
