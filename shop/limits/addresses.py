"""Which network an address counts as, where tries are limited by address."""

import ipaddress

HOME_PREFIX = 64  # of IPv6: one customer usually gets a whole /64


def network_of(address: str) -> str:
    """IPv4: the address itself, also where IPv6 maps it. IPv6: its /64. Else the text as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), HOME_PREFIX), strict=False))
