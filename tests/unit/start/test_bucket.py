"""A start with a bucket for pictures."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.s3 import KEY, S3
from tests.unit.start.conftest import Process

Start = Callable[..., Process]


@pytest.fixture
def s3() -> Iterator[S3]:
    s3 = S3()
    with s3.running():
        yield s3


@pytest.mark.parametrize(
    ("bucket", "mode", "reason"),
    [
        ("no-such-bucket", "well", "there is no such bucket"),
        ("pictures", "read-only", "access is denied"),
    ],
)
def test_a_wrong_bucket_is_one_line(
    litestar: Start, data_dir: Path, s3: S3, bucket: str, mode: str, reason: str
) -> None:
    s3.mode, s3.writes_left = mode, 0
    url = s3.url(bucket)
    code, said = litestar(
        "run", SHOP_DATA_DIR=str(data_dir), SHOP_PORT="0", SHOP_MEDIA_URL=url
    ).ended()
    assert code == 1
    assert said == f"SHOP_MEDIA_URL: s3://{bucket}/shop cannot be used: {reason}.\n"


def test_the_shop_starts_with_a_warning_when_the_bucket_does_not_respond(
    litestar: Start, data_dir: Path, s3: S3
) -> None:
    s3.mode, s3.writes_left = "gone", 0
    shop = litestar(
        *("run", "--workers", "2"),
        SHOP_DATA_DIR=str(data_dir),
        SHOP_PORT="0",
        SHOP_MEDIA_URL=s3.url(),
    )
    address = shop.address()
    try:
        assert httpx.get(timeout=30, url=f"{address}/readyz").status_code == 200
        assert httpx.get(timeout=30, url=f"{address}/media/{'ab' * 16}-1x1.jpg").status_code == 503
        s3.recover()
        for _ in range(4):  # both workers
            assert (
                httpx.get(timeout=30, url=f"{address}/media/{'ab' * 16}-1x1.jpg").status_code == 404
            )
        assert httpx.get(timeout=30, url=f"{address}/media/stoneware-mug.svg").status_code == 200
    finally:
        shop.terminate()
    code, said = shop.ended()
    assert code == 0
    assert KEY not in said
