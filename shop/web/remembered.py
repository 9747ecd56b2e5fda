"""Pieces of pages that are written once: the same for all who read the same language, but for the
token in their forms. A card takes Jinja a quarter of a millisecond, and a list has 24."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from shop.web.languages import Language

TOKEN = "0token0"  # noqa: S105 - where a token is put in; tokens themselves are hexadecimal
MOST_REMEMBERED = 4_000  # pieces a process keeps, of about 2 KB


def remembered(
    language: Language, macro: Callable[..., Any], thing: Hashable, csrf_token: str, **how: Hashable
) -> Markup:
    """What `macro` makes of `thing` and `how`, which are all it may look at."""
    piece = _piece(language, macro, thing, bool(csrf_token), tuple(how.items()))
    return Markup(piece.replace(TOKEN, csrf_token))  # noqa: S704 - what Jinja has escaped


@lru_cache(MOST_REMEMBERED)
def _piece(
    language: Language,  # noqa: ARG001 - a part of the key: the macro reads it by itself
    macro: Callable[..., Any],
    thing: Hashable,
    signed_in: bool,
    how: tuple[tuple[str, Hashable], ...],
) -> str:
    return str(macro(thing, TOKEN if signed_in else "", **dict(how)))
