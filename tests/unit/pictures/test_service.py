"""Which pictures are kept, and which are removed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import timedelta
from pathlib import Path

import pytest

from shop.database import DB, transaction
from shop.errors import PicturesUnavailable, Unavailable
from shop.pictures.repository import PictureRepository
from shop.pictures.service import UNUSED_FOR, PictureService
from shop.pictures.store import FolderStore
from shop.pictures.tables import StoredPicture
from shop.products.picture_repository import ProductPictureRepository, ShownPicture
from tests.cast import edit_product, make_product

NAME = f"{'ab' * 16}-900x600.jpg"
FILES = [
    f"{'ab' * 16}-{size}.{kind}"
    for size in ("400x267", "800x533", "900x600")
    for kind in ("avif", "jpg")
]
PACKAGED = Path(__file__).parents[3] / "shop/demo/pictures"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def pictures(folder: Path) -> PictureService:
    return PictureService(PictureRepository(), FolderStore(folder), PACKAGED)


async def keep(pictures: PictureService) -> None:
    await pictures.keep(NAME, dict.fromkeys(FILES, b"1"))


async def give(pictures: PictureService, product: int, name: str) -> None:
    """As the admin does."""
    async with transaction():
        assert await pictures.claim(name)
        await pictures.release(product)
        await edit_product(product, picture=name)


async def pass_time(by: timedelta) -> None:
    await StoredPicture.update(
        {StoredPicture.unused_since: StoredPicture.unused_since - by}, force=True
    )


async def test_a_picture_beside_the_first_stays(pictures: PictureService, folder: Path) -> None:
    """Also after it was released as the first of another product."""
    await keep(pictures)
    product, other = await make_product(), await make_product()
    await give(pictures, other, NAME)
    async with transaction():
        await ProductPictureRepository().replace(product, [ShownPicture(NAME)])
    await give(pictures, other, "stoneware-mug.svg")
    await pass_time(UNUSED_FOR)
    await pictures.sweep()
    assert (folder / NAME).is_file()
    async with transaction():
        await pictures.release_all([NAME])
        await ProductPictureRepository().replace(product, [])
    await pass_time(UNUSED_FOR)
    await pictures.sweep()
    assert not (folder / NAME).exists()


@contextmanager
def a_file_instead_of(folder: Path) -> Iterator[None]:
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    folder.write_bytes(b"")
    yield
    folder.unlink()
    elsewhere.rename(folder)


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def test_an_upload_that_was_never_saved_is_removed_after_a_week(
    pictures: PictureService, folder: Path
) -> None:
    await keep(pictures)
    await pass_time(UNUSED_FOR - timedelta(hours=1))
    await pictures.sweep()
    assert kept(folder) == sorted(FILES)
    await pass_time(timedelta(hours=1))
    await pictures.sweep()
    assert kept(folder) == []
    assert await StoredPicture.count() == 0


async def test_an_upload_that_stopped_halfway_cannot_be_used_and_is_removed(
    pictures: PictureService, folder: Path
) -> None:
    await PictureRepository().begin_upload(NAME)
    await FolderStore(folder).write({FILES[0]: b"1"})
    assert not await pictures.claim(NAME)
    await pass_time(UNUSED_FOR)
    await pictures.sweep()
    assert kept(folder) == []
    assert await StoredPicture.count() == 0


async def test_an_upload_that_reached_only_the_database_is_removed(
    pictures: PictureService,
) -> None:
    await PictureRepository().begin_upload(NAME)
    await pass_time(UNUSED_FOR)
    await pictures.sweep()
    assert await StoredPicture.count() == 0


async def test_a_picture_in_use_stays(pictures: PictureService, folder: Path) -> None:
    await keep(pictures)
    await give(pictures, await make_product(), NAME)
    await pass_time(UNUSED_FOR * 2)
    await pictures.sweep()
    assert kept(folder) == sorted(FILES)


async def test_a_replaced_picture_is_removed_a_week_later(
    pictures: PictureService, folder: Path
) -> None:
    await keep(pictures)
    product = await make_product()
    await give(pictures, product, NAME)
    await give(pictures, product, "stoneware-mug.svg")
    await pass_time(UNUSED_FOR - timedelta(hours=1))
    await pictures.sweep()
    assert kept(folder) == sorted(FILES)
    await pass_time(timedelta(hours=1))
    await pictures.sweep()
    assert kept(folder) == []


async def test_a_picture_that_another_product_still_has_stays(
    pictures: PictureService, folder: Path
) -> None:
    await keep(pictures)
    first, second = await make_product(), await make_product("붓")
    await give(pictures, first, NAME)
    await give(pictures, second, NAME)
    await give(pictures, first, "stoneware-mug.svg")
    for _ in range(2):
        await pass_time(UNUSED_FOR * 2)
        await pictures.sweep()
    assert kept(folder) == sorted(FILES)


async def test_a_picture_that_is_being_removed_cannot_be_used(pictures: PictureService) -> None:
    await keep(pictures)
    await pass_time(UNUSED_FOR)
    assert await PictureRepository().begin_removal(UNUSED_FOR, 1) == [NAME]
    assert not await pictures.claim(NAME)


async def test_a_removal_that_failed_is_done_again(pictures: PictureService, folder: Path) -> None:
    await keep(pictures)
    await pass_time(UNUSED_FOR)
    with a_file_instead_of(folder), pytest.raises(PicturesUnavailable):
        await pictures.sweep()
    await pictures.sweep()
    assert kept(folder) == []
    assert await StoredPicture.count() == 0


async def test_without_a_database_nothing_is_written(
    pictures: PictureService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(DB, "run_querystring", away)
        with pytest.raises(Unavailable):
            await keep(pictures)
    assert kept(folder) == []


async def test_the_demos_pictures_are_there_without_an_upload(pictures: PictureService) -> None:
    content = await pictures.read("stoneware-mug.svg")
    assert content
    assert b"<svg" in content
    assert await pictures.claim("stoneware-mug.svg")
    assert not await pictures.claim("never-uploaded.jpg")


@pytest.mark.committed
async def test_a_picture_is_not_removed_while_a_product_is_given_it(
    pictures: PictureService, folder: Path
) -> None:
    """The sweep meets the claim in the middle of its transaction."""
    await keep(pictures)
    await pass_time(UNUSED_FOR)
    async with transaction():
        assert await pictures.claim(NAME)
        await asyncio.create_task(pictures.sweep(), context=Context())
        await make_product(picture=NAME)
    await pass_time(UNUSED_FOR)
    await pictures.sweep()
    assert kept(folder) == sorted(FILES)
