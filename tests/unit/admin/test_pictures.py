"""Uploads of product pictures: what is accepted, and how it is converted."""

import asyncio
import re
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from shop.admin.picture_encoding import MOST_PIXELS
from shop.admin.pictures import PictureUploads
from shop.pictures.repository import PictureRepository
from shop.pictures.service import PictureService
from shop.pictures.store import FolderStore
from shop.settings import Settings
from tests.cast import make_product
from tests.unit.admin import uploads

UPLOAD = "/admin/api/media/"
PNG = uploads.plain("PNG")
PICTURES = {
    "a.png": PNG,
    "a.JPG": uploads.plain("JPEG"),
    "a.jpeg": uploads.plain("JPEG"),
    "a.gif": uploads.plain("GIF"),
    "a.webp": uploads.plain("WEBP"),
    "a.avif": uploads.plain("AVIF"),
    "상품 사진 (1).png": PNG,
}


async def upload(
    staff: httpx.AsyncClient, name: str, content: bytes, **fields: str
) -> httpx.Response:
    data: dict[str, Any] = {"table_name": "products", "column_name": "picture", **fields}
    return await staff.post(UPLOAD, data=data, files={"file": (name, content)})


async def keep(staff: httpx.AsyncClient, name: str, content: bytes) -> str:
    answer = await upload(staff, name, content)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["file_key"])


def case_name(value: object) -> str:
    """What a test case is called by: not by the bytes of a file."""
    return value if isinstance(value, str) else ""


def kept(settings: Settings) -> set[Path]:
    return set((settings.data_dir / "media").glob("*"))


async def made_of(
    staff: httpx.AsyncClient, settings: Settings, name: str, content: bytes
) -> list[bytes]:
    """Every file that an upload leaves."""
    before = kept(settings)
    await keep(staff, name, content)
    return [path.read_bytes() for path in kept(settings) - before]


def colour(content: bytes, at: tuple[int, int] = (0, 0)) -> tuple[int, ...]:
    """Of a pixel, without what JPEG and AVIF leave out: each part is next to nothing, or full."""
    with Image.open(BytesIO(content)) as image:
        pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return tuple(round(part / 255 * 4) * 255 // 4 for part in pixel)


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_is_stored_and_shown_in_the_shop(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient, name: str
) -> None:
    key = await keep(staff, name, PICTURES[name])
    product = await make_product()
    change = await staff.patch(f"/admin/api/tables/products/{product}/", json={"picture": key})
    assert change.status_code == 200
    url = (await guest.get(f"/api/v1/products/{product}")).json()["image_url"]
    shown = await guest.get(url)
    assert shown.headers["content-type"] == "image/jpeg"
    assert colour(shown.content) == uploads.RED
    asked = {"table_name": "products", "column_name": "picture", "file_key": key}
    preview = await staff.post(f"{UPLOAD}generate-file-url/", json=asked)
    assert preview.json() == {"file_url": url}


async def test_the_same_picture_twice_gets_two_names(staff: httpx.AsyncClient) -> None:
    assert await keep(staff, "a.png", PNG) != await keep(staff, "a.png", PNG)


# The files that are made of one.


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((3000, 2000), [(400, 267), (800, 534), (1200, 800), (1600, 1067)]),
        ((1000, 3000), [(400, 1201), (533, 1600)]),
        ((900, 600), [(400, 267), (800, 533), (900, 600)]),
        ((300, 300), [(300, 300)]),
        ((1, 9000), [(1, 1600)]),
        ((9000, 1), [(400, 1), (800, 1), (1200, 1), (1600, 1)]),
    ],
)
async def test_a_picture_comes_in_sizes_up_to_its_own(
    staff: httpx.AsyncClient,
    settings: Settings,
    size: tuple[int, int],
    sizes: list[tuple[int, int]],
) -> None:
    files = await made_of(staff, settings, "a.png", uploads.plain("PNG", size))
    for kind in ("AVIF", "JPEG"):
        images = [Image.open(BytesIO(content)) for content in files]
        assert sorted(image.size for image in images if image.format == kind) == sizes
    assert len(files) == 2 * len(sizes)


