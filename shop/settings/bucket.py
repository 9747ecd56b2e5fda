"""Reads `SHOP_MEDIA_URL`: the bucket of an S3-compatible store."""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*|")
PARAMETERS = ("endpoint", "region", "access_key_id", "secret_access_key")


class Bucket(NamedTuple):
    """`options` are those PARAMETERS that are given; the environment (`AWS_…`) has the others."""

    name: str
    prefix: str
    options: dict[str, str]

    def __repr__(self) -> str:
        return f"s3://{self.name}/{self.prefix}"


def read_bucket(url: str) -> Bucket:
    """Raises ValueError with a reason that repeats no secret."""
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    if parts.scheme != "s3" or not NAME.fullmatch(parts.netloc) or not PREFIX.fullmatch(prefix):
        raise ValueError("it is not the address of a bucket")
    return Bucket(parts.netloc, prefix, _options(parts.query))


def _options(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise ValueError("what follows the question mark cannot be read") from None
    for name, value in pairs:
        if name not in PARAMETERS:
            raise ValueError(f"{name} is not one of {', '.join(PARAMETERS)}")
        if not value:
            raise ValueError(f"{name} is empty")
    _check_options(dict(pairs), len(pairs))
    return dict(pairs)


def _check_options(options: dict[str, str], given: int) -> None:
    if len(options) < given:
        raise ValueError("a parameter is given twice")
    if ("access_key_id" in options) != ("secret_access_key" in options):
        raise ValueError("access_key_id and secret_access_key are only given together")
    if "endpoint" in options:
        _check_endpoint(options["endpoint"])


def _check_endpoint(url: str) -> None:
    parts = urlsplit(url)
    usable = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    if not usable or parts.query or parts.fragment:
        raise ValueError("endpoint is not the address of a server")
