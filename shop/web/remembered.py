"""Pieces of pages that are written once: the same for all who read the same language. A card takes
Jinja a quarter of a millisecond, and a list has 24."""

from collections.abc import Hashable, Iterable

from jinja2 import Environment, pass_environment
from markupsafe import Markup

from shop.web.languages import Language, written_in
from shop.web.lru import BoundedCache

MOST_REMEMBERED = 16 * 2**20  # bytes a process keeps; a card takes about 4 KB with its key
LONGEST = 20_000  # characters of a piece that is kept; only a made-up address makes a longer one
_pieces: BoundedCache[str] = BoundedCache(MOST_REMEMBERED)


@pass_environment
def remembered(environment: Environment, template: str, **shown: Hashable) -> Markup:
    """What `template` makes of `shown`. It is given nothing else of the page, so that it can show
    nothing of somebody: what it misses is an error."""
    piece = _piece(environment, written_in.get(), template, tuple(shown.items()))
    return Markup(piece)  # noqa: S704 - Jinja's


@pass_environment
def remembered_each(
    environment: Environment,
    template: str,
    name: str,
    things: Iterable[Hashable],
    **shown: Hashable,
) -> Markup:
    """What `template` makes of each of these things, which it knows by `name`, one below another:
    in one call, because a call out of a template costs as much as what it saves."""
    language, rest = written_in.get(), tuple(shown.items())
    pieces = [_piece(environment, language, template, ((name, thing), *rest)) for thing in things]
    return Markup("\n".join(pieces))  # noqa: S704 - Jinja's


def _piece(
    environment: Environment,
    language: Language,
    template: str,
    shown: tuple[tuple[str, Hashable], ...],
) -> str:
    key = (environment, language, template, shown)
    if (known := _pieces.get(key)) is not None:
        return known
    piece = environment.get_template(template).render(**dict(shown), language=language)
    if len(piece) <= LONGEST:
        _pieces.put(key, piece)
    return piece
