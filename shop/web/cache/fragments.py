"""Cache of template fragments that are the same for all users of a language. Rendering a product's
card takes a quarter of a millisecond, and a list has 24."""

import secrets
from collections.abc import Hashable, Iterable
from typing import Any

from jinja2 import Environment, pass_context, pass_environment
from jinja2.runtime import Context
from markupsafe import Markup, escape

from shop import site
from shop.web.cache.lru import BoundedCache
from shop.web.i18n import Language, current_language

MAX_BYTES = 16 * 2**20  # per process; a card takes about 4 KB with its key
MAX_LENGTH = 20_000  # characters of a cached fragment; only a forged URL makes a longer one
# Random, so that no text of the shop's can stand where a token will.
TOKEN_PLACE = secrets.token_hex(16)
_cache: BoundedCache[str] = BoundedCache(MAX_BYTES)


@pass_environment
def cached_fragment(environment: Environment, template: str, **shown: Hashable) -> Markup:
    """`template`, rendered with these arguments and no other variable of the page: it cannot show
    another user's data, and a missing argument is an error."""
    fragment = _fragment(environment, current_language.get(), template, tuple(shown.items()))
    return Markup(fragment)  # noqa: S704 - Jinja's


@pass_environment
def cached_form(
    environment: Environment, template: str, csrf_token: str, **shown: Hashable
) -> Markup:
    """As `cached_fragment`, for a template with forms: the token, which differs on each page, is
    filled in afterwards."""
    places = (("csrf_token", TOKEN_PLACE if csrf_token else ""), *shown.items())
    fragment = _fragment(environment, current_language.get(), template, places)
    return Markup(fragment.replace(TOKEN_PLACE, escape(csrf_token)))  # noqa: S704 - Jinja's


@pass_environment
def cached_fragments(
    environment: Environment,
    template: str,
    name: str,
    things: Iterable[Hashable],
    **shown: Hashable,
) -> Markup:
    """`template`, rendered for each of `things` as its variable `name`, joined by line breaks. One
    call for all, because a call from a template costs as much as the cache saves."""
    language, rest = current_language.get(), tuple(shown.items())
    fragments = [
        _fragment(environment, language, template, ((name, thing), *rest)) for thing in things
    ]
    return Markup("\n".join(fragments))  # noqa: S704 - Jinja's


@pass_context
def product_cards(
    context: Context, products: Iterable[Any], *, marked: bool = True, **shown: Hashable
) -> Markup:
    """As `cached_fragments`, for cards of products: each is cached with and without the mark that
    the reader's points reach. `marked`: whether to show it at all."""
    is_known = marked and context["user"] and context["counters"]
    balance = context["counters"].balance if is_known else -1
    environment, language = context.environment, current_language.get()
    cards = [
        _fragment(
            environment,
            language,
            "products/_card.html",
            (("product", product), ("within", product.price <= balance), *shown.items()),
        )
        for product in products
    ]
    return Markup("\n".join(cards))  # noqa: S704 - Jinja's


def _fragment(
    environment: Environment,
    language: Language,
    template: str,
    shown: tuple[tuple[str, Hashable], ...],
) -> str:
    key = (environment, language, template, shown, site.serial())
    if (known := _cache.get(key)) is not None:
        return known
    found = environment.get_template(f"{language}/{template}")
    fragment = found.render(**dict(shown), language=language)
    if len(fragment) <= MAX_LENGTH:
        _cache.put(key, fragment)
    return fragment
