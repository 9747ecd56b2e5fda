"""The kinds of values that settings take: what each accepts, in words and as a function."""

import ipaddress
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from shop.settings.bucket import read_bucket
from shop.settings.dsn import check_dsn
from shop.settings.hosts import canonical_host, read_host
from shop.settings.keys import read_secrets, read_signing_keys
from shop.settings.smtp import read_mail_address, read_smtp

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PORTS = {"http": 80, "https": 443}


class SettingType(NamedTuple):
    """What a variable accepts, in words, and the function that reads it.

    `read` raises ValueError with the reason; the reason never repeats a secret.
    """

    description: str
    read: Callable[[str], Any]
    may_be_empty: bool = False

    def read_any(self, text: str) -> Any:
        """As `read`, for any text of the environment."""
        if any("\ud800" <= char <= "\udfff" for char in text):  # bytes that are not UTF-8
            raise ValueError("it is not UTF-8")
        if not text.strip() and not self.may_be_empty:
            raise ValueError("it is empty")
        return self.read(text)


def whole(low: int, high: int) -> SettingType:
    """A whole number within bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise ValueError(f"{text!r} is not a whole number")
        if not low <= int(text) <= high:
            raise ValueError(f"{text} is out of range")
        return int(text)

    return SettingType(f"a whole number from {low} to {high}", read)


def decimal(low: float, high: float) -> SettingType:
    """A number within bounds, with or without a decimal point."""

    def read(text: str) -> float:
        if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text):
            raise ValueError(f"{text!r} is not a number")
        if not low <= float(text) <= high:
            raise ValueError(f"{text} is out of range")
        return float(text)

    return SettingType(f"a number from {low:g} to {high:g}", read)


def one_of(*words: str) -> SettingType:
    """One of these words, in either case."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"{text!r} is unknown")
        return text.lower()

    return SettingType(" or ".join(words), read)


def _switch(text: str) -> bool:
    words = dict.fromkeys(("1", "on", "true", "yes"), True)
    words |= dict.fromkeys(("0", "off", "false", "no"), False)
    if text.lower() not in words:
        raise ValueError(f"{text!r} is neither on nor off")
    return words[text.lower()]


def _folder(text: str) -> Path:
    return Path(os.path.expanduser(text)).resolve()  # noqa: PTH111 - Path's own raises for ~nobody


def _hosts(text: str) -> frozenset[str]:
    return frozenset(read_host(canonical_host(part.strip())) for part in text.split(","))


def _networks(text: str) -> tuple[Network, ...]:
    parts = (part.strip() for part in text.split(","))
    return tuple(ipaddress.ip_network(part) for part in parts if part)


def _has_scheme(text: str, *schemes: str) -> bool:
    """Whether it is a URL of one of these; raises ValueError if its host or port is invalid."""
    parts = urlsplit(text)
    return parts.scheme in schemes and (parts.port is None or parts.port > 0)


def _http_url(text: str) -> str:
    host = urlsplit(text).hostname
    if not _has_scheme(text, "http", "https") or not host or re.search(r"\s", text):
        raise ValueError(f"{text!r} is not such an address")
    read_host(host)
    return text


def _origin(text: str) -> str:
    """As browsers write it (RFC 6454, 6.2)."""
    parts = urlsplit(_http_url(text))
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"{text!r} is more than scheme and host")
    host = read_host(canonical_host(parts.hostname or ""))
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _carriers(text: str) -> tuple[tuple[str, str], ...]:
    carriers = tuple(_carrier(part) for part in text.split())
    if len({name for name, _ in carriers}) < len(carriers):
        raise ValueError("a name is there twice")
    return carriers


def _carrier(text: str) -> tuple[str, str]:
    name, _, url = text.partition("=")
    if not (name.isprintable() and 1 <= len(name) <= 20):
        raise ValueError(f"{name!r} is not a name of 1 to 20 characters")
    if not _has_scheme(url, "https", "http") or "{number}" not in url:
        raise ValueError(f"{url!r} is not a URL with {{number}}")
    return name, url


CARRIERS = SettingType(
    "names of carriers, each with a URL, as name=https://…{number}, separated by spaces",
    _carriers,
    may_be_empty=True,
)
SWITCH = SettingType("on or off (also 1 or 0, true or false, yes or no)", _switch)
FOLDER = SettingType("a folder that the shop may write to", _folder)
HOST = SettingType("an IP address or a host name, without http:// and without a port", read_host)
HOSTS = SettingType("host names and IP addresses, without ports, separated by commas", _hosts)
NETWORKS = SettingType(
    "networks such as 10.0.0.0/8, separated by commas; empty for none", _networks, True
)
POSTGRES_URL = SettingType(
    "postgresql://user:password@host:port,host:port/database?target_session_attrs=read-write",
    check_dsn,
)
BUCKET_URL = SettingType(
    "s3://bucket/prefix?endpoint=https://host&region=name&access_key_id=id&secret_access_key=key, "
    "where the prefix and each parameter may be left out",
    read_bucket,
)
SMTP_URL = SettingType(
    "smtp://user:password@host:port, or with smtps://; user, password and port may be left out",
    read_smtp,
)
MAIL_ADDRESS = SettingType("an e-mail address", read_mail_address)
HTTP_URL = SettingType("an address that begins with http:// or https://", _http_url)
ORIGIN = SettingType("https://shop.example, or with http://, without a path", _origin)
SECRETS = SettingType(
    "32 characters or more that nobody can guess, without spaces; two, with a space, while the "
    "secret is changed",
    read_secrets,
)
SIGNING_KEYS = SettingType(
    "whsec_ and the base64 of 24 to 64 bytes; two, with a space, while the key is changed",
    read_signing_keys,
)
