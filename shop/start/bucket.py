"""Checks the bucket for pictures before the shop serves."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import click

from shop.errors import PicturesRefused, PicturesUnavailable
from shop.settings.bucket import Bucket
from shop.start import StartError


def check_bucket(bucket: Bucket) -> None:
    """Raises StartError if the bucket refuses a write. If it does not respond, only a warning is
    printed: the shop can sell meanwhile."""
    # In another process: the client has threads, with which no worker could be forked.
    with ProcessPoolExecutor(1, get_context("fork")) as process:
        problem = process.submit(_problem, bucket).result()
    if isinstance(problem, PicturesRefused):
        raise StartError(f"SHOP_MEDIA_URL: {bucket} cannot be used: {problem}.")
    if problem:
        click.echo(f"SHOP_MEDIA_URL: {bucket} does not answer: {problem}.", err=True)


def _problem(bucket: Bucket) -> PicturesUnavailable | None:
    from shop.pictures.bucket import BucketStore

    async def write() -> None:
        await store.write({".check": b""})
        await store.remove([".check"])

    store = BucketStore(bucket)
    try:
        asyncio.run(write())
    except PicturesUnavailable as problem:
        return problem
    return None
