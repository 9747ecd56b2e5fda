"""Reads `SHOP_SMTP_URL` and `SHOP_MAIL_FROM`."""

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from shop.settings.hosts import read_host

LONGEST_ADDRESS = 254  # characters (RFC 5321, 4.5.3.1.3, without the brackets)
ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
PORTS = {"smtp": 587, "smtps": 465}


class SmtpServer(NamedTuple):
    """`tls`: from the first byte. Otherwise it is turned on where the server offers it, and is
    required where a password would leave this machine."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool

    def __repr__(self) -> str:
        return f"smtp{'s' if self.tls else ''}://{self.host}:{self.port}"

    @property
    def needs_starttls(self) -> bool:
        return not self.tls and self.password is not None and not _is_this_machine(self.host)


def read_smtp(url: str) -> SmtpServer:
    """Raises ValueError with a reason that repeats no secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
        read_host(parts.hostname or "")
    except ValueError:
        raise ValueError("it is not the address of a mail server") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise ValueError("it is not the address of a mail server")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("it is more than a server and who signs in there")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("a user and a password are only given together")
    user, password = (unquote(text) if text else None for text in (parts.username, parts.password))
    port = port or PORTS[parts.scheme]
    return SmtpServer(parts.hostname, port, user, password, parts.scheme == "smtps")


def read_mail_address(text: str) -> str:
    """In lower case. Raises ValueError."""
    address = text.strip().lower()
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise ValueError(f"{text!r} is not an e-mail address")
    return address


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
