"""Uploading pictures of products."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from shop.settings import Settings
from tests.cast import make_product

UPLOAD = "/admin/api/media/"
PICTURES = {
    "a.png": b"\x89PNG\r\n\x1a\n....",
    "a.JPG": b"\xff\xd8\xff\xe0....",
    "a.jpeg": b"\xff\xd8\xff\xe1....",
    "a.gif": b"GIF89a....",
    "a.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "a.avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf",
    "b.avif": b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf",
    "상품 사진 (1).png": b"\x89PNG\r\n\x1a\n....",
}
PNG = PICTURES["a.png"]


async def upload(
    staff: httpx.AsyncClient, name: str, content: bytes, **fields: str
) -> httpx.Response:
    data: dict[str, Any] = {"table_name": "products", "column_name": "picture", **fields}
    return await staff.post(UPLOAD, data=data, files={"file": (name, content)})


def kept(settings: Settings) -> set[Path]:
    return set((settings.data_dir / "media").iterdir())


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_is_kept_and_shown_in_the_shop(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient, name: str
) -> None:
    answer = await upload(staff, name, PICTURES[name])
    assert answer.status_code == 200, answer.text
    key = answer.json()["file_key"]
    product = await make_product()
    change = await staff.patch(f"/admin/api/tables/products/{product}/", json={"picture": key})
    assert change.status_code == 200
    url = (await guest.get(f"/api/v1/products/{product}")).json()["image_url"]
    assert (await guest.get(url)).content == PICTURES[name]
    asked = {"table_name": "products", "column_name": "picture", "file_key": key}
    shown = await staff.post(f"{UPLOAD}generate-file-url/", json=asked)
    assert shown.json() == {"file_url": url}


async def test_the_same_picture_twice_gets_two_names(staff: httpx.AsyncClient) -> None:
    keys = [(await upload(staff, "a.png", PNG)).json()["file_key"] for _ in range(2)]
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.png", PICTURES["a.gif"]),
        ("a.webp", b"RIFF\x00\x00\x00\x00WAVEfmt "),
        ("a.avif", b"\x00\x00\x00\x1cftypisom\x00\x00\x00\x00isommp41...."),
        ("a.png", b""),
        ("a", PNG),
        ("png", PNG),
        ("a.png.html", PNG),
    ],
)
async def test_nothing_but_pictures(
    staff: httpx.AsyncClient, settings: Settings, name: str, content: bytes
) -> None:
    before = kept(settings)
    answer = await upload(staff, name, content)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
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
