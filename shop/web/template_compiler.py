"""How templates become Python code.

A template is compiled once for each language, with its texts in place: so a page looks up only
those with words that a shop can change. Its name begins with the language: `ko/cart/show.html`.
"""

import re
from collections.abc import MutableMapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from shop.web.i18n import LANGUAGES, Language, translations
from shop.web.wording import has_own_word

SPECIAL = re.compile("[&<>'\"]")
"""What HTML escapes."""


class Generator(CodeGenerator):
    """Writes Python code with which a long list is quick."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._texts: list[str] = []

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        super().visit_Template(node, frame)
        self.writeline(f"texts = [Markup(text) for text in {self._texts!r}]")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """A constant text is built once, not for each row."""
        if isinstance(node.value, Markup):
            self.write(f"texts[{len(self._texts)}]")
            self._texts.append(str(node.value))
        else:
            super().visit_Const(node, frame)

    def _output_child_pre(self, *arguments: Any) -> None:
        self.write("environment.written(")


def _written(value: Any) -> str:
    """What `escape` makes of a value, mostly without a Markup around each piece of a page."""
    kind = type(value)
    if kind is int:
        return str(value)
    plain = kind is Markup or (kind is str and not SPECIAL.search(value))
    return value if plain else escape(value)


class ShopEnvironment(Environment):
    code_generator_class = Generator
    written = staticmethod(_written)

    def join_path(self, template: str, parent: str) -> str:
        """A template includes, imports and extends templates of its own language."""
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
        text = nodes.Const(unescaped_percent(Markup(translation)), lineno=node.lineno)  # noqa: S704 - our own catalogue
        if not node.kwargs:
            return text
        pairs = [
            nodes.Pair(nodes.Const(one.key), one.value, lineno=one.lineno) for one in node.kwargs
        ]
        return nodes.Mod(text, nodes.Dict(pairs), lineno=node.lineno)


def unescaped_percent(text: Markup) -> Markup:
    """A text without values has `%%` for `%`, as one with values has."""
    return text if "%(" in text else text % {}
