"""Files of pictures in a folder and in a bucket."""

from pathlib import Path

import pytest

from shop.errors import PicturesRefused, PicturesUnavailable
from shop.pictures.bucket import BucketStore
from shop.pictures.store import FolderStore, PictureStore
from shop.settings.bucket import read_bucket
from tests.s3 import KEY, S3


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


@pytest.fixture(params=["folder", "bucket"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> PictureStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "media")
    found: BucketStore = request.getfixturevalue("store")
    return found


async def test_a_stored_file_can_be_read_until_it_is_removed(any_store: PictureStore) -> None:
    files = {"a-1x1.avif": b"1", "a-1x1.jpg": b"22"}
    assert await any_store.read("a-1x1.jpg") is None
    await any_store.write(files)
    assert [await any_store.read(name) for name in files] == [b"1", b"22"]
    await any_store.remove([*files, "never-there.jpg"])
    assert [await any_store.read(name) for name in files] == [None, None]


def kept(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_folder_keeps_all_files_or_none(tmp_path: Path) -> None:
    with pytest.raises(PicturesUnavailable):
        await FolderStore(tmp_path).write({"a.avif": b"1", "nowhere/a.jpg": b"2"})
    assert kept(tmp_path) == []


async def test_a_folder_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = FolderStore(tmp_path / "file")
    for work in (store.read("a.jpg"), store.write({"a.jpg": b"1"}), store.remove(["a.jpg"])):
        with pytest.raises(PicturesUnavailable):
            await work


@pytest.mark.parametrize("mode", ["gone", "silent", "read-only"])
async def test_a_bucket_that_fails_is_unavailable_and_works_again_afterwards(
    s3: S3, store: BucketStore, mode: str
) -> None:
    await store.write({"before.jpg": b"1"})
    s3.fail(mode)
    with pytest.raises(PicturesUnavailable) as refused:
        await store.write({"during.jpg": b"2"})
    assert isinstance(refused.value, PicturesRefused) == (mode == "read-only")
    if mode == "read-only":
        assert await store.read("before.jpg") == b"1"
    else:
        with pytest.raises(PicturesUnavailable):
            await store.read("before.jpg")
    s3.recover()
    assert await store.read("before.jpg") == b"1"
    await store.write({"during.jpg": b"2"})


async def test_a_bucket_that_was_removed_is_not_an_empty_one(s3: S3) -> None:
    store = BucketStore(read_bucket(s3.url("no-such-bucket")))
    with pytest.raises(PicturesRefused, match="there is no such bucket"):
        await store.read("a.jpg")


async def test_no_error_repeats_a_secret(s3: S3, store: BucketStore) -> None:
    s3.fail("gone")
    with pytest.raises(PicturesUnavailable) as refused:
        await store.read("a.jpg")
    cause = refused.value.__cause__
    assert KEY not in f"{refused.value} {cause!r} {cause}"
    assert len(str(refused.value).splitlines()) == 1


async def test_the_files_are_below_the_prefix(s3: S3, store: BucketStore) -> None:
    await store.write({"below.jpg": b"1"})
    assert "shop/below.jpg" in s3.names()
