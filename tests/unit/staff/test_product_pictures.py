"""Pictures of products come in a zip file, by the names that the lines give."""

import io
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shop.errors import InvalidInput
from shop.settings import Settings
from shop.staff.products import zip_pictures
from shop.staff.products.zip_pictures import read_pictures
from tests.cast import SignedIn, make_product
from tests.unit.staff.products import imported, png, product, upload, zipped


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.data_dir / "media"


def in_english(client: SignedIn) -> SignedIn:
    client.headers["Accept-Language"] = "en"
    return client


async def test_a_picture_is_stored_as_an_uploaded_one_is(chief: SignedIn, folder: Path) -> None:
    mug = await make_product("머그")
    pictures = zipped(**{"사진/mug.png": png(), "unused.txt": b"?"})
    await imported(in_english(chief), f"number,picture\n{mug},mug.png", pictures=pictures)
    name = (await product(mug))["picture"]
    assert name.endswith("-40x30.jpg")
    assert (folder / name).is_file()
    assert (folder / name.replace(".jpg", ".avif")).is_file()


async def test_the_same_pictures_again_change_nothing(chief: SignedIn) -> None:
    mug = await make_product("머그")
    text, pictures = f"number,picture\n{mug},mug.png", zipped(**{"mug.png": png()})
    await imported(in_english(chief), text, pictures=pictures)
    assert "Nothing would change" in (await upload(chief, text, pictures=pictures)).text
    other = zipped(**{"mug.png": png("blue")})
    assert (await upload(chief, text, pictures=other)).url.path.rpartition("/")[2].isdecimal()


async def test_an_empty_cell_removes_the_picture(chief: SignedIn) -> None:
    mug = await make_product("머그", picture="0" * 32 + "-40x30.jpg")
    await imported(in_english(chief), f"number,name,picture\n{mug},머그,")
    assert (await product(mug))["picture"] is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", png()[:60]])
async def test_an_invalid_picture_is_named_by_its_line(
    chief: SignedIn, folder: Path, content: bytes
) -> None:
    mug, cup = await make_product("머그"), await make_product("컵")
    text = f"number,picture\n{mug},good.png\n{cup},bad.png"
    pictures = zipped(**{"good.png": png(), "bad.png": content})
    page = await upload(in_english(chief), text, pictures=pictures)
    assert page.status_code == 400
    assert "Line 3" in page.text
    assert "Line 2" not in page.text
    assert (await product(mug))["picture"] is None


def refusal_of(data: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_pictures(io.BytesIO(data))
    [error] = refused.value.errors
    return error.message % error.values


def entry(name: str, content: bytes = b"x", **attributes: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("safe.png")
        info.filename = info.orig_filename = name
        for attribute, value in attributes.items():
            setattr(info, attribute, value)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../x.png", "a/../../x.png", "/etc/x.png", "..\\x.png", "C:x.png", "a\nb.png", "x" * 121],
)
def test_an_odd_name_is_refused(name: str) -> None:
    assert "name that is not accepted" in refusal_of(entry(name))


def test_a_link_is_refused() -> None:
    assert "name that is not accepted" in refusal_of(entry("x.png", external_attr=0o120777 << 16))


def test_a_zip_bomb_is_refused() -> None:
    bomb = entry("x.png", b"\0" * 60_000_000)
    assert len(bomb) < 100_000
    assert "too large" in refusal_of(bomb)


def many(number: int) -> bytes:
    return zipped(**{f"{n}.png": b"" for n in range(number)})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", "cannot be read"),
        (lambda: b"nonsense", "cannot be read"),
        (png, "cannot be read"),
        (lambda: zipped(**{"a.png": png()})[:-30], "cannot be read"),
        (lambda: zipped(**{"a.png": png()}).replace(b"IHDR", b"XXXX"), "cannot be read"),
        (lambda: zipped(**{"a/x.png": b"", "b/x.png": b""}), "two pictures with the name"),
        (lambda: many(zip_pictures.MAX_PICTURES + 1), "at most 100 pictures"),
        (lambda: many(2_000), "at most 100 pictures"),
    ],
)
def test_these_files_are_refused(make: Callable[[], bytes], said: str) -> None:
    assert said in refusal_of(make())


def test_a_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_pictures, "MAX_BYTES", 10)
    assert "up to 0 MB" in refusal_of(zipped(**{"a.png": png()}))


def test_names_as_windows_and_macs_write_them() -> None:
    windows = zipped(**{"abcd.png": b"w"}).replace(b"abcd", "머그".encode("cp949"))
    mac = zipped(
        **{
            unicodedata.normalize("NFD", "머그.png"): b"m",
            "__MACOSX/._x.png": b"",
            ".DS_Store": b"",
        }
    )
    for data in (windows, mac):
        assert list(read_pictures(io.BytesIO(data)).ids) == ["머그.png"]
