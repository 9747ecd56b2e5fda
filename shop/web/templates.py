"""Jinja as the shop uses it: escaping on, a misspelt name is an error, texts translated.

A template is compiled once for each language, with its texts in place: so a page looks up only
those with words that a shop can change. Its name begins with the language: `ko/cart/show.html`.
"""

import secrets
from collections.abc import MutableMapping
from functools import lru_cache, partial
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from markupsafe import Markup, escape

from shop import site
from shop.web.cache.fragments import cached_form, cached_fragment, cached_fragments
from shop.web.i18n import (
    LANGUAGES,
    LOCALES,
    Language,
    current_language,
    format_number,
    format_time,
    format_utc,
    translate,
    translations,
)
from shop.web.pictures import logo_of, picture_at
from shop.web.routes.theme import theme_url
from shop.web.static import StaticFiles
from shop.web.wording import has_own_word, worded


class ShopEnvironment(Environment):
    def join_path(self, template: str, parent: str) -> str:
        """What a template includes, imports or extends is in its language."""
        return f"{parent.partition('/')[0]}/{template}"

    def make_globals(self, d: MutableMapping[str, Any] | None) -> dict[str, Any]:
        """A plain dictionary: Jinja copies it for every page, and its own ChainMap slowly."""
        return {**self.globals, **(d or {})}

    def compile(self, source: str | nodes.Template, name: str | None = None, *args: Any) -> Any:
        """With the texts of its language, if the name begins with one."""
        language = (name or "").partition("/")[0]
        if language in LANGUAGES:
            parsed = self.parse(source, name) if isinstance(source, str) else source
            source = Translator(language).visit(parsed).set_environment(self)
        return super().compile(source, name, *args)


class LanguageLoader(FileSystemLoader):
    def get_source(self, environment: Environment, template: str) -> Any:
        language, _, path = template.partition("/")
        if language not in LANGUAGES:
            raise TemplateNotFound(template)
        return super().get_source(environment, path)

    def list_templates(self) -> list[str]:
        paths = super().list_templates()
        return [f"{language}/{path}" for language in LANGUAGES for path in paths]


class Translator(NodeTransformer):
    """Replaces calls of gettext by the text in one language, except texts with words of the shop's
    own, which can change at any time."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - Jinja's name
        """The values of a text are filled in, escaped, when the page is rendered."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in {"_", "gettext"}:
            return node
        [message] = node.args
        if not isinstance(message, nodes.Const):
            return node
        translation = translations(self._language).gettext(message.value)
        if has_own_word(self._language, translation):
            return node
        text = nodes.Const(_unescaped_percent(Markup(translation)), lineno=node.lineno)  # noqa: S704 - our own catalogue
        if not node.kwargs:
            return text
        pairs = [
            nodes.Pair(nodes.Const(one.key), one.value, lineno=one.lineno) for one in node.kwargs
        ]
        return nodes.Mod(text, nodes.Dict(pairs), lineno=node.lineno)


def _gettext(message: str, **values: Any) -> Markup:
    """For a message that the template computes, and one with words of the shop's own."""
    text = _text(current_language.get(), message, site.serial())
    return text % values if values else text


@lru_cache(10_000)
def _text(language: Language, message: str, _: int) -> Markup:
    return _unescaped_percent(_in_html(language, translations(language).gettext(message)))


def _unescaped_percent(text: Markup) -> Markup:
    """A text without values has `%%` for `%`, as one with values has."""
    return text if "%(" in text else text % {}


def _in_html(language: Language, text: str) -> Markup:
    """A text of our own catalogue, with the shop's own words escaped."""
    return Markup(worded(language, text, site.current(), _quoted))  # noqa: S704 - see above


def _quoted(word: str) -> str:
    return str(escape(word)).replace("%", "%%")


def _ngettext(one: str, many: str, count: int, **values: Any) -> Markup:
    language = current_language.get()
    text = translations(language).ngettext(one, many, count)
    return _in_html(language, text) % {"num": count, **values}


# Filters take the context, so that Jinja does not work them out once for all while it compiles.


@pass_context
def _number(_: Context, value: int) -> str:
    return format_number(current_language.get(), value)


@pass_context
def _time(_: Context, value: Any) -> str:
    return format_time(current_language.get(), value)


@pass_context
def _translated(_: Context, message: str, values: dict[str, Any] | None = None) -> str:
    return translate(current_language.get(), message, values)


def template_config(folder: str, static: StaticFiles) -> TemplateConfig[JinjaTemplateEngine]:
    environment = ShopEnvironment(
        loader=LanguageLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # set by the i18n extension
    environment.globals.update(
        site=site.current,
        theme_url=theme_url,
        logo_of=logo_of,
        languages=LANGUAGES,
        locales=LOCALES,
        static=static.url,
        picture_at=picture_at,
        new_key=partial(secrets.token_urlsafe, 9),
        cached_form=cached_form,
        cached_fragment=cached_fragment,
        cached_fragments=cached_fragments,
        gettext=_gettext,
        ngettext=_ngettext,
    )
    environment.filters.update(number=_number, time=_time, translated=_translated, utc=format_utc)
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
