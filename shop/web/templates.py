"""Jinja as the shop uses it: escaping on, a misspelt name is an error, texts translated."""

import secrets
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from markupsafe import Markup, escape

from shop import site
from shop.order_number import order_number
from shop.web.cache.fragments import (
    cached_form,
    cached_fragment,
    cached_fragments,
    product_cards,
)
from shop.web.compiled_templates import CompiledTemplates
from shop.web.i18n import (
    LANGUAGES,
    LOCALES,
    Language,
    current_language,
    format_number,
    format_time,
    format_utc,
    time_zone,
    translate,
    translations,
)
from shop.web.pictures import logo_of, picture_at
from shop.web.routes.theme import theme_url
from shop.web.static import StaticFiles
from shop.web.template_compiler import LanguageLoader, ShopEnvironment, unescaped_percent
from shop.web.wording import worded


def _gettext(message: str, **values: Any) -> Markup:
    """For a message that the template computes, and one with words of the shop's own."""
    text = _text(current_language.get(), message, site.serial())
    return text % values if values else text


@lru_cache(10_000)
def _text(language: Language, message: str, _: int) -> Markup:
    return unescaped_percent(_in_html(language, translations(language).gettext(message)))


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
def _at(_: Context, moment: datetime) -> Markup:
    """The time in the shop's time zone; in UTC when pointed at."""
    return _time_element(current_language.get(), moment, time_zone())


@lru_cache(10_000)
def _time_element(language: Language, moment: datetime, _: ZoneInfo) -> Markup:
    iso, utc = moment.isoformat(timespec="seconds"), format_utc(moment)
    element = Markup('<time datetime="{}" title="{}">{}</time>')
    return element.format(iso, utc, format_time(language, moment))


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
        bytecode_cache=CompiledTemplates(),
        cache_size=-1,  # all templates stay compiled: Jinja's LRU cache searches a list at each use
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
        product_cards=product_cards,
        gettext=_gettext,
        ngettext=_ngettext,
    )
    environment.filters.update(
        number=_number, order_number=order_number, time=_time, at=_at, translated=_translated
    )
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
