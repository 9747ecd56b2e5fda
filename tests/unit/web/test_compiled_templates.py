"""Compiled templates are kept on disk, for processes that start later."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from shop.web import compiled_templates
from shop.web.compiled_templates import CompiledTemplates
from shop.web.template_compiler import LanguageLoader, ShopEnvironment

NAME = "ko/it.html"


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need none."""


@pytest.fixture(autouse=True)
def bytecode_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that were compiled."""
    names: list[str] = []
    compile_ = ShopEnvironment.compile

    def counted(self: ShopEnvironment, source: Any, name: Any = None, *rest: Any) -> Any:
        names.append(name)
        return compile_(self, source, name, *rest)

    monkeypatch.setattr(ShopEnvironment, "compile", counted)
    return names


class Shop:
    """Templates, the files that make their code, and what earlier processes compiled."""

    def __init__(self, folder: Path) -> None:
        self.kept, self.maker, self._templates = folder / "kept", folder / "maker", folder / "in"
        self._templates.mkdir()
        self.maker.write_text("a")
        self.write("{{ _('Cart') }}: {{ _('Removed: %(name)s', name=name) }}")

    def write(self, source: str) -> None:
        (self._templates / "it.html").write_text(source)

    def shows(self, name: str = NAME) -> str:
        """The page of a process that has just started."""
        environment: Environment = ShopEnvironment(
            loader=LanguageLoader(self._templates),
            autoescape=True,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=CompiledTemplates(self.kept, [self.maker]),
        )
        return environment.get_template(name).render(name="<b>")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_template_is_compiled_by_the_first_process(shop: Shop, compiled: list[str]) -> None:
    first = [shop.shows(), shop.shows("en/it.html")]
    assert first == ["장바구니: 삭제했습니다: &lt;b&gt;", "Cart: Removed: &lt;b&gt;"]
    assert [shop.shows(), shop.shows("en/it.html")] == first
    assert compiled == [NAME, "en/it.html"]


def test_a_changed_template_is_compiled_again(shop: Shop, compiled: list[str]) -> None:
    shop.shows()
    shop.write("{{ _('Likes') }}")
    assert shop.shows() == shop.shows() == "좋아요"
    assert compiled == [NAME, NAME]


def test_a_change_of_the_compiler_or_the_texts_compiles_again(
    shop: Shop, compiled: list[str]
) -> None:
    shop.shows()
    shop.maker.write_text("b")
    shop.shows()
    assert compiled == [NAME, NAME]


@pytest.mark.parametrize(("name", "value"), [("CATALOGUES", Path("nowhere")), ("COMPILER", [])])
def test_catalogues_and_the_compiler_make_the_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: Any
) -> None:
    before = CompiledTemplates(tmp_path).get_source_checksum("")
    monkeypatch.setattr(compiled_templates, name, value)
    assert CompiledTemplates(tmp_path).get_source_checksum("") != before


@pytest.mark.parametrize("left", [0, 1, 20, 40, 200])
def test_a_damaged_file_is_compiled_again(shop: Shop, compiled: list[str], left: int) -> None:
    page = shop.shows()
    [kept] = shop.kept.iterdir()
    kept.write_bytes(kept.read_bytes()[:left])
    assert shop.shows() == page
    assert compiled == [NAME, NAME]
    assert shop.shows() == page
    assert compiled == [NAME, NAME]


def test_nothing_is_kept_where_python_keeps_no_bytecode(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert shop.shows()
    assert not shop.kept.exists()


def test_a_folder_that_cannot_be_written_is_no_error(shop: Shop, compiled: list[str]) -> None:
    shop.kept.write_text("a file")
    assert shop.shows() == shop.shows()
    assert compiled == [NAME, NAME]
