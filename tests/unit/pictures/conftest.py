"""A bucket, and shops that keep their pictures in it."""

from collections.abc import Iterator

import pytest

from shop.pictures import bucket as bucket_module
from shop.pictures.bucket import BucketStore
from shop.settings.bucket import Bucket, read_bucket
from tests.s3 import S3


@pytest.fixture(scope="session")
def running_s3() -> Iterator[S3]:
    s3 = S3()
    with s3.running():
        yield s3


@pytest.fixture
def s3(running_s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    monkeypatch.setattr(bucket_module, "READ_SECONDS", 1.0)
    monkeypatch.setattr(bucket_module, "WRITE_SECONDS", 2.0)
    yield running_s3
    running_s3.recover()


@pytest.fixture
def bucket(s3: S3) -> Bucket:
    return read_bucket(s3.url())


@pytest.fixture
def store(bucket: Bucket) -> BucketStore:
    return BucketStore(bucket)
