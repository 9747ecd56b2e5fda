"""Where a request comes from: the one judgement of peer addresses and forwarding headers."""

import ipaddress
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple

from litestar.types import Scope

from shop.web.request import AnyRequest
from shop.web.state import state_of

Networks = Sequence[IPv4Network | IPv6Network]
Address = IPv4Address | IPv6Address

# Sent by proxies, gateways and content delivery networks, each on behalf of somebody else.
FORWARDING = re.compile(
    rb"(x-)?forwarded.*|via|cdn-loop|(true-|fastly-)?client-ip|cf-connecting-ip"
    rb"|x-(client|cluster|envoy|original|originating|proxyuser|real|remote)-.*"
)
WITH_PORT = re.compile(r"(?P<v4>[0-9.]+):[0-9]*|\[(?P<v6>[^\]]+)\](:[0-9]*)?")


class ClientAddress(NamedTuple):
    """`address` is None if it is unknown. `forwarded`: a trusted proxy named it, and the connection
    has another. `relayed`: an untrusted hop passed the request on."""

    address: Address | None
    forwarded: bool = False
    relayed: bool = False

    def is_in(self, networks: Networks) -> bool:
        """Whether it is known to come from one of `networks`.

        A loopback address counts only on the connection itself: a request that was forwarded, or
        relayed by an unknown hop, is never from this machine.
        """
        if self.address is None or self.relayed or (self.forwarded and _is_local(self.address)):
            return False
        return _is_in(self.address, networks)

    def __str__(self) -> str:
        return str(self.address or "unknown")


def client_address(scope: Scope, proxies: Networks) -> ClientAddress:
    """The connection's peer, or, if that is one of `proxies`, the address that the proxy received
    the request from. A proxy appends that address to `X-Forwarded-For`, so the list is read from
    its end, while the address found there is one of `proxies` too."""
    client = scope.get("client")
    peer = _parsed(client[0]) if client else None
    if not _is_in(peer, proxies):
        return ClientAddress(peer, relayed=any(map(_is_forwarding, scope["headers"])))
    address, hops = peer, _forwarded_for(scope)
    while hops and _is_in(address, proxies):
        address = _parsed(_without_port(hops.pop()))
    return ClientAddress(address, forwarded=address is not peer)


def client_ip(request: AnyRequest) -> str:
    """The address that a request counts for, where tries are limited by address."""
    return str(client_address(request.scope, state_of(request.app).settings.trusted_proxies))


def _is_forwarding(header: tuple[bytes, bytes]) -> bool:
    return FORWARDING.fullmatch(header[0]) is not None


def _forwarded_for(scope: Scope) -> list[str]:
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    hops = b",".join(lines).decode("latin-1").split(",")
    return [hop.strip() for hop in hops if hop.strip()]


def _without_port(hop: str) -> str:
    found = WITH_PORT.fullmatch(hop)
    return (found["v4"] or found["v6"]) if found else hop


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: Address | None, networks: Networks) -> bool:
    return address is not None and any(address in network for network in networks)


def _is_local(address: Address) -> bool:
    return address.is_loopback or address.is_unspecified
