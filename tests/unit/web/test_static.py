"""Static files: named by their content, compressed, and requested once."""

import re
from pathlib import Path

import brotli
import httpx
import pytest

from shop.web.compression import ENCODINGS, Encoding
from shop.web.static import IMPORT, StaticFiles
from tests.unit.web.helpers import Page
from tests.unit.web.test_compression import DECODERS, raw

STATIC = Path(__file__).parents[3] / "static"
SCRIPT = "js/htmx-4.0.1.min.js"


@pytest.fixture(scope="module")
def static() -> StaticFiles:
    return StaticFiles(STATIC)


def test_a_file_name_has_the_digest_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    before = StaticFiles(tmp_path).url("a.css")
    assert re.fullmatch(r"/static/a\.[0-9a-f]{12}\.css", before)
    assert StaticFiles(tmp_path).url("a.css") == before
    (tmp_path / "a.css").write_text("b {}")
    assert StaticFiles(tmp_path).url("a.css") != before


def test_a_stylesheet_holds_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "part.css").write_text("p {}\n")
    (tmp_path / "all.css").write_text('/* all */\n@import "part.css";\n')
    before = StaticFiles(tmp_path).url("all.css")
    (tmp_path / "part.css").write_text("q {}\n")
    assert StaticFiles(tmp_path).url("all.css") != before


def test_every_component_is_in_the_one_stylesheet() -> None:
    imported = [found.decode() for found in IMPORT.findall((STATIC / "shop.css").read_bytes())]
    assert sorted(imported) == sorted(f"css/{path.name}" for path in STATIC.glob("css/*.css"))
    assert imported[0] == "css/tokens.css", "it says in which order the layers are"
    assert imported[-1] == "css/print.css"


async def test_a_page_asks_for_one_stylesheet(guest: httpx.AsyncClient) -> None:
    page = Page((await guest.get("/")).text)
    assert len(page.links("stylesheet")) == 1
    for address in page.files:
        answer = await guest.get(address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "@import" not in answer.text


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["shop.css", SCRIPT])
async def test_a_file_is_compressed_at_the_highest_level(
    guest: httpx.AsyncClient, static: StaticFiles, name: str, encoding: Encoding
) -> None:
    _, plain = await raw(guest, static.url(name), "identity")
    answer, small = await raw(guest, static.url(name), encoding)
    assert DECODERS[encoding](small) == plain
    assert len(small) <= len(plain) * 0.36
    assert answer.headers["content-length"] == str(len(small))
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_the_script_is_the_published_file(
    guest: httpx.AsyncClient, static: StaticFiles
) -> None:
    _, small = await raw(guest, static.url(SCRIPT), "br")
    assert brotli.decompress(small) == (STATIC / SCRIPT).read_bytes()


async def test_each_encoding_has_its_own_etag(
    guest: httpx.AsyncClient, static: StaticFiles
) -> None:
    address, marks = static.url("shop.css"), {}
    for accepted in (*ENCODINGS, "identity"):
        headers = {"Accept-Encoding": accepted}
        marks[accepted] = (await guest.get(address, headers=headers)).headers["etag"]
        again = await guest.get(address, headers=headers | {"If-None-Match": marks[accepted]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == marks[accepted]
        assert again.headers["vary"] == "Accept-Encoding"
        assert "immutable" in again.headers["cache-control"]
    assert len(set(marks.values())) == len(marks)
    other = {"Accept-Encoding": "br", "If-None-Match": marks["gzip"]}
    assert (await guest.get(address, headers=other)).status_code == 200


@pytest.mark.parametrize("known", ['"x", W/{}', "*", "{}"])
async def test_one_of_many_marks_will_do(
    guest: httpx.AsyncClient, static: StaticFiles, known: str
) -> None:
    address = static.url("shop.css")
    mark = (await guest.get(address)).headers["etag"]
    answer = await guest.get(address, headers={"If-None-Match": known.format(mark)})
    assert answer.status_code == 304


@pytest.mark.parametrize("accepted", [*ENCODINGS, "identity"])
async def test_head_has_the_headers_of_get(
    guest: httpx.AsyncClient, static: StaticFiles, accepted: str
) -> None:
    address, headers = static.url("shop.css"), {"Accept-Encoding": accepted}
    got, headed = [await ask(address, headers=headers) for ask in (guest.get, guest.head)]
    assert headed.content == b""
    for name in ("content-length", "content-encoding", "etag", "vary", "cache-control"):
        assert headed.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize("name", ["images/icon.svg", "images/icon-512.png", "images/favicon.ico"])
async def test_pictures_and_small_files_stay_as_they_are(
    guest: httpx.AsyncClient, static: StaticFiles, name: str
) -> None:
    answer, body = await raw(guest, static.url(name), "br, gzip, zstd")
    assert "content-encoding" not in answer.headers
    assert body == (STATIC / name).read_bytes()
    assert answer.headers["content-type"].startswith("image/")


@pytest.mark.parametrize("name", ["shop.css", "shop.000000000000.css"])
async def test_a_file_name_of_another_version_is_served_uncached(
    guest: httpx.AsyncClient, name: str
) -> None:
    answer = await guest.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "name", ["", "shop", "shop.0000.css", "shop.css.css", ".css", "css/", "css/base.000000000000"]
)
async def test_an_unknown_file_is_404(guest: httpx.AsyncClient, name: str) -> None:
    assert (await guest.get(f"/static/{name}")).status_code == 404


async def test_there_is_an_icon_for_pages_that_name_none(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.headers["content-type"] in ("image/x-icon", "image/vnd.microsoft.icon")
