"""How uploaded pictures are served."""

from pathlib import Path

import httpx
import pytest

from shop.settings import Settings

KINDS = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml; charset=utf-8",
    "webp": "image/webp",
}
CONTENT = b"<script>alert(1)</script>"


@pytest.fixture
def media(settings: Settings) -> Path:
    folder = Path(settings.data_dir) / "media"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize("kind", KINDS)
async def test_the_content_type_of_a_picture_follows_its_name(
    guest: httpx.AsyncClient, media: Path, kind: str
) -> None:
    (media / f"kind.{kind}").write_bytes(CONTENT)
    answer = await guest.get(f"/media/kind.{kind}")
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == KINDS[kind]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_head_and_304_bring_no_body(guest: httpx.AsyncClient, media: Path) -> None:
    (media / "seen.avif").write_bytes(CONTENT)
    got, headed = await guest.get("/media/seen.avif"), await guest.head("/media/seen.avif")
    for name in ("content-type", "content-length", "cache-control", "etag"):
        assert headed.headers[name] == got.headers[name]
    seen = {"If-None-Match": got.headers["etag"]}
    again = await guest.get("/media/seen.avif", headers=seen)
    assert (headed.status_code, again.status_code) == (200, 304)
    assert headed.content == again.content == b""
    other = {"If-None-Match": '"another.avif"'}
    assert (await guest.get("/media/seen.avif", headers=other)).status_code == 200


@pytest.mark.parametrize(
    "name", [".unfinished.jpg", "page.html", "nowhere.jpg", "no-kind", "%2e%2e%2fsecret.jpg"]
)
async def test_no_other_file_is_served(guest: httpx.AsyncClient, media: Path, name: str) -> None:
    for kept in (".unfinished.jpg", "page.html", "no-kind", "../secret.jpg"):
        (media / kept).write_bytes(CONTENT)
    assert (await guest.get(f"/media/{name}")).status_code == 404
