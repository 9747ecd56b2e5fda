"""The Korean catalogue is complete and has no unused message; English has the message ids."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from shop.web.i18n import translations

ROOT = Path(__file__).parents[3]
KOREAN = ROOT / "shop/web/locale/ko/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The messages that the code and the templates use, collected as `make messages` does."""
    found = tmp_path_factory.mktemp("messages") / "messages.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    options = ["--mapping", "pyproject.toml", "--keywords", "N_", "--output", str(found)]
    subprocess.run([*extract, *options, "shop", "templates"], cwd=ROOT, check=True, timeout=60)
    return set(messages_of(read(found)))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def messages_of(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    """Each message's translations, by its (singular) id."""
    found = {}
    for message in catalogue:
        if message.id:
            first = message.id if isinstance(message.id, str) else message.id[0]
            texts = message.string
            found[first] = (texts,) if isinstance(texts, str) else tuple(texts)
    return found


def test_no_message_is_missing_or_unused(used: set[str]) -> None:
    texts = messages_of(read(KOREAN))
    assert used - texts.keys() == set(), "run `make messages` and translate"
    assert texts.keys() - used == set(), "no longer used"
    assert [id_ for id_, words in texts.items() if not all(words)] == []


def test_every_translation_has_the_placeholders_of_its_message() -> None:
    for id_, texts in messages_of(read(KOREAN)).items():
        for text in texts:
            assert set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(id_)) | {"num"}, id_


def test_korean_is_not_left_in_english() -> None:
    texts = messages_of(read(KOREAN))
    same = {id_ for id_, words in texts.items() if words[0] == id_}
    assert same <= {"English", "한국어"}


@pytest.mark.parametrize(("count", "text"), [(0, "products"), (1, "product"), (2, "products")])
def test_english_is_the_message_id_in_singular_or_plural(count: int, text: str) -> None:
    assert translations("en").gettext("products of %(category)s") == "products of %(category)s"
    assert translations("en").ngettext("product", "products", count) == text
