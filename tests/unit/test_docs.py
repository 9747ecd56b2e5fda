"""The documents agree with the code: settings, commands, files, links, imports, responses."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.audit.proofs import PROOFS
from shop.settings import SETTINGS
from shop.web.request_log import EVENTS
from tests.unit.start.conftest import Process

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ARCHITECTURE = ROOT / "docs" / "architecture.md"
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src="([^"]+)"')


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


def section(document: Path, heading: str) -> str:
    """The text below a heading, up to the next one of the same level."""
    text = document.read_text("utf-8")
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^{level} |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found, f"{document.name} has no section {heading!r}"
    return found[1]


def first_block(text: str, language: str) -> list[str]:
    found = re.search(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found, f"there is no block of {language}"
    return found[1].splitlines()


def test_the_readme_lists_the_settings() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| (.+) \|$",
        section(ROOT / "README.md", "## Settings"),
        re.MULTILINE,
    )
    assert rows == [
        (setting.name, _default(setting.default), setting.about) for setting in SETTINGS
    ]


def test_the_korean_readme_has_the_same_settings_and_commands() -> None:
    korean = ROOT / "README.ko.md"
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", section(korean, "## 설정"), re.MULTILINE)
    words = {"없음": "unset", "빈 값": "empty"}
    assert [(name, words.get(default, default)) for name, default, _ in rows] == [
        (setting.name, _default(setting.default)) for setting in SETTINGS
    ]
    assert [name for name, _, about in rows if not re.search("[가-힣]", about)] == []
    assert _commands(korean) == _commands(ROOT / "README.md")


@pytest.mark.parametrize("korean", [*ROOT.glob("docs/ko/*.md")], ids=lambda path: path.name)
def test_a_korean_document_has_the_headings_commands_and_addresses_of_the_english(
    korean: Path,
) -> None:
    texts = [path.read_text("utf-8") for path in (korean, ROOT / "docs" / korean.name)]
    for of in (r"^(#+) ", r"`(/[a-z/-]+)`", r"```(?:sh|text)\n(.*?)```"):
        first, second = (re.findall(of, text, re.DOTALL | re.MULTILINE) for text in texts)
        assert first == second


def _commands(document: Path) -> list[str]:
    """What is typed: the lines of the shell's blocks and of the consoles."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def _default(default: str | None) -> str:
    if default is None:
        return "unset"
    return f"`{default}`" if default else "empty"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_named_make_target_exists(document: Path) -> None:
    code = "\n".join(CODE.findall(document.read_text("utf-8")))
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", code))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_link_has_a_target(document: Path) -> None:
    broken = [target for target in _links(document) if not _has_target(document, target)]
    assert broken == []


def _links(document: Path) -> Iterator[str]:
    prose = CODE.sub("", document.read_text("utf-8"))
    for markdown, html in LINK.findall(prose):
        target = markdown or html
        if not re.match(r"https?:|mailto:", target):
            yield target


