"""Two shops with one bucket: what one takes, both show; and the bucket fails in between."""

import dataclasses
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.pictures.bucket import BucketStore
from shop.pictures.repository import PictureRepository
from shop.pictures.service import UNUSED_FOR, PictureService
from shop.pictures.tables import StoredPicture
from shop.settings import Settings
from shop.settings.bucket import Bucket, read_bucket
from shop.start.services import DEMO_PICTURES
from tests.cast import Cast, make_product
from tests.s3 import S3
from tests.unit.admin import uploads
from tests.unit.admin.conftest import AdminPage
from tests.unit.web.helpers import SHOP, client_of, session_of

UPLOAD = {"table_name": "products", "column_name": "picture"}


@pytest.fixture(scope="module")
async def nodes(
    anyio_backend: str, settings: Settings, running_s3: S3
) -> AsyncIterator[list[Litestar]]:
    with_bucket = dataclasses.replace(settings, media_url=read_bucket(running_s3.url()))
    apps = [create_app(with_bucket) for _ in range(2)]
    yield apps
    for app in apps:
        await app.state.external.close()


async def admin_of(app: Litestar, cast: Cast) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    cookies = {"id": await session_of(cast.admin)}
    client = AdminPage(transport=transport, base_url=SHOP, cookies=cookies)
    client.headers["Accept-Language"] = "en"
    await client.get("/admin/")
    client.headers["X-CSRFToken"] = client.cookies.get("csrftoken") or ""
    return client


@pytest.fixture
async def admins(nodes: list[Litestar], cast: Cast) -> list[httpx.AsyncClient]:
    return [await admin_of(app, cast) for app in nodes]


async def upload(admin: httpx.AsyncClient) -> httpx.Response:
    file = ("a.jpg", uploads.photograph())
    return await admin.post("/admin/api/media/", data=UPLOAD, files={"file": file})


async def save(admin: httpx.AsyncClient, product: int, key: str) -> httpx.Response:
    url = f"/admin/api/tables/products/{product}/"
    return await admin.patch(url, json={"picture": key})


async def test_an_upload_to_one_node_is_saved_and_shown_by_another(
    nodes: list[Litestar], admins: list[httpx.AsyncClient], settings: Settings
) -> None:
    key = (await upload(admins[0])).json()["file_key"]
    product = await make_product()
    assert (await save(admins[1], product, key)).status_code == 200
    answers = []
    for app in nodes:
        guest = client_of(app)
        url = (await guest.get(f"/api/v1/products/{product}")).json()["image_url"]
        answers.append(await guest.get(url))
        seen = {"If-None-Match": answers[-1].headers["etag"]}
        assert (await guest.get(url, headers=seen)).status_code == 304
    assert answers[0].content == answers[1].content
    for answer in answers:
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert not (settings.data_dir / "media" / key).exists()


@pytest.mark.parametrize("mode", ["gone", "silent", "read-only"])
@pytest.mark.parametrize("after", [0, 3])
async def test_an_upload_that_the_bucket_does_not_take_is_503_and_leaves_nothing_to_use(
    s3: S3, bucket: Bucket, admins: list[httpx.AsyncClient], mode: str, after: int
) -> None:
    before = set(s3.names())
    s3.fail(mode, after_writes=after)
    refused = await upload(admins[0])
    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/pictures-unavailable"
    assert refused.headers["retry-after"] == "2"
    s3.recover()
    [row] = await StoredPicture.select()
    assert row["state"] == "uploading"
    answer = await save(admins[1], await make_product(), row["name"])
    assert answer.status_code == 422
    await sweep_a_week_later(bucket)
    assert set(s3.names()) == before
    assert (await upload(admins[0])).status_code == 200


async def sweep_a_week_later(bucket: Bucket) -> None:
    await StoredPicture.update(
        {StoredPicture.unused_since: StoredPicture.unused_since - UNUSED_FOR}, force=True
    )
    await PictureService(PictureRepository(), BucketStore(bucket), DEMO_PICTURES).sweep()


@pytest.mark.parametrize("mode", ["gone", "silent"])
async def test_a_picture_that_the_bucket_does_not_hand_out_is_503_and_the_shop_goes_on(
    s3: S3, nodes: list[Litestar], admins: list[httpx.AsyncClient], mode: str
) -> None:
    key = (await upload(admins[0])).json()["file_key"]
    product = await make_product()
    await save(admins[0], product, key)
    s3.fail(mode)
    guest = client_of(nodes[0])
    answer = await guest.get(f"/media/{key}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert "immutable" not in answer.headers.get("cache-control", "")
    assert (await guest.get(f"/products/{product}")).status_code == 200
    assert (await guest.get("/media/stoneware-mug.svg")).status_code == 200
    assert (await save(admins[0], product, key)).status_code == 200
    s3.recover()
    assert (await guest.get(f"/media/{key}")).status_code == 200


async def test_an_unknown_picture_is_404(nodes: list[Litestar]) -> None:
    guest = client_of(nodes[0])
    for name in ("nowhere.jpg", ".check", "..%2fshop%2fa.jpg", "a.html"):
        assert (await guest.get(f"/media/{name}")).status_code == 404
