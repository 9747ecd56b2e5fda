"""A template is compiled for each language, with its texts in place."""

from pathlib import Path

import pytest
from jinja2 import Template, TemplateNotFound, UndefinedError
from markupsafe import Markup, escape

from shop import site
from shop.site import Site
from shop.web.i18n import LANGUAGES, Language, current_language
from shop.web.static import StaticFiles
from shop.web.template_compiler import LanguageLoader, ShopEnvironment
from shop.web.templates import _gettext, template_config

TEXT = {"ko": "장바구니", "en": "Cart"}


def rendered(folder: Path, language: str, source: str, **context: object) -> str:
    return compiled(folder, language, source).render(**context)


def compiled(folder: Path, language: str, source: str) -> Template:
    (folder / "it.html").write_text(source)
    environment = ShopEnvironment(
        loader=LanguageLoader(folder), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # set by the extension
    environment.globals["gettext"] = _gettext
    return environment.get_template(f"{language}/it.html")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "source",
    [
        "{{ _('Cart') }}",
        "{{ gettext('Cart') }}",
        "{% if true %}{{ _('Cart') if true else _('Likes') }}{% endif %}",
        "{% set words = {'a': _('Cart')} %}{{ words.a }}",
        "{% macro say(it) %}{{ it }}{% endmacro %}{{ say(_('Cart')) }}",
        "{% include 'part.html' %}",
        "{% from 'part.html' import part %}{{ part() }}",
    ],
)
def test_each_language_has_its_texts(tmp_path: Path, language: str, source: str) -> None:
    (tmp_path / "part.html").write_text(
        "{% macro part() %}{{ _('Cart') }}{% endmacro %}{{ part() }}"
    )
    assert rendered(tmp_path, language, source) == TEXT[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_in_a_text_are_escaped(tmp_path: Path, language: str) -> None:
    shown = rendered(tmp_path, language, "{{ _('Removed: %(name)s', name=name) }}", name="<b>")
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


class Element:
    def __html__(self) -> str:
        return "<i>"

    def __str__(self) -> str:
        return "element"


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    ["a & b", "<b>", "'", '"', "plain", "", 7, -1, True, None, 1.5, Markup("<b>"), Element()],
    ids=str,
)
def test_every_value_is_written_as_markupsafe_escapes_it(tmp_path: Path, value: object) -> None:
    assert rendered(tmp_path, "ko", "{{ value }}", value=value) == escape(value)


def test_a_kind_of_text_is_escaped_too(tmp_path: Path) -> None:
    assert rendered(tmp_path, "ko", "{{ value }}", value=Name("<b>")) == "&lt;b&gt;"


def test_what_a_macro_makes_of_a_value_is_escaped_once(tmp_path: Path) -> None:
    source = "{% macro say(it) %}<p>{{ it }}</p>{% endmacro %}{{ say(value) }}"
    assert rendered(tmp_path, "ko", source, value="<b>") == "<p>&lt;b&gt;</p>"


def test_a_message_that_is_computed_is_translated_when_it_is_shown(tmp_path: Path) -> None:
    current_language.set("ko")
    assert rendered(tmp_path, "ko", "{{ _(message) }}", message="Cart") == TEXT["ko"]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [("ko", "1P를", "1별을"), ("en", "1 points were", "1 stars were")],
)
def test_words_of_the_shop_can_change_after_a_template_was_compiled(
    tmp_path: Path, language: Language, before: str, after: str
) -> None:
    current_language.set(language)
    template = compiled(tmp_path, language, "{{ _('%(n)s points were refunded.', n=1) }}")
    assert before in template.render()
    site.apply(Site(points_ko="별", points_en="stars", symbol="별"))
    assert after in template.render()


@pytest.mark.parametrize("name", ["cart/show.html", "fr/cart/show.html", "ko/nowhere.html"])
def test_a_name_begins_with_a_language(name: str) -> None:
    found = template_config("templates", StaticFiles(Path("static"))).instance
    assert found
    with pytest.raises(TemplateNotFound):
        found.engine.get_template(name)


def test_a_missing_variable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        rendered(tmp_path, "ko", "{{ _('Removed: %(name)s', name=name.first) }}")