def _has_target(document: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    found = (document.parent / path).resolve() if path else document
    return found.exists() and (not anchor or anchor in _anchors(found))


def _anchors(document: Path) -> set[str]:
    """The anchors that GitHub makes of the headings."""
    text = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_named_file_exists(document: Path) -> None:
    code = "\n".join(CODE.findall(document.read_text("utf-8")))
    named = re.findall(r"(?<![\w/])(?:shop|tests|templates|static|bench|docs)/[\w/.-]+\.\w+", code)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_each_search_finds_its_file() -> None:
    """A search that finds many files finds nothing."""
    table = section(ROOT / "CONTRIBUTING.md", "## Where is …?")
    searches = re.findall(r"^\| .+ \| `(.+)` \| `(.+)` \|$", table, re.MULTILINE)
    assert len(searches) >= 20
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8").lower() for path in _code()}
    found = {
        word: [name for name, text in texts.items() if word.lower() in text] for word, _ in searches
    }
    lost = [(word, name) for word, name in searches if name not in found[word]]
    vague = [word for word, names in found.items() if len(names) > 6]
    assert (lost, vague) == ([], [])


def _code() -> Iterator[Path]:
    yield ROOT / "app.py"
    yield from (ROOT / "shop").rglob("*.py")
    yield from (ROOT / "templates").rglob("*.html")


def test_the_output_of_the_audit_is_shown() -> None:
    shown = first_block(section(ROOT / "docs" / "operations.md", "## The audit"), "console")
    assert [re.sub(r"^ok +\d+  ", "", line) for line in shown] == [
        *(proof.claim for proof in PROOFS),
        "The books are right.",
    ]


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    decisions = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    titles = [path.read_text("utf-8").splitlines()[0].removeprefix("# ") for path in decisions]
    listed = re.findall(
        r"^- \[(.+)\]\((.+)\)$", (folder / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert listed == [(title, path.name) for title, path in zip(titles, decisions, strict=True)]
    numbers = [int(title.partition(".")[0]) for title in titles]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("picture", ["catalogue.png", "phone.png"])
def test_pictures_are_small(picture: str) -> None:
    assert (ROOT / "docs" / "images" / picture).stat().st_size < 300_000


@pytest.fixture
def fresh_demo() -> Iterator[Process]:
    with tempfile.TemporaryDirectory(prefix="pointmall-docs-") as folder:
        shop = Process("run", SHOP_PORT="0", SHOP_DATA_DIR=f"{folder}/data")
        try:
            yield shop
        finally:
            shop.terminate()
            shop.ended()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="the transcript is made with curl")
def test_the_transcript_is_that_of_a_fresh_demo(fresh_demo: Process) -> None:
    """If it differs, paste the output of `sh docs/transcript.sh` with a fresh demo."""
    output = subprocess.run(
        ["sh", ROOT / "docs" / "transcript.sh", fresh_demo.address(), _mock(fresh_demo)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    ).stdout.decode()
    shown = first_block(section(ARCHITECTURE, "## Transcript"), "console")
    assert [_masked(line) for line in output.strip().splitlines()] == [
        _masked(line) for line in shown
    ]


def _mock(shop: Process) -> str:
    """The address of the mock, which the start prints after the shop's."""
    assert shop.stdout
    found = (re.match(r"External +(http://\S+)/ ", line) for line in shop.stdout)
    return next(match[1] for match in found if match)


def _masked(line: str) -> str:
    """Without what differs each time."""
    for pattern in (
        r"\d{4}-\d\d-\d\dT[\d:.]+Z",
        r"(msg|evt)_\w+",
        r"v1,[\w+/=]+",
        r'(?<=timestamp":")\d+',
    ):
        line = re.sub(pattern, "…", line)
    return line


def test_every_event_of_the_security_log_is_documented() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "shop").rglob("*.py"))
    named = {*re.findall(r'security_event\(\s*"([a-z-]+)"', code), *EVENTS.values(), "csrf-refused"}
    table = section(ROOT / "docs" / "operations.md", "## Logs")
    assert [event for event in sorted(named) if f"`{event}`" not in table] == []


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile", "haproxy.cfg"])
def test_each_sample_proxy_hides_internal_paths(proxy: str) -> None:
    lines = (ROOT / "deploy" / proxy).read_text("utf-8").casefold().splitlines()
    directives = "\n".join(line for line in lines if not line.strip().startswith("#"))
    internal = ("x-user-id", "forwarded", "/metrics", "unavailable.html", "127.0.0.1:8000", "/api/")
    assert [name for name in internal if name not in directives] == []


def test_every_met_requirement_names_its_test() -> None:
    table = section(ROOT / "docs" / "security.md", "## OWASP ASVS 5.0")
    rows = re.findall(
        r"^\| ([\d.]+) \| .+? \| (yes|partly|no|operator)\b(.*)$", table, re.MULTILINE
    )
    assert len(rows) == len(re.findall(r"^\| \d", table, re.MULTILINE))
    numbers = [tuple(map(int, number.split("."))) for number, _, _ in rows]
    assert numbers == sorted(set(numbers))
    assert [number for number, met, proof in rows if met == "yes" and "](" not in proof] == []
    assert [number for number, met, why in rows if met in ("partly", "no") and why[0] != ":"] == []