async def test_the_pages_name_every_file(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient, settings: Settings
) -> None:
    before = kept(settings)
    key = await keep(staff, "a.jpg", uploads.photograph())
    product = await make_product(picture=key)
    page = (await guest.get(f"/products/{product}")).text
    named = set(re.findall(r"/media/\S+", " ".join(re.findall(r'srcset="(.*?)"', page))))
    assert named == {f"/media/{path.name}" for path in kept(settings) - before}
    for address in named:
        answer = await guest.get(address)
        size, kind = address.rpartition("-")[2].split(".")
        assert answer.headers["content-type"] == {"avif": "image/avif", "jpg": "image/jpeg"}[kind]
        with Image.open(BytesIO(answer.content)) as image:
            assert f"{image.width}x{image.height}" == size
    assert f'src="/media/{key}"' in page
    assert re.search(r'width="900"\s+height="600"', page)
    assert 'fetchpriority="high"' in page


@pytest.mark.parametrize("name", ["mug.svg", f"{'ab' * 16}.png", f"{'ab' * 16}.jpg"])
async def test_a_picture_without_sizes_is_shown_in_full(
    guest: httpx.AsyncClient, name: str
) -> None:
    product = await make_product(picture=name)
    page = (await guest.get(f"/products/{product}")).text
    assert f'<img src="/media/{name}"' in page
    assert "srcset" not in page


# Visible changes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", uploads.with_exif("JPEG", comment=uploads.SECRET, xmp=uploads.SECRET)),
        ("a.png", uploads.with_exif("PNG")),
        ("a.webp", uploads.with_exif("WEBP", xmp=uploads.SECRET)),
        ("a.avif", uploads.with_exif("AVIF", xmp=uploads.SECRET)),
        ("a.gif", uploads.saved(Image.new("RGB", (9, 9)), "GIF", comment=uploads.SECRET)),
        ("a.png", PNG + uploads.SECRET),
        ("a.gif", PICTURES["a.gif"] + uploads.SECRET + uploads.zipped()),
    ],
    ids=case_name,
)
async def test_a_picture_has_no_metadata(
    staff: httpx.AsyncClient, settings: Settings, name: str, content: bytes
) -> None:
    assert uploads.SECRET in content
    for file in await made_of(staff, settings, name, content):
        assert uploads.SECRET not in file
        with Image.open(BytesIO(file)) as image:
            assert not image.getexif()
            assert not {"comment", "xmp", "icc_profile"} & image.info.keys()


async def test_a_picture_stands_upright(staff: httpx.AsyncClient, settings: Settings) -> None:
    for file in await made_of(staff, settings, "a.jpg", uploads.turned()):
        with Image.open(BytesIO(file)) as image:
            assert image.size == (200, 400)
        assert colour(file, (100, 50)) == uploads.RED
        assert colour(file, (100, 350)) == uploads.BLUE


NOTHING = (0, 0, 0, 0)
GREY = (191, 191, 191)


@pytest.mark.parametrize(
    ("name", "content", "seen"),
    [
        ("gif", uploads.animated("GIF"), uploads.RED),
        ("webp", uploads.animated("WEBP"), uploads.RED),
        ("png", uploads.animated("PNG"), uploads.RED),
        ("avif", uploads.animated("AVIF"), uploads.RED),
        ("jpg", uploads.plain("JPEG", colour=(0, 255, 255, 0), mode="CMYK"), uploads.RED),
        ("png", uploads.plain("PNG", colour=NOTHING, mode="RGBA"), uploads.WHITE),
        ("png", uploads.plain("PNG", colour=(0, 0), mode="LA"), uploads.WHITE),
        ("png", uploads.plain("PNG", colour=49_152, mode="I;16"), GREY),
        ("png", uploads.plain("PNG", colour=1, mode="1"), uploads.WHITE),
        ("jpg", uploads.plain("JPEG", colour=191, mode="L"), GREY),
        (
            "gif",
            uploads.saved(Image.new("P", (9, 9), 3), "GIF", transparency=3),
            uploads.WHITE,
        ),
        (
            "png",
            uploads.saved(Image.new("RGB", (9, 9), uploads.RED), "PNG", transparency=uploads.RED),
            uploads.WHITE,
        ),
        ("png", uploads.with_swapped_profile(), uploads.GREEN),
        (
            "png",
            uploads.saved(Image.new("RGB", (9, 9), uploads.RED), "PNG", icc_profile=b"none"),
            uploads.RED,
        ),
    ],
    ids=case_name,
)
async def test_colour_profiles_are_converted(
    staff: httpx.AsyncClient,
    settings: Settings,
    name: str,
    content: bytes,
    seen: tuple[int, int, int],
) -> None:
    files = await made_of(staff, settings, f"a.{name}", content)
    assert [colour(file) for file in files] == [seen, seen]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("name", ["a.jfif", "a.JPG", "a.png", "a.html", "a", "사진 (1).heic"])
