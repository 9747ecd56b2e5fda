"""Pieces of pages that are written once: the same for all who read the same language, but for the
token in their forms. A card takes Jinja a quarter of a millisecond, and a list has 24."""

import secrets
from collections import OrderedDict
from collections.abc import Hashable, Iterable

from jinja2 import Environment, pass_environment
from markupsafe import Markup

from shop.web.languages import Language, written_in

TOKEN = f"token-{secrets.token_hex(16)}"  # where a token is put in; nobody can guess it, or ask it
MOST_REMEMBERED = 4_000  # pieces a process keeps, of about 2 KB
LONGEST = 20_000  # characters of a piece that is kept; only a made-up address makes a longer one
_pieces: OrderedDict[Hashable, str] = OrderedDict()


@pass_environment
def remembered(
    environment: Environment, template: str, csrf_token: str = "", **shown: Hashable
) -> Markup:
    """What `template` makes of `shown`. It is given nothing else of the page, so that it can show
    nothing of somebody: what it misses is an error."""
    language = written_in.get()
    piece = _piece(environment, language, template, bool(csrf_token), tuple(shown.items()))
    return _with_token(piece, csrf_token)


@pass_environment
def remembered_each(
    environment: Environment,
    template: str,
    csrf_token: str,
    name: str,
    things: Iterable[Hashable],
    **shown: Hashable,
) -> Markup:
    """What `template` makes of each of these things, which it knows by `name`, one below another:
    in one call, because a call out of a template costs as much as what it saves."""
    language, signed_in, rest = written_in.get(), bool(csrf_token), tuple(shown.items())
    pieces = [
        _piece(environment, language, template, signed_in, ((name, thing), *rest))
        for thing in things
    ]
    return _with_token("\n".join(pieces), csrf_token)


def _with_token(text: str, csrf_token: str) -> Markup:
    return Markup(text.replace(TOKEN, csrf_token) if csrf_token else text)  # noqa: S704 - Jinja's


def _piece(
    environment: Environment,
    language: Language,
    template: str,
    signed_in: bool,
    shown: tuple[tuple[str, Hashable], ...],
) -> str:
    key = (environment, language, template, signed_in, shown)
    if key in _pieces:
        _pieces.move_to_end(key)
        return _pieces[key]
    token = TOKEN if signed_in else ""
    piece = environment.get_template(template).render(
        **dict(shown), language=language, csrf_token=token
    )
    if len(piece) <= LONGEST:
        _pieces[key] = piece
        if len(_pieces) > MOST_REMEMBERED:
            _pieces.popitem(last=False)
    return piece
