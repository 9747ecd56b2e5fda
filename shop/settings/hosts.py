"""Names and addresses of hosts: how they compare, and which ones the shop answers to."""

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
NAME = re.compile(rf"{LABEL}(\.{LABEL})*")


def read_host(text: str) -> str:
    """An address, or a host name as it is sent: 쇼핑.한국 is xn--hp4bo76a.xn--3e0b707e. Raises
    ValueError."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        name = text if text.isascii() else text.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not NAME.fullmatch(name):
        raise ValueError(f"{text!r} is neither an address nor a host name")
    return name


def canonical_host(name: str) -> str:
    """The one spelling of a host (RFC 3986, 3.2.2, without brackets), however it was written."""
    name = name.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def is_loopback(host: str) -> bool:
    """Whether what listens on `host` is reached from this machine only. A name other than
    localhost is not looked up, and is not."""
    address = _address(host)
    return address.is_loopback if address else canonical_host(host) == "localhost"


def served_hosts(values: dict[str, Any]) -> frozenset[str] | None:
    """What the shop answers to where SHOP_HOSTS is unset; None for any host."""
    address, public_url = _address(values["host"]), values["public_url"]
    everywhere = address is not None and address.is_unspecified
    if everywhere and public_url is None:
        return None
    own = [] if everywhere else [values["host"]]
    public = [urlsplit(public_url).hostname or ""] if public_url else []
    return LOOPBACK_NAMES | {canonical_host(name) for name in [*own, *public]}


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """As the system reads it, which also takes `0` and `127.1`."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