async def test_the_type_of_a_picture_is_that_of_its_content(
    staff: httpx.AsyncClient, settings: Settings, name: str, kind: str
) -> None:
    assert len(await made_of(staff, settings, name, uploads.photograph(kind, (30, 20)))) == 2


# Refusals, which leave no file


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.svg", uploads.SVG, "scripts"),
        ("a.SVG", PNG, "scripts"),
        ("a.html", uploads.HTML, "choose a picture"),
        ("a.pdf", b"%PDF-1.7", "choose a picture"),
        ("a.png", uploads.SVG, "choose a picture"),
        ("a.png", uploads.EXE, "choose a picture"),
        ("a.jpg", uploads.HTML + PICTURES["a.JPG"], "choose a picture"),
        ("a.gif", uploads.zipped(), "choose a picture"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WAVEfmt ", "choose a picture"),
        ("a.avif", b"\x00\x00\x00\x1cftypisom\x00\x00\x00\x00isommp41....", "choose a picture"),
        ("a.png", b"", "choose a picture"),
        ("a.png", uploads.gigantic(), "megapixels"),
        ("a.png", uploads.plain("PNG", (8_000, MOST_PIXELS // 8_000 + 1), 0, "1"), "megapixels"),
    ],
    ids=case_name,
)
async def test_only_pictures_are_accepted(
    staff: httpx.AsyncClient, settings: Settings, name: str, content: bytes, told: str
) -> None:
    before = kept(settings)
    answer = await upload(staff, name, content)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    staff.headers["Accept-Language"] = "ko"
    assert re.search("[가-힣]", (await upload(staff, name, content)).json()["detail"])
    assert kept(settings) == before


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "avif"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
async def test_a_truncated_picture_is_refused(
    staff: httpx.AsyncClient, settings: Settings, kind: str, share: float
) -> None:
    whole = uploads.photograph(kind, (300, 200))
    before = kept(settings)
    answer = await upload(staff, f"a.{kind}", whole[: int(len(whole) * share)])
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert kept(settings) == before


async def test_a_picture_has_8_megabytes_at_most(
    staff: httpx.AsyncClient, settings: Settings
) -> None:
    largest = PNG.ljust(8 * 1024 * 1024, b"0")
    before = kept(settings)
    assert (await upload(staff, "a.png", largest + b"0")).status_code == 422
    assert (await upload(staff, "a.png", largest * 2)).status_code == 413
    assert kept(settings) == before
    assert (await upload(staff, "a.png", largest)).status_code == 200


async def test_an_upload_belongs_to_a_product(staff: httpx.AsyncClient) -> None:
    for fields in ({"table_name": "users"}, {"column_name": "name"}, {"table_name": "sessions"}):
        answer = await upload(staff, "a.png", PNG, **fields)
        assert 400 <= answer.status_code < 500


# How it is made.


class Held(BytesIO):
    """A picture that is read no further before `go_on` is set."""

    def __init__(self, go_on: threading.Event) -> None:
        super().__init__(PNG)
        self._go_on = go_on

    def seek(self, *args: int) -> int:
        assert self._go_on.wait(30), "nobody else could do anything meanwhile"
        return super().seek(*args)


def uploads_to(folder: Path) -> PictureUploads:
    return PictureUploads(PictureService(PictureRepository(), FolderStore(folder), folder))


async def test_the_shop_goes_on_while_a_picture_is_made(tmp_path: Path) -> None:
    go_on = threading.Event()
    making = asyncio.create_task(uploads_to(tmp_path).store_file("a.png", Held(go_on)))
    await asyncio.sleep(0)
    go_on.set()
    assert (tmp_path / await making).is_file()


class Noticed(BytesIO):
    """A picture that sets `begun` when it is first read."""

    def __init__(self, begun: threading.Event) -> None:
        super().__init__(PNG)
        self._begun = begun

    def seek(self, *args: int) -> int:
        self._begun.set()
        return super().seek(*args)


@pytest.mark.committed
async def test_pictures_are_made_one_after_the_other(tmp_path: Path) -> None:
    storage, go_on, begun = uploads_to(tmp_path), threading.Event(), threading.Event()
    first = asyncio.create_task(storage.store_file("a.png", Held(go_on)))
    second = asyncio.create_task(storage.store_file("a.png", Noticed(begun)))
    await asyncio.wait([second], timeout=0.3)
    assert not begun.is_set(), "the second was read while the first was made"
    go_on.set()
    await asyncio.gather(first, second)
    assert begun.is_set()
