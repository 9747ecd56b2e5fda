"""Pictures in a bucket of an S3-compatible store."""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from shop.errors import PicturesRefused, PicturesUnavailable
from shop.settings.bucket import Bucket
from shop.web.pictures import media_type
from shop.web.static import FOREVER

CONNECT_SECONDS, REQUEST_SECONDS = 2, 5
READ_SECONDS, WRITE_SECONDS = 6.0, 15.0
"""Time limits of a whole operation, with its retry."""
CLIENT_OPTIONS: Any = {
    "allow_http": True,  # if the endpoint says so
    "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
    "timeout": timedelta(seconds=REQUEST_SECONDS),
}
RETRY: Any = {"max_retries": 1, "retry_timeout": timedelta(seconds=REQUEST_SECONDS)}


class BucketStore:
    """The client is created with the first request: it has threads, and workers are forks."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def read(self, name: str) -> bytes | None:
        async with _answering(READ_SECONDS):
            try:
                found = await obstore.get_async(self._client, name)
                return bytes(await found.bytes_async())
            except FileNotFoundError as error:
                if _is_bucket_missing(error):
                    raise
                return None

    async def write(self, files: Mapping[str, bytes]) -> None:
        async with _answering(WRITE_SECONDS):
            for name, content in files.items():
                # For those who serve the bucket without the shop.
                kind = media_type(name) or "application/octet-stream"
                attributes: Any = {"Content-Type": kind, "Cache-Control": FOREVER}
                await obstore.put_async(self._client, name, content, attributes=attributes)

    async def remove(self, names: Iterable[str]) -> None:
        async with _answering(WRITE_SECONDS):
            for name in names:
                await obstore.delete_async(self._client, name)

    @functools.cached_property
    def _client(self) -> S3Store:
        config: Any = self._bucket.options
        return S3Store(
            self._bucket.name,
            prefix=self._bucket.prefix or None,
            config=config,
            client_options=CLIENT_OPTIONS,
            retry_config=RETRY,
        )


def _is_bucket_missing(error: FileNotFoundError) -> bool:
    """A missing object has the same exception."""
    return "NoSuchBucket" in str(error)


@asynccontextmanager
async def _answering(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise PicturesUnavailable(f"no answer within {seconds:g} seconds") from error
    except FileNotFoundError as error:
        raise PicturesRefused("there is no such bucket") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise PicturesRefused("access is denied") from error
    except (BaseError, OSError, ValueError) as error:
        raise PicturesUnavailable(_reason(error)) from error


def _reason(error: Exception) -> str:
    """The first line: the others are a dump of the client's structures."""
    return (str(error).splitlines() or [type(error).__name__])[0].strip()
